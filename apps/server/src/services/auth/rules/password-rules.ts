/**
 * What a password must be, after NIST SP 800-63B rev. 4 (3.1.1.2): long, and not one that is tried first. No rules about
 * kinds of characters, no expiry. Lengths count Unicode code points of the NFKC form, which is also what is hashed.
 */
export const minLengthAlone = 15;
export const minLengthBesideFactor = 8;
export const maxLength = 256;

export type PasswordFlaw = 'too-short' | 'too-long' | 'common' | 'repeated' | 'names';

export interface PasswordCircumstances {
  readonly minLength: number;
  /** Names of the organization, its places and its user: what a guesser knows, too. */
  readonly names: readonly string[];
  /** Whether a lower-case text is on the list of passwords that are tried first. */
  readonly isCommon: (text: string) => boolean;
}

/** The same password typed on another keyboard may be other code points. */
export const normalizedPassword = (password: string): string => password.normalize('NFKC');

export const lengthOf = (password: string): number => [...normalizedPassword(password)].length;

/** Null when it may be used. */
export const flawOf = (password: string, circumstances: PasswordCircumstances): PasswordFlaw | null => {
  const length = lengthOf(password);
  if (length < circumstances.minLength) return 'too-short';
  if (length > maxLength) return 'too-long';
  const text = normalizedPassword(password).toLowerCase();
  if (isRun(text) || isRepetition(text, circumstances.isCommon)) return 'repeated';
  // "password2026!" is what is tried right after "password".
  if (circumstances.isCommon(text) || circumstances.isCommon(withoutEnds(text))) return 'common';
  return isMadeOfNames(text, circumstances) ? 'names' : null;
};

/** Each character the same as, or the neighbour of, the one before: 123456789…, zyxw…. */
const isRun = (text: string): boolean => {
  const points = [...text].map((character) => character.codePointAt(0) ?? 0);
  return [-1, 0, 1].some((step) =>
    points.every((point, index) => index === 0 || point - (points[index - 1] ?? 0) === step || isWrap(text, index)),
  );
};
const isWrap = (text: string, index: number): boolean => /^(90|09|za|az)$/.test(text.slice(index - 1, index + 1));

/** Some letters, or a common password, over and over. */
const isRepetition = (text: string, isCommon: (text: string) => boolean): boolean => {
  for (let unit = 1; unit <= text.length / 2; unit += 1) {
    const once = text.slice(0, unit);
    const isWhole = once.repeat(Math.ceil(text.length / unit)).slice(0, text.length) === text;
    if (isWhole && (unit <= 4 || isCommon(once))) return true;
  }
  return false;
};

const withoutEnds = (text: string): string => text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');

/** What stays when names and common words are taken out is next to nothing. */
const isMadeOfNames = (text: string, { names, isCommon }: PasswordCircumstances): boolean => {
  const words = [...new Set(names.flatMap(wordsOf))].sort((a, b) => b.length - a.length);
  const squeezed = text.replace(/[^\p{L}\p{N}]+/gu, '');
  const rest = words.reduce((left, word) => left.replaceAll(word, ' '), squeezed);
  if (rest === squeezed) return false;
  const others = rest.split(/[^\p{L}]+/u).filter((part) => part !== '' && !isCommon(part));
  return others.join('').length < 4;
};

/** Short words stand in many a good password by chance. */
const wordsOf = (name: string): string[] => {
  const text = normalizedPassword(name).toLowerCase();
  const whole = text.replace(/[^\p{L}\p{N}]+/gu, '');
  return [whole, ...text.split(/[^\p{L}\p{N}]+/u)].filter((word) => word.length >= 4);
};
