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

/** Remembers that the user signed in there; a device that was revoked for this user is a new, unbound one again. */
export const writeDevice = async (
  tx: Tx,
  device: { orgId: string; userId: string; deviceId: string; name: string; bind: boolean; at: Date },
): Promise<void> => {
  const boundAt = device.bind ? device.at : null;
  await sql`
    INSERT INTO auth.device (org_id, device_id, user_id, name, first_seen_at, last_seen_at, bound_at)
    VALUES (${device.orgId}, ${device.deviceId}, ${device.userId}, ${device.name}, ${device.at}, ${device.at}, ${boundAt})
    ON CONFLICT (org_id, user_id, device_id) DO UPDATE
    SET name = excluded.name, last_seen_at = excluded.last_seen_at, revoked_at = NULL,
      bound_at = CASE WHEN device.revoked_at IS NULL THEN coalesce(device.bound_at, excluded.bound_at)
        ELSE excluded.bound_at END`.execute(tx);
};
