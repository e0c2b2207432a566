import { createHash, createPublicKey, verify } from 'node:crypto';
import { type DevicePublicKey, thumbprintInput } from '@muster/contracts';

/** RFC 7638, base64url: the name of a key. */
export const thumbprintOf = (key: DevicePublicKey): string =>
  createHash('sha256').update(thumbprintInput(key)).digest('base64url');

/**
 * Whether the holder of the key has signed exactly this text: ECDSA on P-256 with SHA-256, the signature as r and s in
 * base64url. False for what is no key and no signature, too. A pure function of its arguments, about 0.1 ms.
 */
export const isSignedBy = (key: DevicePublicKey, text: string, signature: string): boolean => {
  try {
    const publicKey = createPublicKey({ key: { ...key }, format: 'jwk' });
    const value = Buffer.from(signature, 'base64url');
    return verify('sha256', Buffer.from(text), { key: publicKey, dsaEncoding: 'ieee-p1363' }, value);
  } catch {
    // No point on the curve.
    return false;
  }
};
