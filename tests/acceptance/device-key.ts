import { createECDH, createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import {
  type DeviceClaim,
  type DevicePublicKey,
  deviceStatement,
  type PunchSignature,
  type PunchStatement,
  punchStatement,
  thumbprintInput,
} from '@muster/contracts';

/**
 * The key of a phone, as every client has to sign with one. It is made out of the phone's id, so that whoever signs in
 * there once more, in another process even, is the same phone.
 */
export class DeviceKey {
  readonly #publicKey: DevicePublicKey;
  readonly #privateKey: KeyObject;

  constructor(secret: string) {
    const d = createHash('sha256').update(secret).digest();
    const curve = createECDH('prime256v1');
    curve.setPrivateKey(d);
    const point = curve.getPublicKey();
    const [x, y] = [base64(point.subarray(1, 33)), base64(point.subarray(33))];
    this.#publicKey = { kty: 'EC', crv: 'P-256', x, y };
    this.#privateKey = createPrivateKey({ key: { ...this.#publicKey, d: base64(d) }, format: 'jwk' });
  }

  /** For a sign-in on the phone. */
  prove(deviceId: string, challenge: string): NonNullable<DeviceClaim['key']> {
    const publicKey = this.#publicKey;
    const thumbprint = base64(createHash('sha256').update(thumbprintInput(publicKey)).digest());
    return { publicKey, challenge, signature: this.#sign(deviceStatement({ deviceId, challenge, thumbprint })) };
  }

  /** Higher each time, in whichever process. */
  signPunch(punch: Omit<PunchStatement, 'counter'>): PunchSignature {
    lastCounter = Math.max(Date.now() * 1000, lastCounter + 1);
    return { counter: lastCounter, value: this.#sign(punchStatement({ ...punch, counter: lastCounter })) };
  }

  #sign(text: string): string {
    return base64(sign('sha256', Buffer.from(text), { key: this.#privateKey, dsaEncoding: 'ieee-p1363' }));
  }
}

let lastCounter = 0;

const base64 = (bytes: Buffer): string => bytes.toString('base64url');
