import { createHash, randomBytes } from 'node:crypto';
import { type DeviceClaim, type deviceRoutes, deviceStatement } from '@muster/contracts';
import type { Tx } from '../../platform/database/port.ts';
import { isSignedBy, thumbprintOf } from '../../platform/device-signature.ts';
import type { OpenHandler } from '../../platform/http/call.ts';
import { Problem } from '../../platform/http/problem.ts';
import { insertDeviceChallenge, takeDeviceChallenge } from './device-challenge-store.ts';
import { readThumbprint, type ShownKey } from './device-store.ts';
import type { AuthPorts } from './ports.ts';

const lifetimeMs = 5 * 60_000;

/** A sign-in from a device that is not the one it says it is. */
export class DeviceProofRefused extends Problem {
  readonly userId: string;
  readonly deviceId: string;

  constructor(userId: string, deviceId: string, detail: string) {
    super('device-proof-refused', { detail });
    this.userId = userId;
    this.deviceId = deviceId;
  }
}

/** Given to whoever asks: it says nothing about anybody. */
export const challengeDevice =
  ({ database, clock }: Pick<AuthPorts, 'database' | 'clock'>): OpenHandler<(typeof deviceRoutes)['challengeDevice']> =>
  async ({ body }) => {
    const challenge = randomBytes(32).toString('base64url');
    const at = clock.now();
    const expiresAt = new Date(at.getTime() + lifetimeMs);
    const given = { hash: hashOf(challenge), deviceId: body.deviceId, at, expiresAt };
    await database.acrossOrganizations('auth', (tx) => insertDeviceChallenge(tx, given));
    return { challenge, expiresAt: expiresAt.toISOString() };
  };

/**
 * The key that the device shows to hold, null where it shows none. The challenge is used up with it.
 * @throws DeviceProofRefused when what it shows is worth nothing
 */
export const takeKeyProof = async (
  tx: Tx,
  userId: string,
  { deviceId, key }: DeviceClaim,
  at: Date,
): Promise<ShownKey | null> => {
  if (key === undefined) return null;
  const { publicKey, challenge, signature } = key;
  const thumbprint = thumbprintOf(publicKey);
  if (!isSignedBy(publicKey, deviceStatement({ deviceId, challenge, thumbprint }), signature)) {
    throw new DeviceProofRefused(userId, deviceId, 'The signature of this device does not fit its key.');
  }
  if (!(await takeDeviceChallenge(tx, { hash: hashOf(challenge), deviceId, at }))) {
    throw new DeviceProofRefused(userId, deviceId, 'What this device has signed was used before, or is too old.');
  }
  return { publicKey, thumbprint };
};

/** Refuses a device whose key is known and which comes without it, before more is asked of its user. */
export const requireKnownKey = async (tx: Tx, userId: string, { deviceId, key }: DeviceClaim): Promise<void> => {
  const claimed = key === undefined ? null : thumbprintOf(key.publicKey);
  requireSameKey(userId, deviceId, { known: await readThumbprint(tx, userId, deviceId), claimed });
};

/**
 * Whoever comes under the name of a device that has a key, and without that key, is not that device: it has to come
 * under a name of its own, as the new device that it is.
 * @throws DeviceProofRefused
 */
export const requireSameKey = (
  userId: string,
  deviceId: string,
  { known, claimed }: { readonly known: string | null; readonly claimed: string | null },
): void => {
  if (known === null || known === claimed) return;
  throw new DeviceProofRefused(userId, deviceId, 'This is not the device that has signed in under this name before.');
};

const hashOf = (challenge: string): Buffer => createHash('sha256').update(challenge).digest();
