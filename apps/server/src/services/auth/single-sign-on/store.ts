import { sql } from 'kysely';
import type { Tx } from '../../../platform/database/port.ts';

export interface StoredProvider {
  readonly orgId: string;
  readonly label: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly sealedClientSecret: string | null;
  readonly domains: readonly string[];
}

/** The organization's provider; null when it has none. */
export const readProvider = async (tx: Tx): Promise<StoredProvider | null> => {
  const { rows } = await sql<StoredProvider>`
    SELECT org_id AS "orgId", label, issuer, client_id AS "clientId", sealed_client_secret AS "sealedClientSecret",
      email_domains AS domains
    FROM auth.identity_provider`.execute(tx);
  return rows[0] ?? null;
};

/** In place of the one before; whom another issuer knew is forgotten. */
export const writeProvider = async (tx: Tx, provider: StoredProvider, at: Date): Promise<void> => {
  const { orgId, label, issuer, clientId, sealedClientSecret, domains } = provider;
  await sql`
    INSERT INTO auth.identity_provider (org_id, label, issuer, client_id, sealed_client_secret, email_domains, changed_at)
    VALUES (${orgId}, ${label}, ${issuer}, ${clientId}, ${sealedClientSecret}, ${[...domains]}::text[], ${at})
    ON CONFLICT (org_id) DO UPDATE
    SET label = excluded.label, issuer = excluded.issuer, client_id = excluded.client_id,
      sealed_client_secret = excluded.sealed_client_secret, email_domains = excluded.email_domains,
      changed_at = excluded.changed_at`.execute(tx);
  await sql`DELETE FROM auth.external_identity WHERE issuer <> ${issuer}`.execute(tx);
};

export const removeProvider = async (tx: Tx): Promise<boolean> => {
  await sql`DELETE FROM auth.external_identity`.execute(tx);
  await sql`DELETE FROM auth.single_sign_on_attempt`.execute(tx);
  const { numAffectedRows = 0n } = await sql`DELETE FROM auth.identity_provider`.execute(tx);
  return numAffectedRows > 0n;
};

export const countLinked = async (tx: Tx): Promise<number> => {
  const { rows } = await sql<{ count: number }>`SELECT count(*)::int AS count FROM auth.external_identity`.execute(tx);
  return rows[0]?.count ?? 0;
};

export interface Attempt {
  readonly orgId: string;
  readonly stateHash: Buffer;
  readonly deviceId: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Clears what nobody has come back from, too. */
export const insertAttempt = async (tx: Tx, attempt: Attempt & { at: Date; expiresAt: Date }): Promise<void> => {
  const { orgId, stateHash, deviceId, nonce, codeVerifier, at, expiresAt } = attempt;
  await sql`DELETE FROM auth.single_sign_on_attempt WHERE expires_at <= ${at}`.execute(tx);
  await sql`
    INSERT INTO auth.single_sign_on_attempt (org_id, state_hash, device_id, nonce, code_verifier, expires_at)
    VALUES (${orgId}, ${stateHash}, ${deviceId}, ${nonce}, ${codeVerifier}, ${expiresAt})`.execute(tx);
};

/** Each is taken once, whatever comes of it. Null when there is none (any more) of this device. */
export const takeAttempt = async (
  tx: Tx,
  { stateHash, deviceId, at }: { stateHash: Buffer; deviceId: string; at: Date },
): Promise<Pick<Attempt, 'nonce' | 'codeVerifier'> | null> => {
  const { rows } = await sql<{ nonce: string; codeVerifier: string }>`
    DELETE FROM auth.single_sign_on_attempt
    WHERE state_hash = ${stateHash} AND device_id = ${deviceId} AND expires_at > ${at}
    RETURNING nonce, code_verifier AS "codeVerifier"`.execute(tx);
  return rows[0] ?? null;
};

/** Who the subject is here; null when it has not been here yet. */
export const findLinked = async (tx: Tx, issuer: string, subject: string): Promise<string | null> => {
  const { rows } = await sql<{ userId: string }>`
    SELECT user_id AS "userId" FROM auth.external_identity
    WHERE issuer = ${issuer} AND subject = ${subject}`.execute(tx);
  return rows[0]?.userId ?? null;
};

/** The account of this address, if the issuer knows it under no other subject. */
export const findLinkable = async (tx: Tx, issuer: string, email: string): Promise<string | null> => {
  const { rows } = await sql<{ userId: string }>`
    SELECT user_id AS "userId" FROM published.account
    WHERE email_key = lower(${email})
      AND NOT EXISTS (SELECT FROM auth.external_identity identity
        WHERE identity.user_id = account.user_id AND identity.issuer = ${issuer})`.execute(tx);
  return rows[0]?.userId ?? null;
};

/** False when another sign-in was faster to link either of the two. */
export const link = async (
  tx: Tx,
  identity: { orgId: string; issuer: string; subject: string; userId: string; at: Date },
): Promise<boolean> => {
  const { orgId, issuer, subject, userId, at } = identity;
  const { numAffectedRows = 0n } = await sql`
    INSERT INTO auth.external_identity (org_id, issuer, subject, user_id, linked_at)
    VALUES (${orgId}, ${issuer}, ${subject}, ${userId}, ${at})
    ON CONFLICT DO NOTHING`.execute(tx);
  return numAffectedRows > 0n;
};
