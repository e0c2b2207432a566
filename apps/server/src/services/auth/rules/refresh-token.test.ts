import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstRefreshToken, hashOf, parseRefreshToken, successorOf } from './refresh-token.ts';

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('a refresh token', () => {
  it('is read as it was made', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), secret, (orgId, sessionId, bytes) => {
        const token = firstRefreshToken(orgId, sessionId, bytes);
        expect(parseRefreshToken(token.text)).toEqual(token);
      }),
    );
  });
  it('has one successor per family secret, which tells nothing of its parent', () => {
    fc.assert(
      fc.property(fc.uuid(), secret, secret, secret, (id, bytes, familySecret, otherSecret) => {
        fc.pre(!Buffer.from(familySecret).equals(Buffer.from(otherSecret)));
        const parent = firstRefreshToken(id, id, bytes);
        const successor = successorOf(parent, familySecret);
        expect(successorOf(parent, familySecret)).toEqual(successor);
        expect(successorOf(parent, otherSecret).text).not.toBe(successor.text);
        expect(hashOf(successor).equals(hashOf(parent))).toBe(false);
      }),
    );
  });
  it('is refused when it is not exactly one', () => {
    for (const text of ['', 'x'.repeat(85), 'x'.repeat(87), `${'x'.repeat(85)}=`, `${'A'.repeat(85)}B`]) {
      expect(parseRefreshToken(text)).toBeNull();
    }
  });
});
