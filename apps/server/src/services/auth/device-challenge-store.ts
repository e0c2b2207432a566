import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';

/** So many that have run out go with each new one: more than one, so that they become fewer. */
const sweptAtMost = 20;

export const insertDeviceChallenge = async (
  tx: Tx,
  challenge: { hash: Buffer; deviceId: string; at: Date; expiresAt: Date },
): Promise<void> => {
  const { hash, deviceId, at, expiresAt } = challenge;
  await sql`
    WITH swept AS (
      DELETE FROM auth.device_challenge WHERE challenge_hash IN (
        SELECT challenge_hash FROM auth.device_challenge WHERE expires_at <= ${at}
        LIMIT ${sweptAtMost} FOR UPDATE SKIP LOCKED))
    INSERT INTO auth.device_challenge (challenge_hash, device_id, expires_at)
    VALUES (${hash}, ${deviceId}, ${expiresAt})`.execute(tx);
};

/** Whether it was given to this device, and not used yet; it is from then on. */
export const takeDeviceChallenge = async (
  tx: Tx,
  { hash, deviceId, at }: { hash: Buffer; deviceId: string; at: Date },
): Promise<boolean> => {
  const { rows } = await sql`
    DELETE FROM auth.device_challenge WHERE challenge_hash = ${hash} AND device_id = ${deviceId} AND expires_at > ${at}
    RETURNING device_id`.execute(tx);
  return rows.length > 0;
};
