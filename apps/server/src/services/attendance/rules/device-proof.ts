import { type DevicePublicKey, type PunchSignature, type PunchStatement, punchStatement } from '@muster/contracts';
import { isSignedBy, thumbprintOf } from '../../../platform/device-signature.ts';

/** All that is needed to check a punch's signature once more, beside the punch itself and the public key. */
export interface SignedBy {
  readonly keyThumbprint: string;
  readonly counter: number;
  readonly nonce: string;
  readonly deviceAt: string;
  readonly value: string;
}

export type DeviceProof =
  | { readonly kind: 'signed'; readonly signed: SignedBy }
  /** The device has no key: it cannot be asked for one. Whether it counts is for its binding to say. */
  | { readonly kind: 'keyless' }
  | { readonly kind: 'refused'; readonly code: ProofFault; readonly sentence: string };
type ProofFault = 'signature-missing' | 'signature-wrong' | 'counter-back';

/** What is known of the device before it punches. */
export interface KnownDevice {
  /** Null: it has shown none. */
  readonly publicKey: DevicePublicKey | null;
  /** Of the last punch that it signed; null: it has signed none. */
  readonly lastCounter: number | null;
}

/**
 * Whether a punch comes from the device that it says it comes from, as it was said there. A device that has a key signs
 * with it, and counts: a signature is no good for any other punch, and a counter that goes back is that of a copy.
 */
export const judgeDeviceProof = (
  { publicKey, lastCounter }: KnownDevice,
  punch: Omit<PunchStatement, 'counter'>,
  signature: PunchSignature | undefined,
): DeviceProof => {
  if (publicKey === null) return { kind: 'keyless' };
  if (signature === undefined) {
    return refused('signature-missing', 'This phone has a key, and the scan came without its signature.');
  }
  const { counter, value } = signature;
  if (!isSignedBy(publicKey, punchStatement({ ...punch, counter }), value)) {
    return refused('signature-wrong', 'The scan was not signed with the key of this phone, or was changed on its way.');
  }
  if (lastCounter !== null && counter <= lastCounter) {
    return refused('counter-back', 'The phone counts its scans backwards, as a copy of it would.');
  }
  const { nonce, deviceAt } = punch;
  return { kind: 'signed', signed: { keyThumbprint: thumbprintOf(publicKey), counter, nonce, deviceAt, value } };
};

const refused = (code: ProofFault, sentence: string): DeviceProof => ({ kind: 'refused', code, sentence });
