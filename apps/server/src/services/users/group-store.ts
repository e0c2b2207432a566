import type { GroupDetail } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';
import { whereGiven } from '../../platform/database/where-given.ts';

export type GroupRow = Omit<GroupDetail, 'version'>;

/** By site and name; one, when its id is given. */
export const listGroupRows = async (tx: Tx, groupId?: string): Promise<GroupRow[]> => {
  const { rows } = await sql<GroupRow>`
    SELECT member_group.id AS "groupId", member_group.site_id AS "siteId", member_group.name,
      (SELECT count(*)::int FROM users.membership JOIN users.account
          ON account.org_id = membership.org_id AND account.id = membership.member_id
        WHERE membership.org_id = member_group.org_id AND membership.group_id = member_group.id
          AND account.status <> 'left') AS "memberCount",
      ARRAY(SELECT account.display_name FROM users.assignment JOIN users.account
          ON account.org_id = assignment.org_id AND account.id = assignment.supervisor_id
        WHERE assignment.org_id = member_group.org_id AND assignment.group_id = member_group.id
        ORDER BY account.display_name, account.id) AS supervisors,
      ARRAY(SELECT account.id FROM users.assignment JOIN users.account
          ON account.org_id = assignment.org_id AND account.id = assignment.supervisor_id
        WHERE assignment.org_id = member_group.org_id AND assignment.group_id = member_group.id
        ORDER BY account.display_name, account.id) AS "supervisorIds"
    FROM users.member_group JOIN users.site ON site.org_id = member_group.org_id AND site.id = member_group.site_id
    WHERE ${whereGiven(groupId, (id) => sql`member_group.id = ${id}`)}
    ORDER BY site.name, member_group.name, member_group.id`.execute(tx);
  return rows;
};

/** False without such a group; otherwise nobody else changes it until the transaction ends. */
export const lockGroup = async (tx: Tx, groupId: string): Promise<boolean> => {
  const { rows } = await sql`SELECT FROM users.member_group WHERE id = ${groupId} FOR UPDATE`.execute(tx);
  return rows.length > 0;
};

export const insertGroup = async (
  tx: Tx,
  orgId: string,
  group: { groupId: string; siteId: string; name: string },
): Promise<void> => {
  await sql`
    INSERT INTO users.member_group (org_id, id, site_id, name)
    VALUES (${orgId}, ${group.groupId}, ${group.siteId}, ${group.name})`.execute(tx);
};

export const renameGroup = async (tx: Tx, groupId: string, name: string): Promise<void> => {
  await sql`UPDATE users.member_group SET name = ${name} WHERE id = ${groupId}`.execute(tx);
};

/** The group's supervisors become these. @returns how many of them are supervisors */
export const writeAssignments = async (
  tx: Tx,
  orgId: string,
  groupId: string,
  supervisorIds: readonly string[],
): Promise<number> => {
  await sql`
    DELETE FROM users.assignment WHERE group_id = ${groupId}
      AND supervisor_id <> ALL(${[...supervisorIds]}::uuid[])`.execute(tx);
  await sql`
    INSERT INTO users.assignment (org_id, supervisor_id, group_id)
    SELECT org_id, id, ${groupId} FROM users.account
    WHERE org_id = ${orgId} AND id = ANY(${[...supervisorIds]}::uuid[]) AND role = 'supervisor'
    ON CONFLICT DO NOTHING`.execute(tx);
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::int AS count FROM users.assignment WHERE group_id = ${groupId}`.execute(tx);
  return rows[0]?.count ?? 0;
};

/** Those who have left need no group; false when somebody else is still in it, and nothing changes. */
export const deleteGroup = async (tx: Tx, groupId: string): Promise<boolean> => {
  const { rows } = await sql`
    SELECT FROM users.membership JOIN users.account
      ON account.org_id = membership.org_id AND account.id = membership.member_id
    WHERE membership.group_id = ${groupId} AND account.status <> 'left' LIMIT 1`.execute(tx);
  if (rows.length > 0) return false;
  await sql`UPDATE users.membership SET group_id = NULL WHERE group_id = ${groupId}`.execute(tx);
  await sql`DELETE FROM users.member_group WHERE id = ${groupId}`.execute(tx);
  return true;
};
