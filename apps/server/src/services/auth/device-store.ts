import type { DevicePublicKey, Role } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import { whereGiven } from '../../platform/database/where-given.ts';
import { refreshLifetimeMs } from './rules/lifetimes.ts';

/** A key that a device has shown to hold. */
export interface ShownKey {
  readonly publicKey: DevicePublicKey;
  readonly thumbprint: string;
}

export interface Bindings {
  /** This user has, or had, a device of their own. */
  readonly hasHadDevice: boolean;
  /** The user that this device is bound to already. */
  readonly deviceOwnerId: string | null;
  /** Of this user on this device; null: none is known. */
  readonly thumbprint: string | null;
  /** The user has signed in there with a key, and it was not taken from them since. */
  readonly isKnown: boolean;
}

/** Who is bound to what already; locks the device, so that two users do not both become its first. */
export const readBindings = async (tx: Tx, userId: string, deviceId: string): Promise<Bindings> => {
  await lockDevice(tx, deviceId);
  const { rows } = await sql<Bindings>`
    SELECT coalesce(bool_or(user_id = ${userId} AND (was_bound OR bound_at IS NOT NULL)), false) AS "hasHadDevice",
      max(user_id::text) FILTER (WHERE device_id = ${deviceId} AND bound_at IS NOT NULL AND revoked_at IS NULL)
        AS "deviceOwnerId",
      max(key_thumbprint) FILTER (WHERE device_id = ${deviceId} AND user_id = ${userId}) AS thumbprint,
      coalesce(bool_or(device_id = ${deviceId} AND user_id = ${userId} AND revoked_at IS NULL
        AND public_key IS NOT NULL), false) AS "isKnown"
    FROM auth.device WHERE user_id = ${userId} OR device_id = ${deviceId}`.execute(tx);
  return rows[0] ?? { hasHadDevice: false, deviceOwnerId: null, thumbprint: null, isKnown: false };
};

/** Until the transaction ends nobody else binds this device. */
export const lockDevice = async (tx: Tx, deviceId: string): Promise<void> => {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`auth.device ${deviceId}`}, 0))`.execute(tx);
};

/** Of the user on the device; null when there is none. */
export const readThumbprint = async (tx: Tx, userId: string, deviceId: string): Promise<string | null> => {
  const { rows } = await sql<{ thumbprint: string | null }>`
    SELECT key_thumbprint AS thumbprint FROM auth.device
    WHERE user_id = ${userId} AND device_id = ${deviceId}`.execute(tx);
  return rows[0]?.thumbprint ?? null;
};

/**
 * Remembers that the user signed in there: whether for the first time, and whether it is theirs. A device that was
 * revoked for this user is a new, unbound one again. A key that is known stays.
 */
export const writeDevice = async (
  tx: Tx,
  device: {
    orgId: string;
    userId: string;
    deviceId: string;
    name: string;
    key: ShownKey | null;
    bind: boolean;
    at: Date;
  },
): Promise<{ isNew: boolean; isBound: boolean }> => {
  const { orgId, userId, deviceId, name, key, bind, at } = device;
  const boundAt = bind ? at : null;
  const publicKey = key === null ? null : JSON.stringify(key.publicKey);
  const { rows } = await sql<{ isNew: boolean; isBound: boolean }>`
    INSERT INTO auth.device (org_id, device_id, user_id, name, first_seen_at, last_seen_at, bound_at, was_bound,
      public_key, key_thumbprint)
    VALUES (${orgId}, ${deviceId}, ${userId}, ${name}, ${at}, ${at}, ${boundAt}, ${bind},
      ${publicKey}::jsonb, ${key?.thumbprint ?? null})
    ON CONFLICT (org_id, user_id, device_id) DO UPDATE
    SET name = excluded.name, last_seen_at = excluded.last_seen_at, revoked_at = NULL,
      was_bound = device.was_bound OR device.bound_at IS NOT NULL OR excluded.was_bound,
      bound_at = CASE WHEN device.revoked_at IS NULL THEN coalesce(device.bound_at, excluded.bound_at)
        ELSE excluded.bound_at END,
      public_key = coalesce(device.public_key, excluded.public_key),
      key_thumbprint = coalesce(device.key_thumbprint, excluded.key_thumbprint)
    RETURNING xmax = 0 AS "isNew", bound_at IS NOT NULL AS "isBound"`.execute(tx);
  return rows[0] ?? { isNew: false, isBound: false };
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

export interface DeviceRow {
  readonly deviceId: string;
  readonly userId: string;
  readonly role: Role;
  readonly name: string;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly boundAt: Date | null;
  readonly revokedAt: Date | null;
  readonly keyThumbprint: string | null;
  readonly isBoundToAnother: boolean;
  readonly openSessions: number;
}

const isInUse = sql`device.bound_at IS NOT NULL AND device.revoked_at IS NULL`;

/** Of a device under the name `device`, with its user's account. */
export const deviceColumns = (at: Date) => sql`device.device_id AS "deviceId", device.user_id AS "userId", account.role,
  coalesce(device.given_name, device.name) AS name, device.first_seen_at AS "firstSeenAt",
  device.last_seen_at AS "lastSeenAt", device.bound_at AS "boundAt", device.revoked_at AS "revokedAt",
  device.key_thumbprint AS "keyThumbprint",
  EXISTS (SELECT FROM auth.device other WHERE other.device_id = device.device_id AND other.user_id <> device.user_id
    AND other.bound_at IS NOT NULL AND other.revoked_at IS NULL) AS "isBoundToAnother",
  (SELECT count(*)::int FROM auth.session WHERE session.user_id = device.user_id
    AND session.device_id = device.device_id AND session.ended_at IS NULL AND session.ends_by > ${at}
    AND coalesce(session.last_used_at, session.started_at) > ${new Date(at.getTime() - refreshLifetimeMs)})
    AS "openSessions"`;

/** All of a user, or the one: those in use first, and the one used last before the others. */
export const listDevices = async (
  tx: Tx,
  { userId, deviceId, at }: { userId: string; deviceId?: string | undefined; at: Date },
): Promise<DeviceRow[]> => {
  const { rows } = await sql<DeviceRow>`
    SELECT ${deviceColumns(at)} FROM auth.device
    JOIN published.account ON account.org_id = device.org_id AND account.user_id = device.user_id
    WHERE device.user_id = ${userId} AND ${whereGiven(deviceId, (id) => sql`device.device_id = ${id}`)}
    ORDER BY device.revoked_at IS NOT NULL, (${isInUse}) DESC, device.last_seen_at DESC, device.device_id`.execute(tx);
  return rows;
};

export const bindDevice = async (tx: Tx, userId: string, deviceId: string, at: Date): Promise<void> => {
  await sql`
    UPDATE auth.device SET bound_at = ${at}, was_bound = true
    WHERE user_id = ${userId} AND device_id = ${deviceId}`.execute(tx);
};

export const nameDevice = async (tx: Tx, userId: string, deviceId: string, name: string): Promise<void> => {
  await sql`
    UPDATE auth.device SET given_name = ${name} WHERE user_id = ${userId} AND device_id = ${deviceId}`.execute(tx);
};

/** False when it was revoked already. */
export const markRevoked = async (tx: Tx, userId: string, deviceId: string, at: Date): Promise<boolean> => {
  const { rows } = await sql`
    UPDATE auth.device SET revoked_at = ${at}, was_bound = was_bound OR bound_at IS NOT NULL
    WHERE user_id = ${userId} AND device_id = ${deviceId} AND revoked_at IS NULL RETURNING device_id`.execute(tx);
  return rows.length > 0;
};

/** Sessions of the user there that have not ended. */
export const listSessionsOn = async (tx: Tx, userId: string, deviceId: string): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM auth.session
    WHERE user_id = ${userId} AND device_id = ${deviceId} AND ended_at IS NULL`.execute(tx);
  return rows.map(({ id }) => id);
};
