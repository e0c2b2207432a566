import type { Consent, OwnPrivacy, Purpose } from '@muster/contracts';
import { type RawBuilder, sql } from 'kysely';
import type { Tx } from '../../../platform/database/port.ts';
import { whereGiven } from '../../../platform/database/where-given.ts';

/** Newest first. */
export const readConsents = async (tx: Tx, memberIds: readonly string[]): Promise<Consent[]> => {
  type Row = Omit<Consent, 'givenAt' | 'withdrawnAt'> & { givenAt: Date; withdrawnAt: Date | null };
  const nameOf = (column: string): RawBuilder<string | null> => sql`(
    SELECT account.display_name FROM users.account
    WHERE account.org_id = consent.org_id AND account.id = ${sql.ref(`consent.${column}`)})`;
  const { rows } = await sql<Row>`
    SELECT consent.id AS "consentId", consent.subject_id AS "memberId", ${nameOf('subject_id')} AS "memberName",
      consent.purpose, consent.answer, consent.version, consent.language, ${nameOf('given_by')} AS "givenBy",
      consent.method, ${nameOf('entered_by')} AS "enteredBy", consent.given_at AS "givenAt",
      consent.withdrawn_at AS "withdrawnAt", ${nameOf('withdrawn_by')} AS "withdrawnBy",
      row_number() OVER (PARTITION BY consent.subject_id, consent.purpose ORDER BY consent.given_at DESC, consent.id DESC) = 1
        AS "isNewest"
    FROM users.consent WHERE consent.subject_id = ANY (${[...memberIds]}::uuid[])
    ORDER BY consent.given_at DESC, consent.id DESC`.execute(tx);
  return rows.map((row) => ({
    ...row,
    givenAt: row.givenAt.toISOString(),
    withdrawnAt: row.withdrawnAt?.toISOString() ?? null,
  }));
};

export interface NewConsent {
  readonly id: string;
  readonly subjectId: string;
  readonly purpose: Purpose;
  readonly answer: Consent['answer'];
  readonly givenBy: string;
  readonly enteredBy: string | null;
  readonly version: number;
  readonly language: string;
  readonly at: Date;
}

export const insertConsents = async (tx: Tx, orgId: string, consents: readonly NewConsent[]): Promise<void> => {
  for (const each of consents) {
    await sql`
      INSERT INTO users.consent (org_id, id, subject_id, purpose, answer, given_by, method, entered_by, version, language,
        given_at)
      VALUES (${orgId}, ${each.id}, ${each.subjectId}, ${each.purpose}, ${each.answer}, ${each.givenBy},
        ${each.enteredBy === null ? 'signed-in' : 'paper'}, ${each.enteredBy}, ${each.version}, ${each.language},
        ${each.at})`.execute(tx);
  }
};

/** Marks what stands of a member and purpose as withdrawn. @returns how many answers stood */
export const markWithdrawn = async (
  tx: Tx,
  { memberId, purpose, by, at }: { memberId: string; purpose: Purpose; by: string; at: Date },
): Promise<number> => {
  const { rows } = await sql`
    UPDATE users.consent SET withdrawn_at = ${at}, withdrawn_by = ${by}
    WHERE subject_id = ${memberId} AND purpose = ${purpose} AND answer = 'agreed' AND withdrawn_at IS NULL
    RETURNING id`.execute(tx);
  return rows.length;
};

/** @returns whether it was not refused before */
export const refuse = async (tx: Tx, orgId: string, memberId: string, purpose: Purpose, at: Date): Promise<boolean> => {
  const { rows } = await sql`
    INSERT INTO users.refused_purpose (org_id, member_id, purpose, refused_at)
    VALUES (${orgId}, ${memberId}, ${purpose}, ${at}) ON CONFLICT DO NOTHING RETURNING 1`.execute(tx);
  return rows.length > 0;
};

export const refuseNoLonger = async (tx: Tx, memberId: string, purposes: readonly Purpose[]): Promise<void> => {
  await sql`
    DELETE FROM users.refused_purpose
    WHERE member_id = ${memberId} AND purpose = ANY (${[...purposes]})`.execute(tx);
};

/** The live view of one guardian, or (null) of all. */
export const writeLiveView = async (
  tx: Tx,
  memberId: string,
  guardianId: string | null,
  agreedAt: Date | null,
): Promise<void> => {
  await sql`
    UPDATE users.guardianship
    SET live_agreed_at = CASE WHEN may_see THEN coalesce(live_agreed_at, ${agreedAt}::timestamptz) END
    WHERE ${agreedAt}::timestamptz IS NOT NULL AND member_id = ${memberId} AND guardian_id = ${guardianId}`.execute(tx);
  if (agreedAt !== null) return;
  await sql`
    UPDATE users.guardianship SET live_agreed_at = NULL, granted_live_at = NULL
    WHERE member_id = ${memberId} AND coalesce(live_agreed_at, granted_live_at) IS NOT NULL
      AND ${whereGiven(guardianId, (id) => sql`guardian_id = ${id}`)}`.execute(tx);
};

/** A member for whom the caller may speak. */
export interface Ward {
  readonly memberId: string;
  readonly displayName: string;
  readonly isSelf: boolean;
  readonly ofAge: boolean;
  /** Whether somebody else, a guardian, is the one to agree. */
  readonly hasGuardian: boolean;
  /** Of the newest notice that was answered. */
  readonly answered: number | null;
}

/** Oneself, for a member; children who have not come of age, for a guardian who may see them. */
export const readWards = async (tx: Tx, userId: string): Promise<Ward[]> => {
  const { rows } = await sql<Ward>`
    SELECT member.member_id AS "memberId", member.display_name AS "displayName", member.member_id = ${userId} AS "isSelf",
      member.of_age AS "ofAge",
      EXISTS (SELECT FROM published.guardianship link
        WHERE link.org_id = member.org_id AND link.member_id = member.member_id AND link.may_see AND NOT link.of_age)
        AS "hasGuardian",
      (SELECT max(consent.version) FROM users.consent
       WHERE consent.org_id = member.org_id AND consent.subject_id = member.member_id
         -- Who has come of age answers anew what guardians have answered.
         AND (NOT member.of_age OR consent.given_by = member.member_id)) AS answered
    FROM published.member member
    WHERE member.status = 'active' AND (member.member_id = ${userId} OR member.member_id IN (
      SELECT link.member_id FROM published.guardianship link
      WHERE link.guardian_id = ${userId} AND link.may_see AND NOT link.of_age))
    ORDER BY member.display_name, member.member_id`.execute(tx);
  return rows;
};

/** Who is linked to a member, with what the member has granted. */
export const readGrants = async (tx: Tx, memberId: string): Promise<OwnPrivacy['guardians']> => {
  const { rows } = await sql<OwnPrivacy['guardians'][number]>`
    SELECT link.guardian_id AS "guardianId", account.display_name AS "displayName", link.may_see AS "maySee",
      link.live_agreed_at IS NOT NULL AS "mayLive"
    FROM published.guardianship link
    JOIN users.account ON account.org_id = link.org_id AND account.id = link.guardian_id
    WHERE link.member_id = ${memberId} AND account.status = 'active'
    ORDER BY account.display_name, account.id`.execute(tx);
  return rows;
};

/** @returns whether there is such a link */
export const writeGrant = async (
  tx: Tx,
  { memberId, guardianId }: { memberId: string; guardianId: string },
  { maySee, mayLive }: { maySee: boolean; mayLive: boolean },
  at: Date,
): Promise<boolean> => {
  const { rows } = await sql`
    UPDATE users.guardianship
    SET granted_see_at = CASE WHEN ${maySee} THEN coalesce(granted_see_at, ${at}::timestamptz) END,
      granted_live_at = CASE WHEN ${maySee && mayLive} THEN coalesce(granted_live_at, ${at}::timestamptz) END
    WHERE member_id = ${memberId} AND guardian_id = ${guardianId} RETURNING 1`.execute(tx);
  return rows.length > 0;
};
