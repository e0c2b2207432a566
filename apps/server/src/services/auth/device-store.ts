import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';

/** Who is bound to what already; locks the device, so that two users do not both become its first. */
export const readBindings = async (
  tx: Tx,
  userId: string,
  deviceId: string,
): Promise<{ ownDeviceId: string | null; deviceOwnerId: string | null }> => {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`auth.device ${deviceId}`}, 0))`.execute(tx);
  const { rows } = await sql<{ deviceId: string; userId: string }>`
    SELECT device_id AS "deviceId", user_id AS "userId" FROM auth.device
    WHERE (user_id = ${userId} OR device_id = ${deviceId}) AND bound_at IS NOT NULL AND revoked_at IS NULL`.execute(tx);
  return {
    ownDeviceId: rows.find((row) => row.userId === userId)?.deviceId ?? null,
    deviceOwnerId: rows.find((row) => row.deviceId === deviceId)?.userId ?? null,
  };
};

/**
 * Remembers that the user signed in there, and says whether that was for the first time; a device that was revoked for this user is a new, unbound one
 * again.
 */
export const writeDevice = async (
  tx: Tx,
  device: { orgId: string; userId: string; deviceId: string; name: string; bind: boolean; at: Date },
): Promise<{ isNew: boolean }> => {
  const boundAt = device.bind ? device.at : null;
  const { rows } = await sql<{ isNew: boolean }>`
    INSERT INTO auth.device (org_id, device_id, user_id, name, first_seen_at, last_seen_at, bound_at)
    VALUES (${device.orgId}, ${device.deviceId}, ${device.userId}, ${device.name}, ${device.at}, ${device.at}, ${boundAt})
    ON CONFLICT (org_id, user_id, device_id) DO UPDATE
    SET name = excluded.name, last_seen_at = excluded.last_seen_at, revoked_at = NULL,
      bound_at = CASE WHEN device.revoked_at IS NULL THEN coalesce(device.bound_at, excluded.bound_at)
        ELSE excluded.bound_at END
    RETURNING xmax = 0 AS "isNew"`.execute(tx);
  return { isNew: rows[0]?.isNew === true };
};

/** Different users who signed in there since. */
export const countUsersOf = async (tx: Tx, deviceId: string, since: Date): Promise<number> => {
  const { rows } = await sql<{ users: number }>`
    SELECT count(*)::int AS users FROM auth.device
    WHERE device_id = ${deviceId} AND last_seen_at > ${since}`.execute(tx);
  return rows[0]?.users ?? 0;
};

/** Whether the user has signed in there before, and it was not taken away from them since. */
export const isKnownDevice = async (tx: Tx, userId: string, deviceId: string): Promise<boolean> => {
  const { rows } = await sql`
    SELECT FROM auth.device WHERE user_id = ${userId} AND device_id = ${deviceId} AND revoked_at IS NULL`.execute(tx);
  return rows.length > 0;
};
