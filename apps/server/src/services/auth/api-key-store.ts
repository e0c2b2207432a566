import type { Permission } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import { whereGiven } from '../../platform/database/where-given.ts';

export interface StoredApiKey {
  readonly keyId: string;
  readonly name: string;
  readonly permissions: Permission[];
  readonly madeBy: string;
  readonly madeAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

/** Newest first. @param keyId only this one */
export const listApiKeys = async (tx: Tx, keyId: string | null = null): Promise<StoredApiKey[]> => {
  const { rows } = await sql<StoredApiKey>`
    SELECT api_key.id AS "keyId", name, permissions, account.display_name AS "madeBy", made_at AS "madeAt",
      expires_at AS "expiresAt", revoked_at AS "revokedAt"
    FROM auth.api_key JOIN published.account USING (org_id, user_id)
    WHERE ${whereGiven(keyId, (id) => sql`api_key.id = ${id}`)}
    ORDER BY made_at DESC, api_key.id`.execute(tx);
  return rows;
};

export const insertApiKey = async (
  tx: Tx,
  key: {
    orgId: string;
    keyId: string;
    userId: string;
    name: string;
    keyHash: Buffer;
    permissions: readonly Permission[];
    madeAt: Date;
    expiresAt: Date;
  },
): Promise<void> => {
  const { orgId, keyId, userId, name, keyHash, permissions, madeAt, expiresAt } = key;
  await sql`
    INSERT INTO auth.api_key (org_id, id, user_id, name, key_hash, permissions, made_at, expires_at)
    VALUES (${orgId}, ${keyId}, ${userId}, ${name}, ${keyHash}, ${[...permissions]}::text[], ${madeAt},
      ${expiresAt})`.execute(tx);
};

/** `unknown`: there is none of this id. `revoked`: it was before. */
export const revokeApiKey = async (tx: Tx, keyId: string, at: Date): Promise<'revoked-now' | 'revoked' | 'unknown'> => {
  const { rows } = await sql<{ isNow: boolean }>`
    WITH found AS (SELECT id, revoked_at FROM auth.api_key WHERE id = ${keyId} FOR UPDATE),
    changed AS (
      UPDATE auth.api_key SET revoked_at = ${at} FROM found
      WHERE api_key.id = found.id AND found.revoked_at IS NULL RETURNING 1)
    SELECT revoked_at IS NULL AS "isNow" FROM found`.execute(tx);
  const [found] = rows;
  if (found === undefined) return 'unknown';
  return found.isNow ? 'revoked-now' : 'revoked';
};
