/** Crockford's base 32: no I, L, O or U, so that a code can be read aloud and typed without mistakes. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Encodes the first `length` × 5 bits of `bytes`. Throws a RangeError when there are not enough of them. */
export function encodeBits(bytes: Uint8Array, length: number): string {
  if (bytes.length * 8 < length * 5) {
    throw new RangeError(`${length} characters need ${length * 5} bits, there are ${bytes.length * 8}`);
  }
  let text = '';
  for (let index = 0; index < length; index += 1) {
    const bit = index * 5;
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    text += alphabet[(pair >> (11 - (bit & 7))) & 31];
  }
  return text;
}

/** Encodes a non-negative safe integer, without leading zeros. */
export function encodeNumber(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${value} is not a number that can be written in base 32`);
  }
  let text = '';
  let rest = value;
  do {
    text = `${alphabet[rest % 32]}${text}`;
    rest = Math.floor(rest / 32);
  } while (rest > 0);
  return text;
}

/** The number written by `encodeNumber`, or null for any other text (leading zeros included). */
export function decodeNumber(text: string): number | null {
  if (!/^(0|[1-9A-HJKMNP-TV-Z][0-9A-HJKMNP-TV-Z]{0,10})$/.test(text)) {
    return null;
  }
  const value = text.split('').reduce((sum, character) => sum * 32 + alphabet.indexOf(character), 0);
  return Number.isSafeInteger(value) ? value : null;
}

/** What a person typed, as it was meant: upper case, O as 0, I and L as 1, blanks and hyphens ignored. */
export function asTyped(text: string): string {
  return text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}

/**
 * One character that notices every single wrong character and every pair of swapped ones in `text` (up to 31
 * characters): a polynomial over GF(32), each position weighed by another power of the field's generator.
 */
export function checkCharacter(text: string): string {
  let sum = 0;
  for (const character of text) {
    const digit = alphabet.indexOf(character);
    if (digit < 0) {
      throw new RangeError(`"${character}" is not a character of Crockford's base 32`);
    }
    sum = timesGenerator(sum ^ digit);
  }
  return alphabet[sum] ?? '0';
}

/** Whether `text` ends with the check character of the rest. */
export function hasValidCheck(text: string): boolean {
  return /^[0-9A-HJKMNP-TV-Z]{2,}$/.test(text) && checkCharacter(text.slice(0, -1)) === text.at(-1);
}

/** Multiplication by x modulo x⁵ + x² + 1, which is primitive: its powers run through all 31 elements but zero. */
function timesGenerator(element: number): number {
  const doubled = element << 1;
  return doubled & 32 ? doubled ^ 0b100101 : doubled;
}
