import type { KeptOverride, PermissionOverride, Role, Tie } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../../platform/database/port.ts';

interface OverrideRow {
  role: Role | null;
  user_id: string | null;
  permission: PermissionOverride['permission'];
  effect: PermissionOverride['effect'];
  ties: Tie[];
  display_name: string | null;
}

/** All of an organization, in an order that depends on nothing but what they say. */
export const readOverrides = async (tx: Tx): Promise<KeptOverride[]> => {
  const { rows } = await sql<OverrideRow>`
    SELECT override.role, override.user_id, override.permission, override.effect, override.ties, account.display_name
    FROM users.permission_override override
    LEFT JOIN users.account ON account.org_id = override.org_id AND account.id = override.user_id
    ORDER BY override.role, override.user_id, override.permission, override.effect`.execute(tx);
  return rows.map(({ role, user_id: userId, permission, effect, ties, display_name: displayName }) => ({
    subject: role === null ? { kind: 'user', userId: userId as string } : { kind: 'role', role },
    permission,
    effect,
    ties,
    displayName,
  }));
};

/** Whoever changes them now waits for whoever came first. */
export const lockOverrides = async (tx: Tx): Promise<void> => {
  await sql`SELECT FROM users.organization FOR NO KEY UPDATE`.execute(tx);
};

/** Lists of the columns that make an override what it is. */
const columnsOf = (overrides: readonly PermissionOverride[]) => ({
  roles: overrides.map(({ subject }) => (subject.kind === 'role' ? subject.role : null)),
  users: overrides.map(({ subject }) => (subject.kind === 'user' ? subject.userId : null)),
  permissions: overrides.map(({ permission }) => permission),
  effects: overrides.map(({ effect }) => effect),
  ties: overrides.map(({ ties }) => `{${ties.join()}}`),
});

export const insertOverrides = async (
  tx: Tx,
  orgId: string,
  overrides: readonly PermissionOverride[],
  by: { readonly userId: string; readonly at: Date },
): Promise<void> => {
  const { roles, users, permissions, effects, ties } = columnsOf(overrides);
  await sql`
    INSERT INTO users.permission_override (org_id, role, user_id, permission, effect, ties, set_by, set_at)
    SELECT ${orgId}, role, user_id, permission, effect, ties::text[], ${by.userId}, ${by.at}
    FROM unnest(${roles}::text[], ${users}::uuid[], ${permissions}::text[], ${effects}::text[], ${ties}::text[])
      AS given (role, user_id, permission, effect, ties)`.execute(tx);
};

export const deleteOverrides = async (tx: Tx, overrides: readonly PermissionOverride[]): Promise<void> => {
  const { roles, users, permissions, effects } = columnsOf(overrides);
  await sql`
    DELETE FROM users.permission_override override
    USING unnest(${roles}::text[], ${users}::uuid[], ${permissions}::text[], ${effects}::text[])
      AS gone (role, user_id, permission, effect)
    WHERE override.permission = gone.permission AND override.effect = gone.effect
      AND override.role IS NOT DISTINCT FROM gone.role AND override.user_id IS NOT DISTINCT FROM gone.user_id`.execute(
    tx,
  );
};

export interface ExplainedAccount {
  readonly userId: string;
  readonly displayName: string;
  readonly role: Role;
  readonly status: 'active' | 'suspended' | 'left';
}

export const readAccounts = async (tx: Tx, userIds: readonly string[]): Promise<ExplainedAccount[]> => {
  const { rows } = await sql<ExplainedAccount>`
    SELECT id AS "userId", display_name AS "displayName", role, status FROM users.account
    WHERE id = ANY(${[...userIds]})`.execute(tx);
  return rows;
};

/** How many members each tie of a user leads to. */
export const countReach = async (tx: Tx, userId: string): Promise<{ tie: Tie; memberCount: number }[]> => {
  const { rows } = await sql<{ tie: Tie; memberCount: number }>`
    SELECT via AS tie, count(DISTINCT member_id)::integer AS "memberCount" FROM published.reach
    WHERE user_id = ${userId} GROUP BY via ORDER BY via`.execute(tx);
  return rows;
};

export const readAssignedGroups = async (tx: Tx, userId: string): Promise<{ groupId: string; name: string }[]> => {
  const { rows } = await sql<{ groupId: string; name: string }>`
    SELECT member_group.id AS "groupId", member_group.name
    FROM users.assignment
    JOIN users.member_group ON member_group.org_id = assignment.org_id AND member_group.id = assignment.group_id
    WHERE assignment.supervisor_id = ${userId} ORDER BY member_group.name, member_group.id`.execute(tx);
  return rows;
};

/** The ties between a user and one member. */
export const readTies = async (
  tx: Tx,
  userId: string,
  memberId: string,
): Promise<{ tie: Tie; groupName: string | null }[]> => {
  const { rows } = await sql<{ tie: Tie; groupName: string | null }>`
    SELECT DISTINCT reach.via AS tie, CASE WHEN reach.via = 'assigned' THEN member.group_name END AS "groupName"
    FROM published.reach JOIN published.member USING (org_id, member_id)
    WHERE reach.user_id = ${userId} AND member_id = ${memberId} ORDER BY tie`.execute(tx);
  return rows;
};
