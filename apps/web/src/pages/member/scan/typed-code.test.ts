import { describe, expect, it } from 'vitest';
import { asTyping, isWhole } from './typed-code.ts';

describe('a code that is typed', () => {
  it('gets its capitals and its hyphen', () => {
    expect(asTyping('7q')).toBe('7Q');
    expect(asTyping('7q2k')).toBe('7Q2K');
    expect(asTyping('7q2k9')).toBe('7Q2K-9');
    expect(asTyping('7q2k 94tx!')).toBe('7Q2K-94TX');
    expect(asTyping('7Q2K-94TXAB')).toBe('7Q2K-94TX');
  });

  it('can be deleted over the hyphen', () => {
    expect(asTyping('7Q2K-')).toBe('7Q2K');
  });

  it('is whole with eight characters', () => {
    expect(isWhole('7Q2K-94T')).toBe(false);
    expect(isWhole('7q2k94tx')).toBe(true);
  });

  it('may be the long one under a printed code', () => {
    expect(asTyping('muster1p.0abc.1.xyz')).toBe('MUSTER1P.0ABC.1.XYZ');
    expect(isWhole('MUSTER1P.0ABC.1')).toBe(false);
    expect(isWhole('MUSTER1P.0ABC.1.XYZ')).toBe(true);
  });

  it('takes a code that only begins with M for a short one', () => {
    expect(asTyping('m7q2k94t')).toBe('M7Q2-K94T');
  });
});
