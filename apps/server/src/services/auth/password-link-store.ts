import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import type { OneUseToken } from './rules/one-use-token.ts';

export type LinkPurpose = 'reset' | 'invitation';

export interface PasswordLink {
  readonly id: string;
  readonly userId: string;
  readonly purpose: LinkPurpose;
}

export const insertPasswordLink = async (
  tx: Tx,
  link: {
    id: string;
    token: OneUseToken;
    userId: string;
    purpose: LinkPurpose;
    madeBy: string | null;
    at: Date;
    expiresAt: Date;
  },
): Promise<void> => {
  await sql`
    INSERT INTO auth.password_link (org_id, id, token_hash, user_id, purpose, made_by, made_at, expires_at)
    VALUES (${link.token.orgId}, ${link.id}, ${link.token.hash}, ${link.userId}, ${link.purpose}, ${link.madeBy},
      ${link.at}, ${link.expiresAt})`.execute(tx);
};

/** Links of the user that were not used yet work no more. */
export const revokePasswordLinks = async (tx: Tx, userId: string, at: Date): Promise<void> => {
  await sql`
    UPDATE auth.password_link SET revoked_at = ${at}
    WHERE user_id = ${userId} AND used_at IS NULL AND revoked_at IS NULL AND expires_at > ${at}`.execute(tx);
};

/** Null for one that was used, revoked, has run out, or never was. */
export const readPasswordLink = async (tx: Tx, { hash }: OneUseToken, at: Date): Promise<PasswordLink | null> => {
  const { rows } = await sql<PasswordLink>`
    SELECT id, user_id AS "userId", purpose FROM auth.password_link
    WHERE token_hash = ${hash} AND used_at IS NULL AND revoked_at IS NULL AND expires_at > ${at}`.execute(tx);
  return rows[0] ?? null;
};

/** Of parallel uses exactly one is told true. */
export const usePasswordLink = async (tx: Tx, id: string, at: Date): Promise<boolean> => {
  const { rows } = await sql`
    UPDATE auth.password_link SET used_at = ${at}
    WHERE id = ${id} AND used_at IS NULL AND revoked_at IS NULL AND expires_at > ${at} RETURNING id`.execute(tx);
  return rows.length > 0;
};
