import { isPlatformRole, type Role, rolesManagedBy, rolesManagedOnVisit } from '@muster/contracts';
import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';
import type { Call } from '../http/call.ts';
import { problem } from '../http/problem.ts';

/** Who holds these permissions manages accounts of these roles. Administrators are made by who may give permissions. */
const rolesOf = (held: readonly { readonly permission: string; readonly isWide: boolean }[]): Role[] => {
  const holds = (permission: string) => held.find((each) => each.permission === permission);
  const roles: Role[] = [];
  if (holds('members.manage') !== undefined) roles.push('member');
  if (holds('guardians.manage')?.isWide === true) roles.push('guardian');
  if (holds('staff.manage')?.isWide !== true) return roles;
  roles.push('supervisor', 'org_office');
  if (holds('permissions.manage')?.isWide === true) roles.push('org_admin');
  return roles;
};

/**
 * Of which roles a user may make, change and invite accounts, as permissions are now. Nothing is narrowed or widened for
 * accounts of the platform, neither in their own organization nor in one that they visit.
 */
export const readManagedRoles = async (
  tx: Tx,
  actor: Pick<Call['actor'], 'userId' | 'role' | 'homeOrgId'>,
): Promise<readonly Role[]> => {
  if (actor.homeOrgId !== undefined) return rolesManagedOnVisit(actor.role);
  if (isPlatformRole(actor.role)) return rolesManagedBy(actor.role);
  const { rows } = await sql<{ permission: string; isWide: boolean }>`
    SELECT permission, ties && '{all,organization}' AS "isWide" FROM published.permission
    WHERE user_id = ${actor.userId} AND cardinality(ties) > 0
      AND permission IN ('members.manage', 'guardians.manage', 'staff.manage', 'permissions.manage')`.execute(tx);
  return rolesOf(rows);
};

/** @throws Problem `not-permitted` when accounts of that role are not the caller's to make or change */
export const requireManagedRole = async (tx: Tx, { actor }: Pick<Call, 'actor'>, role: Role): Promise<void> => {
  if (!(await readManagedRoles(tx, actor)).includes(role)) {
    throw problem('not-permitted', { detail: 'Accounts of this role are managed by others than you.' });
  }
};
