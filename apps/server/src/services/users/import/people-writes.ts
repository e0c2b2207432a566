import { sql } from 'kysely';
import type { Tie } from '@muster/contracts';
import type { Tx } from '../../../platform/database/port.ts';
import { readAssignedGroupIds } from '../person-store.ts';
import { isWide } from '../rules/person-rules.ts';
import type { ImportedPerson } from '../rules/imported-person.ts';
import type { ImportSurroundings, KnownPerson, PlannedPerson } from '../rules/import-plan.ts';

/** What an import reads of the organization, and the many rows it writes in few statements. */

/** One import, and one dry run of it, at a time: what was looked up stays true until the end. */
export const lockImports = async (tx: Tx, orgId: string): Promise<void> => {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`users.import ${orgId}`}, 0))`.execute(tx);
};

/** Everybody whom a number or an address of the rows may mean. */
const readKnownPeople = async (tx: Tx, people: readonly ImportedPerson[]): Promise<KnownPerson[]> => {
  const numbers = people.flatMap(({ number, guardianOf }) => [number, ...guardianOf]).filter((each) => each !== null);
  const emails = people.map(({ email }) => email?.toLowerCase()).filter((each) => each !== undefined);
  const { rows } = await sql<KnownPerson>`
    SELECT account.id AS "userId", account.role, account.display_name AS "displayName", account.number, account.email,
      account.language, to_char(account.joined_on, 'YYYY-MM-DD') AS "joinedOn", membership.site_id AS "siteId",
      membership.group_id AS "groupId",
      CASE WHEN account.role = 'supervisor' THEN ARRAY(SELECT group_id FROM users.assignment
        WHERE assignment.org_id = account.org_id AND supervisor_id = account.id) ELSE '{}' END AS "assignedGroupIds",
      CASE WHEN account.role = 'guardian' THEN ARRAY(SELECT member.number FROM users.guardianship
        JOIN users.account member ON member.org_id = guardianship.org_id AND member.id = guardianship.member_id
        WHERE guardianship.org_id = account.org_id AND guardian_id = account.id AND member.number IS NOT NULL)
        ELSE '{}' END AS "wardNumbers"
    FROM users.account
    LEFT JOIN users.membership ON membership.org_id = account.org_id AND membership.member_id = account.id
    WHERE account.number = ANY(${[...new Set(numbers)]}) OR account.email_key = ANY(${[...new Set(emails)]})`.execute(
    tx,
  );
  return rows;
};

export const readSurroundings = async (
  tx: Tx,
  people: readonly ImportedPerson[],
): Promise<Pick<ImportSurroundings, 'people' | 'sites' | 'groups'>> => {
  const sites = await sql<ImportSurroundings['sites'][number]>`
    SELECT id AS "siteId", name FROM users.site ORDER BY name`.execute(tx);
  const groups = await sql<ImportSurroundings['groups'][number]>`
    SELECT id AS "groupId", site_id AS "siteId", name FROM users.member_group ORDER BY name`.execute(tx);
  return { people: await readKnownPeople(tx, people), sites: sites.rows, groups: groups.rows };
};

/** Null when the user may not manage people any more; empty when it is the members of no group. */
export const readManagedGroups = async (tx: Tx, userId: string): Promise<readonly string[] | 'all' | null> => {
  const { rows } = await sql<{ ties: Tie[] }>`
    SELECT ties FROM published.permission WHERE user_id = ${userId} AND permission = 'members.manage'`.execute(tx);
  const ties = rows[0]?.ties ?? [];
  if (isWide(ties)) return 'all';
  return ties.includes('assigned') ? readAssignedGroupIds(tx, userId) : null;
};

export interface GroupToAdd {
  readonly groupId: string;
  readonly siteId: string;
  readonly name: string;
}

export const insertGroups = async (tx: Tx, orgId: string, groups: readonly GroupToAdd[]): Promise<void> => {
  await sql`
    INSERT INTO users.member_group (org_id, id, site_id, name)
    SELECT ${orgId}, * FROM unnest(${groups.map(({ groupId }) => groupId)}::uuid[],
      ${groups.map(({ siteId }) => siteId)}::uuid[], ${groups.map(({ name }) => name)}::text[])`.execute(tx);
};

/** A planned person with an id, also where the account is new. */
export interface PersonToWrite extends PlannedPerson {
  readonly userId: string;
  readonly groupId: string | null;
}

const accountColumns = (people: readonly PersonToWrite[]) => sql`
  unnest(${people.map(({ userId }) => userId)}::uuid[], ${people.map(({ role }) => role)}::text[],
    ${people.map(({ displayName }) => displayName)}::text[], ${people.map(({ number }) => number)}::text[],
    ${people.map(({ email }) => email)}::text[], ${people.map(({ language }) => language)}::text[],
    ${people.map(({ joinedOn }) => joinedOn)}::date[])
    AS given (id, role, display_name, number, email, language, joined_on)`;

export const insertAccounts = async (tx: Tx, orgId: string, people: readonly PersonToWrite[]): Promise<void> => {
  await sql`
    INSERT INTO users.account (org_id, id, role, display_name, number, email, language, joined_on)
    SELECT ${orgId}, given.* FROM ${accountColumns(people)}`.execute(tx);
};

export const updateAccounts = async (tx: Tx, people: readonly PersonToWrite[]): Promise<void> => {
  await sql`
    UPDATE users.account SET display_name = given.display_name, number = given.number, email = given.email,
      language = given.language, joined_on = given.joined_on
    FROM ${accountColumns(people)} WHERE account.id = given.id`.execute(tx);
};

export const writePlaces = async (tx: Tx, orgId: string, people: readonly PersonToWrite[]): Promise<void> => {
  const placed = people.filter(({ place }) => place !== null);
  await sql`
    INSERT INTO users.membership (org_id, member_id, site_id, group_id)
    SELECT ${orgId}, * FROM unnest(${placed.map(({ userId }) => userId)}::uuid[],
      ${placed.map(({ place }) => place?.siteId)}::uuid[], ${placed.map(({ groupId }) => groupId)}::uuid[])
    ON CONFLICT (org_id, member_id) DO UPDATE SET site_id = excluded.site_id, group_id = excluded.group_id`.execute(tx);
};

export const insertAssignments = async (
  tx: Tx,
  orgId: string,
  assignments: readonly { readonly supervisorId: string; readonly groupId: string }[],
): Promise<void> => {
  await sql`
    INSERT INTO users.assignment (org_id, supervisor_id, group_id)
    SELECT ${orgId}, * FROM unnest(${assignments.map(({ supervisorId }) => supervisorId)}::uuid[],
      ${assignments.map(({ groupId }) => groupId)}::uuid[])
    ON CONFLICT DO NOTHING`.execute(tx);
};

/** The member is named by the number: new ones have no id that the file could know. */
export const insertLinks = async (
  tx: Tx,
  orgId: string,
  links: readonly { readonly guardianId: string; readonly number: string }[],
): Promise<void> => {
  await sql`
    INSERT INTO users.guardianship (org_id, guardian_id, member_id)
    SELECT ${orgId}, link.guardian_id, member.id
    FROM unnest(${links.map(({ guardianId }) => guardianId)}::uuid[], ${links.map(({ number }) => number)}::text[])
      AS link (guardian_id, number)
    JOIN users.account member ON member.number = link.number AND member.role = 'member'
    ON CONFLICT DO NOTHING`.execute(tx);
};
