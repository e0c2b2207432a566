import { createECDH, createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import {
  type DeviceClaim,
  type DevicePublicKey,
  deviceStatement,
  type PunchSignature,
  type PunchStatement,
  punchStatement,
} from '@muster/contracts';
import { thumbprintOf } from '../../platform/device-signature.ts';

/**
 * The key of an installation on the command line, as a phone has one: made out of a secret, so that a second run is the
 * same phone. A phone keeps a key that it cannot give away; this one is for simulations and tests.
 */
export class DeviceKey {
  readonly publicKey: DevicePublicKey;
  readonly #privateKey: KeyObject;
  #counter: number;

  /** @param firstCounter the first signature counts one more; the time of the start, so that runs count on */
  constructor(secret: string, firstCounter = 0) {
    const d = createHash('sha256').update(`muster-device-key ${secret}`).digest();
    const curve = createECDH('prime256v1');
    curve.setPrivateKey(d);
    const point = curve.getPublicKey();
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'));
    this.publicKey = { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' };
    this.#privateKey = createPrivateKey({
      key: { ...this.publicKey, d: d.toString('base64url') },
      format: 'jwk',
    });
    this.#counter = firstCounter;
  }

  /** For a sign-in on the device. */
  prove(deviceId: string, challenge: string): NonNullable<DeviceClaim['key']> {
    const { publicKey } = this;
    const thumbprint = thumbprintOf(publicKey);
    return { publicKey, challenge, signature: this.#sign(deviceStatement({ deviceId, challenge, thumbprint })) };
  }

  signPunch(punch: Omit<PunchStatement, 'counter'>): PunchSignature {
    this.#counter += 1;
    return { counter: this.#counter, value: this.#sign(punchStatement({ ...punch, counter: this.#counter })) };
  }

  #sign(text: string): string {
    const key = { key: this.#privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return sign('sha256', Buffer.from(text), key).toString('base64url');
  }
}
