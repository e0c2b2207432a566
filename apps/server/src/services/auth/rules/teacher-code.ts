/**
 * Codes that are read from a screen and typed on a phone: eight characters of Crockford's base 32, 40 random bits, in two
 * halves. The first half finds a code, the second proves that it is known.
 */

/** No I, L, O and U, which are mistaken for others. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const halfLength = 4;
const codeLength = 2 * halfLength;
/** Enough for the code; more is left over. */
export const teacherCodeBytes = 5;
export const teacherCodeLifetimeMs = 15 * 60_000;

/** As it is shown: `K7P2-M9QX`. `bytes`: 5 random ones. */
export const teacherCode = (bytes: Uint8Array): string => {
  if (bytes.length !== teacherCodeBytes) throw new Error(`A teacher code needs ${teacherCodeBytes} bytes.`);
  let bits = bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  let text = '';
  for (let index = 0; index < codeLength; index += 1) {
    text = `${alphabet[Number(bits & 31n)] ?? ''}${text}`;
    bits >>= 5n;
  }
  return `${text.slice(0, halfLength)}-${text.slice(halfLength)}`;
};

export interface TypedTeacherCode {
  /** The first half. */
  readonly selector: string;
  /** All of it, as it is hashed. */
  readonly text: string;
}

/** As it was meant by whoever typed it: O as 0, I and L as 1, blanks and dashes ignored. Null for what is no code at all. */
export const parseTeacherCode = (typed: string): TypedTeacherCode | null => {
  const text = typed
    .toUpperCase()
    .replaceAll(/[\s\p{Pd}]/gu, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  if (text.length !== codeLength || [...text].some((character) => !alphabet.includes(character))) return null;
  return { selector: text.slice(0, halfLength), text };
};

/**
 * With so many wrong second halves a code is locked, wherever they came from: half a million machines at once get no more
 * of them than one, a chance of 1 in 200,000. To lock somebody else's code one has to know its first half, or guess it
 * (1 in a million a try) as often; and a scanned picture needs no tries at all.
 */
export const wrongTriesAtMost = 5;

export interface TriedCode {
  readonly wrongTries: number;
  readonly expiresAtMs: number;
}

/** What a try does to a code that its first half has found. */
export const judgeTry = (
  { wrongTries, expiresAtMs }: TriedCode,
  { fits, atMs }: { readonly fits: boolean; readonly atMs: number },
): { readonly outcome: 'right' | 'wrong' | 'locks' | 'ended'; readonly wrongTries: number } => {
  if (atMs >= expiresAtMs || wrongTries >= wrongTriesAtMost) return { outcome: 'ended', wrongTries };
  if (fits) return { outcome: 'right', wrongTries };
  const counted = wrongTries + 1;
  return { outcome: counted >= wrongTriesAtMost ? 'locks' : 'wrong', wrongTries: counted };
};
