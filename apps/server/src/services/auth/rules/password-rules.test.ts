import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flawOf, lengthOf, minLengthAlone, minLengthBesideFactor } from './password-rules.ts';

const common = new Set(['password', 'qwertyuiop', 'letmein', 'dragon', 'correcthorsebatterystaple', 'summer']);
const names = ['Lindenhof College', 'lindenhof', 'North Campus', 'Ann Berger', 'ann.berger', '2026-117', 'muster'];
const flaw = (password: string, minLength = minLengthAlone) =>
  flawOf(password, { minLength, names, isCommon: (text) => common.has(text) });

describe('a password', () => {
  it('needs 15 characters alone and 8 beside a second factor, and nothing else', () => {
    expect(flaw('x7 kettle moon')).toBe('too-short');
    expect(flaw('x7 kettle moons')).toBeNull();
    expect(flaw('kettlem', minLengthBesideFactor)).toBe('too-short');
    expect(flaw('kettlemo', minLengthBesideFactor)).toBeNull();
    expect(flaw('all lower case words are fine')).toBeNull();
    expect(flaw('日本語のとても長いあいことばです')).toBeNull();
  });
  it('is counted in characters, however they are encoded', () => {
    expect(lengthOf('👩‍👩‍👧')).toBe(5);
    expect(lengthOf('e\u0301')).toBe(1);
    expect(lengthOf('ﬁ')).toBe(2);
    expect(flaw('🐘🦊🐳🌵🍇🛶🎻🧭', minLengthBesideFactor)).toBeNull();
  });
  it('is none of those that are tried first, nor one with a year behind it', () => {
    expect(flaw('Password', minLengthBesideFactor)).toBe('common');
    expect(flaw('password2026!', minLengthBesideFactor)).toBe('common');
    expect(flaw('correctHorseBatteryStaple')).toBe('common');
    expect(flaw('dragon dragons eat summer pies')).toBeNull();
  });
  it('is no repetition and no run', () => {
    for (const text of [
      'aaaaaaaaaaaaaaa',
      '123456789012345',
      'abcabcabcabcabcabc',
      'passwordpassword',
      'zyxwvutsrqponmlk',
    ]) {
      expect(flaw(text)).toBe('repeated');
    }
  });
  it('is not made of the names that a guesser knows', () => {
    expect(flaw('LindenhofCollege2026')).toBe('names');
    expect(flaw('ann.berger-lindenhof')).toBe('names');
    expect(flaw('Lindenhof summer 2026!')).toBe('names');
    expect(flaw('lindenhof has seven tired clocks')).toBeNull();
  });
  it('is judged without fail, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const found = flaw(text);
        if (lengthOf(text) < minLengthAlone) expect(found).toBe('too-short');
      }),
    );
  });
});
