const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const first = (word: string): string => segments.segment(word)[Symbol.iterator]().next().value?.segment ?? '';

/** Up to two letters for a person: of the first and the last name, whatever the script. */
export const initialsOf = (name: string): string => {
  const words = name.split(/[\s.,-]+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = words.length > 1 ? [words[0] ?? '', words.at(-1) ?? ''] : words.slice(0, 1);
  return letters.map(first).join('').toLocaleUpperCase() || '?';
};
