import type { Notice, Purpose } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../../platform/database/port.ts';

export interface StoredNotice extends Omit<Notice, 'validFrom' | 'publishedAt'> {
  readonly validFrom: Date;
  readonly publishedAt: Date;
}

/** Newest first. */
export const readNotices = async (tx: Tx): Promise<StoredNotice[]> => {
  const { rows } = await sql<StoredNotice & { necessary: Purpose[]; named: Purpose[] }>`
    SELECT notice.version, notice.purposes AS named, notice.necessary, notice.valid_from AS "validFrom",
      notice.published_at AS "publishedAt",
      (SELECT account.display_name FROM users.account
       WHERE account.org_id = notice.org_id AND account.id = notice.published_by) AS "publishedBy",
      (SELECT jsonb_agg(jsonb_build_object('language', each.language, 'title', each.title, 'body', each.body)
          ORDER BY each.language)
       FROM users.notice_text each WHERE each.org_id = notice.org_id AND each.version = notice.version) AS texts
    FROM users.notice ORDER BY notice.version DESC`.execute(tx);
  return rows.map(({ named, necessary, ...notice }) => ({
    ...notice,
    purposes: named.map((purpose) => ({ purpose, necessary: necessary.includes(purpose) })),
  }));
};

/** The newest version that is valid; null where the organization has never published one. */
export const readCurrentNotice = async (tx: Tx, at: Date): Promise<StoredNotice | null> =>
  (await readNotices(tx)).find(({ validFrom }) => validFrom <= at) ?? null;

export type NewNotice = Pick<StoredNotice, 'purposes' | 'texts' | 'validFrom' | 'publishedAt'> & {
  readonly publishedBy: string;
};

/** @returns its version: the one after the newest */
export const insertNotice = async (tx: Tx, orgId: string, notice: NewNotice): Promise<number> => {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`users.notices ${orgId}`}, 0))`.execute(tx);
  const purposes = notice.purposes.map(({ purpose }) => purpose);
  const necessary = notice.purposes.filter((each) => each.necessary).map(({ purpose }) => purpose);
  const { rows } = await sql<{ version: number }>`
    INSERT INTO users.notice (org_id, version, purposes, necessary, valid_from, published_by, published_at)
    SELECT ${orgId}, coalesce(max(version), 0) + 1, ${purposes}, ${necessary}, ${notice.validFrom},
      ${notice.publishedBy}, ${notice.publishedAt} FROM users.notice
    RETURNING version`.execute(tx);
  const version = rows[0]?.version ?? 1;
  await sql`
    INSERT INTO users.notice_text (org_id, version, language, title, body)
    SELECT ${orgId}, ${version}, * FROM unnest(${notice.texts.map((each) => each.language)}::text[],
      ${notice.texts.map((each) => each.title)}::text[], ${notice.texts.map((each) => each.body)}::text[])`.execute(tx);
  return version;
};

/** How many active members have answered a version, or had it answered for them. */
export const countAnswered = async (tx: Tx, version: number | null): Promise<{ members: number; of: number }> => {
  const { rows } = await sql<{ members: number; of: number }>`
    SELECT count(*)::int AS of, count(*) FILTER (WHERE EXISTS (
      SELECT FROM users.consent
      WHERE consent.org_id = account.org_id AND consent.subject_id = account.id
        AND consent.version >= ${version}::int))::int AS members
    FROM users.account WHERE role = 'member' AND status = 'active'`.execute(tx);
  return rows[0] ?? { members: 0, of: 0 };
};
