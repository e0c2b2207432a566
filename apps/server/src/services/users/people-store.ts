import type { Group, MemberCard, Person, Role } from '@muster/contracts';
import { sql } from 'kysely';
import { withinReach } from '../../platform/access/reach.ts';
import type { Tx } from '../../platform/database/port.ts';
import { whereGiven } from '../../platform/database/where-given.ts';
import type { Call } from '../../platform/http/call.ts';
import { containing } from './rules/containing.ts';

/** By what people are listed; each is the beginning of an index. */
const sortColumns = { name: 'display_name', number: 'number_key', joined: 'joined_key' } as const;
export type PeopleSort = keyof typeof sortColumns;

/** Where a page begins: after this person, in the order of the list. */
export interface After {
  /** In the column that the list is sorted by. */
  readonly value: string;
  readonly id: string;
}

/** The place of a person in a list; null when there is none of that id. */
export const readPlace = async (tx: Tx, userId: string, sort: PeopleSort = 'name'): Promise<After | null> => {
  const { rows } = await sql<After>`
    SELECT ${sql.ref(sortColumns[sort])}::text AS value, id FROM users.account WHERE id = ${userId}`.execute(tx);
  return rows[0] ?? null;
};

const afterPlace = (after: After | null, sort: PeopleSort = 'name', descending = false) => {
  if (after === null) return sql`true`;
  const value = sort === 'joined' ? sql`${after.value}::date` : sql`${after.value}`;
  return sql`(${sql.ref(`account.${sortColumns[sort]}`)}, account.id) ${sql.raw(descending ? '<' : '>')} (${value}, ${after.id})`;
};

/** A part of the name, the number or the e-mail address, in any case. */
const matching = (search: string | undefined) =>
  search === undefined || search.trim() === ''
    ? sql`true`
    : sql`account.search_key LIKE lower(${containing(search)} COLLATE "und-x-icu")`;

/**
 * The organization is named, although its rows are the only ones there are: what the policies say of it leaves an "or"
 * that no index is searched by.
 */
export interface PeopleFilter {
  readonly orgId: string;
  readonly search: string | undefined;
  readonly role: Role | undefined;
  readonly groupId: string | undefined;
  readonly status: Person['status'] | undefined;
}

/** Conditions that are not asked for do not stand in the statement: the plan is made for those that are. */
const filtered = ({ search, role, groupId, status }: PeopleFilter) => sql`${matching(search)}
  ${role === undefined ? sql`` : sql`AND account.role = ${role}`}
  ${status === undefined ? sql`` : sql`AND account.status = ${status}`}
  ${groupId === undefined ? sql`` : sql`AND membership.group_id = ${groupId}`}`;

export const listPeople = async (
  tx: Tx,
  filter: PeopleFilter & { after: After | null; limit: number; sort: PeopleSort; descending: boolean },
): Promise<Person[]> => {
  const { after, sort, descending, limit } = filter;
  const direction = sql.raw(descending ? 'DESC' : 'ASC');
  const { rows } = await sql<Person>`
    SELECT account.id AS "userId", account.display_name AS "displayName", account.role, account.number, account.email,
      member_group.name AS "groupName", account.status, account.joined_on AS "joinedOn"
    FROM users.account
    LEFT JOIN users.membership ON membership.org_id = account.org_id AND membership.member_id = account.id
    LEFT JOIN users.member_group ON member_group.org_id = membership.org_id AND member_group.id = membership.group_id
    WHERE account.org_id = ${filter.orgId} AND ${afterPlace(after, sort, descending)} AND ${filtered(filter)}
    ORDER BY ${sql.ref(`account.${sortColumns[sort]}`)} ${direction}, account.id ${direction}
    LIMIT ${limit}`.execute(tx);
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
    WHERE account.org_id = ${call.actor.orgId} AND account.status <> 'left' AND ${withinReach('account.id', call)}
      AND ${afterPlace(filter.after)} AND ${matching(filter.search)}
      AND ${whereGiven(filter.groupId, (id) => sql`membership.group_id = ${id}`)}
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
    FROM published.guardianship
    JOIN users.account ON account.org_id = guardianship.org_id AND account.id = guardianship.guardian_id
    WHERE guardianship.member_id = ${memberId}
    ORDER BY account.display_name, account.id`.execute(tx);
  return rows;
};
