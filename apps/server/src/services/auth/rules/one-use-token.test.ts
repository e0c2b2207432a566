import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { uuidv7 } from '../../../platform/ids.ts';
import { oneUseToken, parseOneUseToken } from './one-use-token.ts';

describe('a one-use token', () => {
  it('leads back to its organization and its hash', () => {
    const token = oneUseToken(uuidv7(), randomBytes(32));
    expect(parseOneUseToken(token.text)).toEqual(token);
  });
  it('is nothing else', () => {
    for (const text of ['', 'x'.repeat(63), `${'x'.repeat(63)}=`, 'x'.repeat(86)])
      expect(parseOneUseToken(text)).toBeNull();
  });
});
