const longest = 300;

/** Where the text of an error repeats what it was about. A quote that was cut off has no end. */
const values: readonly (readonly [RegExp, string])[] = [
  // invalid input syntax for type uuid: "…"
  [/"[^"]*("|$)/g, '"…"'],
  [/`[^`]*(`|$)/g, '`…`'],
  // An apostrophe inside a word is none of these.
  [/(?<!\p{L})'[^']*('(?!\p{L})|$)/gu, "'…'"],
  [/[^\s"'<>()]+@[^\s"'<>()]+/g, '…'],
  // Coordinates, and not the parts of an address or of a version.
  [/(?<![\d.])-?\d{1,3}\.\d{3,}(?![\d.])/g, '…'],
];

/**
 * The text of an error without the values it may quote: names, addresses, coordinates. What kind of error it is, and
 * where, can still be told by it; the whole of it stands in the log of the server.
 */
export const reasonWithoutValues = (reason: string): string => {
  let told = reason;
  for (const [value, sign] of values) told = told.replaceAll(value, sign);
  return told.length <= longest ? told : `${told.slice(0, longest)}…`;
};
