import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';

/** Links that nobody but Muster has made for the user since. */
export const countOwnLinks = async (tx: Tx, userId: string, since: Date): Promise<number> => {
  const { rows } = await sql<{ links: number }>`
    SELECT count(*)::int AS links FROM auth.password_link
    WHERE user_id = ${userId} AND made_by IS NULL AND made_at > ${since}`.execute(tx);
  return rows[0]?.links ?? 0;
};

export interface Recipient {
  readonly displayName: string;
  readonly organizationName: string;
  readonly language: string;
  readonly email: string;
}

/** Null when the account is not active any more, or has no address. */
export const readRecipient = async (tx: Tx, userId: string): Promise<Recipient | null> => {
  const { rows } = await sql<Recipient>`
    SELECT account.display_name AS "displayName", account.email, account.language,
      organization.name AS "organizationName"
    FROM published.account JOIN published.organization USING (org_id)
    WHERE account.user_id = ${userId} AND account.status = 'active' AND account.email IS NOT NULL`.execute(tx);
  return rows[0] ?? null;
};

export const removeLink = async (tx: Tx, id: string): Promise<void> => {
  await sql`DELETE FROM auth.password_link WHERE id = ${id} AND used_at IS NULL`.execute(tx);
};
