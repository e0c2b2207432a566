import type { JWK } from 'jose';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';

export interface StoredKey {
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
  readonly createdAt: Date;
}

/** Keys that still verify. */
export const readKeys = async (tx: Tx): Promise<StoredKey[]> => {
  const { rows } = await sql<StoredKey>`
    SELECT kid, public_jwk AS "publicJwk", private_jwk AS "privateJwk", created_at AS "createdAt"
    FROM auth.signing_key WHERE retired_at IS NULL ORDER BY created_at DESC, kid`.execute(tx);
  return rows;
};

/** Processes that start together make one key, not one each. Holds until the transaction ends. */
export const lockKeys = async (tx: Tx): Promise<void> => {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('auth.signing_key', 0))`.execute(tx);
};

export const insertKey = async (tx: Tx, key: StoredKey): Promise<void> => {
  await sql`
    INSERT INTO auth.signing_key (kid, public_jwk, private_jwk, created_at)
    VALUES (${key.kid}, ${JSON.stringify(key.publicJwk)}::jsonb, ${JSON.stringify(key.privateJwk)}::jsonb,
      ${key.createdAt})`.execute(tx);
};

export const retireKeys = async (tx: Tx, kids: readonly string[], at: Date): Promise<void> => {
  await sql`UPDATE auth.signing_key SET retired_at = ${at} WHERE kid = ANY(${[...kids]}::text[])`.execute(tx);
};
