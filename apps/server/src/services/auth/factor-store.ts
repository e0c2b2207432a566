import type { Factor } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';

/** Secrets of authenticator apps, recovery codes and passkeys. */

export interface TotpRow {
  readonly sealedSecret: string;
  readonly confirmedAt: Date;
  /** The newest time step of which a code was taken. */
  readonly lastStep: number;
}

/** Locked: of parallel tries with one code one goes first, and the others see what it took. */
export const lockTotp = async (tx: Tx, userId: string): Promise<TotpRow | null> => {
  const { rows } = await sql<TotpRow>`
    SELECT sealed_secret AS "sealedSecret", confirmed_at AS "confirmedAt", last_step::float8 AS "lastStep"
    FROM auth.totp WHERE user_id = ${userId} FOR UPDATE`.execute(tx);
  return rows[0] ?? null;
};

export const writeTotp = async (
  tx: Tx,
  totp: { orgId: string; userId: string; sealedSecret: string; at: Date; lastStep: number },
): Promise<void> => {
  await sql`
    INSERT INTO auth.totp (org_id, user_id, sealed_secret, confirmed_at, last_step)
    VALUES (${totp.orgId}, ${totp.userId}, ${totp.sealedSecret}, ${totp.at}, ${totp.lastStep})
    ON CONFLICT (org_id, user_id) DO UPDATE
    SET sealed_secret = excluded.sealed_secret, confirmed_at = excluded.confirmed_at, last_step = excluded.last_step`.execute(
    tx,
  );
};

export const writeTotpStep = async (tx: Tx, userId: string, step: number): Promise<void> => {
  await sql`UPDATE auth.totp SET last_step = ${step} WHERE user_id = ${userId}`.execute(tx);
};

export const removeTotp = async (tx: Tx, userId: string): Promise<boolean> => {
  const { rows } = await sql`DELETE FROM auth.totp WHERE user_id = ${userId} RETURNING user_id`.execute(tx);
  return rows.length > 0;
};

/** In place of those from before. */
export const replaceRecoveryCodes = async (
  tx: Tx,
  set: { orgId: string; userId: string; salt: Buffer; hashes: readonly Buffer[] },
): Promise<void> => {
  await removeRecoveryCodes(tx, set.userId);
  for (const hash of set.hashes) {
    await sql`
      INSERT INTO auth.recovery_code (org_id, user_id, code_hash, salt)
      VALUES (${set.orgId}, ${set.userId}, ${hash}, ${set.salt})`.execute(tx);
  }
};

export const removeRecoveryCodes = async (tx: Tx, userId: string): Promise<void> => {
  await sql`DELETE FROM auth.recovery_code WHERE user_id = ${userId}`.execute(tx);
};

/** Null when the user has no codes. */
export const readRecoverySalt = async (tx: Tx, userId: string): Promise<Buffer | null> => {
  const { rows } = await sql<{ salt: Buffer }>`
    SELECT salt FROM auth.recovery_code WHERE user_id = ${userId} LIMIT 1`.execute(tx);
  return rows[0]?.salt ?? null;
};

/** Whether it was an unused code; it is none from then on. */
export const useRecoveryCode = async (tx: Tx, userId: string, hash: Buffer, at: Date): Promise<boolean> => {
  const { rows } = await sql`
    UPDATE auth.recovery_code SET used_at = ${at}
    WHERE user_id = ${userId} AND code_hash = ${hash} AND used_at IS NULL RETURNING user_id`.execute(tx);
  return rows.length > 0;
};

export const countRecoveryCodes = async (tx: Tx, userId: string): Promise<number> => {
  const { rows } = await sql<{ left: number }>`
    SELECT count(*)::int AS left FROM auth.recovery_code WHERE user_id = ${userId} AND used_at IS NULL`.execute(tx);
  return rows[0]?.left ?? 0;
};

export interface PasskeyRow {
  readonly id: string;
  readonly name: string;
  readonly credentialId: Buffer;
  readonly publicKey: Buffer;
  readonly counter: number;
  readonly transports: string[];
  readonly madeAt: Date;
  readonly lastUsedAt: Date | null;
}

export const listPasskeys = async (tx: Tx, userId: string): Promise<PasskeyRow[]> => {
  const { rows } = await sql<PasskeyRow>`
    SELECT id, name, credential_id AS "credentialId", public_key AS "publicKey", counter::float8 AS counter, transports,
      made_at AS "madeAt", last_used_at AS "lastUsedAt"
    FROM auth.passkey WHERE user_id = ${userId} ORDER BY made_at, id`.execute(tx);
  return rows;
};

/** Locked: uses of one passkey are counted one after the other. */
export const lockPasskey = async (tx: Tx, userId: string, credentialId: Buffer): Promise<PasskeyRow | null> => {
  const { rows } = await sql<PasskeyRow>`
    SELECT id, name, credential_id AS "credentialId", public_key AS "publicKey", counter::float8 AS counter, transports,
      made_at AS "madeAt", last_used_at AS "lastUsedAt"
    FROM auth.passkey WHERE user_id = ${userId} AND credential_id = ${credentialId} FOR UPDATE`.execute(tx);
  return rows[0] ?? null;
};

/** False when somebody in the organization has this very passkey already. */
export const insertPasskey = async (
  tx: Tx,
  passkey: {
    orgId: string;
    id: string;
    userId: string;
    name: string;
    credentialId: Buffer;
    publicKey: Buffer;
    counter: number;
    transports: readonly string[];
    at: Date;
  },
): Promise<boolean> => {
  const { orgId, id, userId, name, credentialId, publicKey, counter, transports, at } = passkey;
  const { rows } = await sql`
    INSERT INTO auth.passkey (org_id, id, user_id, name, credential_id, public_key, counter, transports, made_at)
    VALUES (${orgId}, ${id}, ${userId}, ${name}, ${credentialId}, ${publicKey}, ${counter}, ${[...transports]}, ${at})
    ON CONFLICT DO NOTHING RETURNING id`.execute(tx);
  return rows.length > 0;
};

export const writePasskeyUse = async (tx: Tx, id: string, counter: number, at: Date): Promise<void> => {
  await sql`UPDATE auth.passkey SET counter = ${counter}, last_used_at = ${at} WHERE id = ${id}`.execute(tx);
};

export const removePasskey = async (tx: Tx, userId: string, id: string): Promise<boolean> => {
  const { rows } = await sql`
    DELETE FROM auth.passkey WHERE user_id = ${userId} AND id = ${id} RETURNING id`.execute(tx);
  return rows.length > 0;
};

export const removePasskeys = async (tx: Tx, userId: string): Promise<void> => {
  await sql`DELETE FROM auth.passkey WHERE user_id = ${userId}`.execute(tx);
};

export const readFactors = async (tx: Tx, userId: string): Promise<Factor[]> => {
  const { rows } = await sql<{ totp: boolean; passkey: boolean }>`
    SELECT EXISTS (SELECT FROM auth.totp WHERE user_id = ${userId}) AS totp,
      EXISTS (SELECT FROM auth.passkey WHERE user_id = ${userId}) AS passkey`.execute(tx);
  const { totp = false, passkey = false } = rows[0] ?? {};
  return [...(totp ? (['totp'] as const) : []), ...(passkey ? (['passkey'] as const) : [])];
};

/** A challenge for a sign-in by a passkey alone, before anybody knows whose it is. */
export const insertPasskeyChallenge = async (
  tx: Tx,
  challenge: { hash: Buffer; deviceId: string; at: Date; expiresAt: Date },
): Promise<void> => {
  await sql`DELETE FROM auth.passkey_challenge WHERE expires_at <= ${challenge.at}`.execute(tx);
  await sql`
    INSERT INTO auth.passkey_challenge (challenge_hash, device_id, expires_at)
    VALUES (${challenge.hash}, ${challenge.deviceId}, ${challenge.expiresAt})`.execute(tx);
};

/** Whether it was asked of this device, and not answered yet; it is not any more from then on. */
export const takePasskeyChallenge = async (
  tx: Tx,
  { hash, deviceId, at }: { hash: Buffer; deviceId: string; at: Date },
): Promise<boolean> => {
  const { rows } = await sql`
    DELETE FROM auth.passkey_challenge WHERE challenge_hash = ${hash} AND device_id = ${deviceId} AND expires_at > ${at}
    RETURNING device_id`.execute(tx);
  return rows.length > 0;
};
