import type { Group, MemberCard, Person, Role } from '@muster/contracts';
import { sql } from 'kysely';
import { withinReach } from '../../platform/access/reach.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Call } from '../../platform/http/call.ts';
import { containing } from './rules/containing.ts';

/** Where a page begins: after this person, in the order of names. */
export interface After {
  readonly displayName: string;
  readonly id: string;
}

/** The place of a person in the order of names; null when there is none of that id. */
export const readPlace = async (tx: Tx, userId: string): Promise<After | null> => {
  const { rows } = await sql<After>`
    SELECT display_name AS "displayName", id FROM users.account WHERE id = ${userId}`.execute(tx);
  return rows[0] ?? null;
};

const afterPlace = (after: After | null) =>
  after === null ? sql`true` : sql`(account.display_name, account.id) > (${after.displayName}, ${after.id})`;

/** A part of the name, the number or the e-mail address, in any case. */
const matching = (search: string | undefined) =>
  search === undefined || search.trim() === ''
    ? sql`true`
    : sql`(account.display_name ILIKE ${containing(search)} OR account.number ILIKE ${containing(search)}
        OR account.email ILIKE ${containing(search)})`;

export const listPeople = async (
  tx: Tx,
  filter: { after: After | null; limit: number; search: string | undefined; role: Role | undefined },
): Promise<Person[]> => {
  const { rows } = await sql<Person>`
    SELECT account.id AS "userId", account.display_name AS "displayName", account.role, account.number, account.email,
      member_group.name AS "groupName", account.status, account.joined_on AS "joinedOn"
    FROM users.account
    LEFT JOIN users.membership ON membership.org_id = account.org_id AND membership.member_id = account.id
    LEFT JOIN users.member_group ON member_group.org_id = membership.org_id AND member_group.id = membership.group_id
    WHERE ${afterPlace(filter.after)} AND ${matching(filter.search)}
      AND (${filter.role ?? null}::text IS NULL OR account.role = ${filter.role ?? null})
    ORDER BY account.display_name, account.id LIMIT ${filter.limit}`.execute(tx);
  return rows;
};

/** Members whom the caller reaches and who have not left. */
export const listMembers = async (
  tx: Tx,
  call: Call,
  filter: { after: After | null; limit: number; search: string | undefined; groupId: string | undefined },
): Promise<MemberCard[]> => {
  const { rows } = await sql<MemberCard>`
    SELECT account.id AS "memberId", account.display_name AS "displayName", account.number,
      membership.group_id AS "groupId", member_group.name AS "groupName", membership.site_id AS "siteId",
      site.time_zone AS "timeZone"
    FROM users.account
    JOIN users.membership ON membership.org_id = account.org_id AND membership.member_id = account.id
    JOIN users.site ON site.org_id = membership.org_id AND site.id = membership.site_id
    LEFT JOIN users.member_group ON member_group.org_id = membership.org_id AND member_group.id = membership.group_id
    WHERE account.status <> 'left' AND ${withinReach('account.id', call)}
      AND ${afterPlace(filter.after)} AND ${matching(filter.search)}
      AND (${filter.groupId ?? null}::uuid IS NULL OR membership.group_id = ${filter.groupId ?? null})
    ORDER BY account.display_name, account.id LIMIT ${filter.limit}`.execute(tx);
  return rows;
};

/** All groups for those who reach the whole organization, otherwise the assigned ones and those of reached members. */
export const listGroups = async (tx: Tx, call: Call): Promise<Group[]> => {
  const { rows } = await sql<Group>`
    SELECT member_group.id AS "groupId", member_group.site_id AS "siteId", member_group.name,
      (SELECT count(*)::int FROM users.membership JOIN users.account
          ON account.org_id = membership.org_id AND account.id = membership.member_id
        WHERE membership.org_id = member_group.org_id AND membership.group_id = member_group.id
          AND account.status <> 'left') AS "memberCount",
      ARRAY(SELECT account.display_name FROM users.assignment JOIN users.account
          ON account.org_id = assignment.org_id AND account.id = assignment.supervisor_id
        WHERE assignment.org_id = member_group.org_id AND assignment.group_id = member_group.id
        ORDER BY account.display_name) AS supervisors
    FROM users.member_group
    WHERE ${call.ties.includes('organization')}
      OR (${call.ties.includes('assigned')} AND member_group.id IN (
        SELECT group_id FROM users.assignment WHERE supervisor_id = ${call.actor.userId}))
      OR member_group.id IN (SELECT group_id FROM users.membership WHERE ${withinReach('membership.member_id', call)})
    ORDER BY member_group.name, member_group.id`.execute(tx);
  return rows;
};

export interface GuardianRow {
  readonly guardianId: string;
  readonly displayName: string;
  readonly maySee: boolean;
  readonly isTold: boolean;
  readonly mayCollect: boolean;
  readonly liveAgreedAt: Date | null;
}

export const listGuardians = async (tx: Tx, memberId: string): Promise<GuardianRow[]> => {
  const { rows } = await sql<GuardianRow>`
    SELECT guardian_id AS "guardianId", account.display_name AS "displayName", may_see AS "maySee",
      is_told AS "isTold", may_collect AS "mayCollect", live_agreed_at AS "liveAgreedAt"
    FROM users.guardianship
    JOIN users.account ON account.org_id = guardianship.org_id AND account.id = guardianship.guardian_id
    WHERE guardianship.member_id = ${memberId}
    ORDER BY account.display_name, account.id`.execute(tx);
  return rows;
};
