import type { PersonDetail, PersonFields, PersonStatus, Role } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';

/** One person's rows: account, membership, assignments, links. */

export type PersonRow = Omit<PersonDetail, 'version'>;

const linked = (own: 'guardian_id' | 'member_id', other: 'guardian_id' | 'member_id') => sql`
  coalesce((SELECT jsonb_agg(jsonb_build_object('userId', other.id, 'displayName', other.display_name,
      'maySee', link.may_see, 'isTold', link.is_told, 'mayCollect', link.may_collect)
      ORDER BY other.display_name, other.id)
    FROM users.guardianship link
    JOIN users.account other ON other.org_id = link.org_id AND other.id = link.${sql.raw(other)}
    WHERE link.org_id = account.org_id AND link.${sql.raw(own)} = account.id), '[]')`;

/** Null when there is nobody of that id; `lock` keeps others from changing the account until the transaction ends. */
export const readPerson = async (tx: Tx, userId: string, { lock = false } = {}): Promise<PersonRow | null> => {
  if (lock) await sql`SELECT FROM users.account WHERE id = ${userId} FOR UPDATE`.execute(tx);
  const { rows } = await sql<PersonRow>`
    SELECT account.id AS "userId", account.display_name AS "displayName", account.role, account.number, account.email,
      account.language, to_char(account.joined_on, 'YYYY-MM-DD') AS "joinedOn", account.status,
      membership.site_id AS "siteId", membership.group_id AS "groupId",
      coalesce((SELECT jsonb_agg(jsonb_build_object('groupId', member_group.id, 'name', member_group.name)
          ORDER BY member_group.name, member_group.id)
        FROM users.assignment
        JOIN users.member_group ON member_group.org_id = assignment.org_id AND member_group.id = assignment.group_id
        WHERE assignment.org_id = account.org_id AND assignment.supervisor_id = account.id), '[]') AS "assignedGroups",
      ${linked('member_id', 'guardian_id')} AS guardians, ${linked('guardian_id', 'member_id')} AS wards
    FROM users.account
    LEFT JOIN users.membership ON membership.org_id = account.org_id AND membership.member_id = account.id
    WHERE account.id = ${userId}`.execute(tx);
  return rows[0] ?? null;
};

type AccountFields = Omit<PersonFields, 'siteId' | 'groupId'>;

export const insertAccount = async (tx: Tx, orgId: string, userId: string, person: AccountFields): Promise<void> => {
  await sql`
    INSERT INTO users.account (org_id, id, role, display_name, number, email, language, joined_on)
    VALUES (${orgId}, ${userId}, ${person.role}, ${person.displayName}, ${person.number}, ${person.email},
      ${person.language}, ${person.joinedOn}::date)`.execute(tx);
};

export const updateAccount = async (tx: Tx, userId: string, person: AccountFields): Promise<void> => {
  await sql`
    UPDATE users.account SET role = ${person.role}, display_name = ${person.displayName}, number = ${person.number},
      email = ${person.email}, language = ${person.language}, joined_on = ${person.joinedOn}::date
    WHERE id = ${userId}`.execute(tx);
};

export const updateStatus = async (tx: Tx, userId: string, status: PersonStatus): Promise<void> => {
  await sql`UPDATE users.account SET status = ${status} WHERE id = ${userId}`.execute(tx);
};

/** Where the member belongs from now on; null: nowhere, because it is no member any more. */
export const writeMembership = async (
  tx: Tx,
  orgId: string,
  memberId: string,
  place: { readonly siteId: string; readonly groupId: string | null } | null,
): Promise<void> => {
  if (place === null) {
    await sql`DELETE FROM users.membership WHERE member_id = ${memberId}`.execute(tx);
    return;
  }
  await sql`
    INSERT INTO users.membership (org_id, member_id, site_id, group_id)
    VALUES (${orgId}, ${memberId}, ${place.siteId}, ${place.groupId})
    ON CONFLICT (org_id, member_id) DO UPDATE SET site_id = excluded.site_id, group_id = excluded.group_id`.execute(tx);
};

/** What only the former role had: groups of a supervisor, links of a guardian or of a member. */
export const removeTies = async (tx: Tx, userId: string, role: Role): Promise<void> => {
  if (role === 'supervisor') await sql`DELETE FROM users.assignment WHERE supervisor_id = ${userId}`.execute(tx);
  if (role === 'guardian') await sql`DELETE FROM users.guardianship WHERE guardian_id = ${userId}`.execute(tx);
  if (role === 'member') await sql`DELETE FROM users.guardianship WHERE member_id = ${userId}`.execute(tx);
};

/**
 * Active administrators. Whoever asks next waits until this transaction has ended and sees what it did, so that two who
 * dismiss each other do not leave the organization without any.
 */
export const listAdministrators = async (
  tx: Tx,
  orgId: string,
  role: 'org_admin' | 'platform_admin',
): Promise<string[]> => {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`users.administrators ${orgId}`}, 0))`.execute(tx);
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM users.account WHERE role = ${role} AND status = 'active'`.execute(tx);
  return rows.map(({ id }) => id);
};

/** The site of a group; undefined without such a group. */
export const readGroupSite = async (tx: Tx, groupId: string): Promise<string | undefined> => {
  const { rows } = await sql<{ siteId: string }>`
    SELECT site_id AS "siteId" FROM users.member_group WHERE id = ${groupId}`.execute(tx);
  return rows[0]?.siteId;
};

export const readAssignedGroupIds = async (tx: Tx, supervisorId: string): Promise<string[]> => {
  const { rows } = await sql<{ groupId: string }>`
    SELECT group_id AS "groupId" FROM users.assignment
    JOIN users.account ON account.org_id = assignment.org_id AND account.id = assignment.supervisor_id
    WHERE supervisor_id = ${supervisorId} AND account.role = 'supervisor' AND account.status = 'active'`.execute(tx);
  return rows.map(({ groupId }) => groupId);
};

export const readSupervisorIds = async (tx: Tx, groupIds: readonly string[]): Promise<string[]> => {
  const { rows } = await sql<{ supervisorId: string }>`
    SELECT DISTINCT supervisor_id AS "supervisorId" FROM users.assignment
    WHERE group_id = ANY(${[...groupIds]}::uuid[])`.execute(tx);
  return rows.map(({ supervisorId }) => supervisorId);
};

export interface LinkFlags {
  readonly maySee: boolean;
  readonly isTold: boolean;
  readonly mayCollect: boolean;
}

export const writeGuardianship = async (
  tx: Tx,
  orgId: string,
  { guardianId, memberId }: { guardianId: string; memberId: string },
  flags: LinkFlags,
): Promise<void> => {
  await sql`
    INSERT INTO users.guardianship (org_id, guardian_id, member_id, may_see, is_told, may_collect)
    VALUES (${orgId}, ${guardianId}, ${memberId}, ${flags.maySee}, ${flags.isTold}, ${flags.mayCollect})
    ON CONFLICT (org_id, guardian_id, member_id) DO UPDATE
    SET may_see = excluded.may_see, is_told = excluded.is_told, may_collect = excluded.may_collect,
      -- Who may not see does not look on live either, and is not asked to agree to it once more without being told.
      live_agreed_at = CASE WHEN excluded.may_see THEN guardianship.live_agreed_at END`.execute(tx);
};

/** False when there was no such link. */
export const removeGuardianship = async (tx: Tx, guardianId: string, memberId: string): Promise<boolean> => {
  const { rows } = await sql`
    DELETE FROM users.guardianship WHERE guardian_id = ${guardianId} AND member_id = ${memberId} RETURNING 1`.execute(
    tx,
  );
  return rows.length > 0;
};
