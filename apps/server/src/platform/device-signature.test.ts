import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { devicePublicKey, type DevicePublicKey } from '@muster/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSignedBy, thumbprintOf } from './device-signature.ts';

const newKey = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, publicKey: devicePublicKey.parse(publicKey.export({ format: 'jwk' })) };
};
const [own, other] = [newKey(), newKey()];
const signed = (text: string, { privateKey } = own) =>
  sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');

describe('a signature', () => {
  it('is that of exactly this text, by exactly this key', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, otherText) => {
        const signature = signed(text);
        expect(isSignedBy(own.publicKey, text, signature)).toBe(true);
        expect(isSignedBy(other.publicKey, text, signature)).toBe(false);
        expect(isSignedBy(own.publicKey, otherText, signature)).toBe(text === otherText);
      }),
      { numRuns: 50 },
    );
  });

  it('does not fit any more when one bit of it is another', () => {
    const signature = Buffer.from(signed('text'), 'base64url');
    fc.assert(
      fc.property(fc.nat({ max: signature.length * 8 - 1 }), (bit) => {
        const changed = Buffer.from(signature);
        changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(isSignedBy(own.publicKey, 'text', changed.toString('base64url'))).toBe(false);
      }),
    );
  });

  it('is none, where there is no key or no signature at all', () => {
    const nowhere: DevicePublicKey = { ...own.publicKey, y: own.publicKey.x };
    expect(isSignedBy(nowhere, 'text', signed('text'))).toBe(false);
    for (const nonsense of ['', 'A'.repeat(86), '!', 'ü']) {
      expect(isSignedBy(own.publicKey, 'text', nonsense)).toBe(false);
    }
  });

  it('is checked within a millisecond', () => {
    const signature = signed('text');
    const before = performance.now();
    for (let time = 0; time < 200; time += 1) isSignedBy(own.publicKey, 'text', signature);
    const eachMs = (performance.now() - before) / 200;
    console.log(`a signature is checked in ${eachMs.toFixed(3)} ms`);
    expect(eachMs).toBeLessThan(5);
  });
});

describe('a thumbprint', () => {
  it('is that of RFC 7638: of the members that make the key, in their order', () => {
    // The key of RFC 7515, appendix A.3.
    const key: DevicePublicKey = {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    };
    expect(thumbprintOf(key)).toBe('oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U');
    expect(thumbprintOf({ y: key.y, x: key.x, crv: key.crv, kty: key.kty })).toBe(thumbprintOf(key));
  });

  it('is another one for each key', () => {
    expect(thumbprintOf(own.publicKey)).not.toBe(thumbprintOf(other.publicKey));
  });
});

it('takes a public key alone: never a private half', () => {
  const { privateKey } = newKey();
  const whole = createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' })).export({ format: 'jwk' });
  expect(devicePublicKey.safeParse(whole).success).toBe(false);
  expect(devicePublicKey.safeParse(createPublicKey(privateKey).export({ format: 'jwk' })).success).toBe(true);
});
