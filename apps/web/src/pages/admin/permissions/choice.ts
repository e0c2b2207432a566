import type { Permission, PermissionOverride, Role, Tie } from '@muster/contracts';
import { permissionRows } from 'virtual:permissions';

/** What one field of the matrix says: the widest tie, or nobody; for a user also "as the role". */
export type Choice = Tie | 'none' | 'as-role';

export const organizationRoles = [
  'org_admin',
  'org_office',
  'supervisor',
  'guardian',
  'member',
] as const satisfies Role[];
export type OrganizationRole = (typeof organizationRoles)[number];

/** From the widest on. */
const widest: readonly Tie[] = ['organization', 'assigned', 'linked', 'self'];

const rowOf = (role: Role, permission: Permission) =>
  permissionRows.find((row) => row.role === role && row.permission === permission);

export const isFixed = (permission: Permission): boolean => rowOf('org_admin', permission)?.isFixed === true;

/** The permissions of an organization, by the word before the dot, in the order of the table. */
export const permissionGroups = (): ReadonlyMap<string, readonly Permission[]> => {
  const groups = new Map<string, Permission[]>();
  for (const { role, permission, attainable } of permissionRows) {
    if (!organizationRoles.some((each) => each === role) || attainable.length === 0) continue;
    const name = permission.split('.')[0] ?? '';
    const group = groups.get(name) ?? [];
    if (!group.includes(permission)) groups.set(name, [...group, permission]);
  }
  return groups;
};

/** What can be chosen for a role: nothing to choose where it could never hold the permission. */
export const choicesFor = (role: Role, permission: Permission): readonly Choice[] => {
  const attainable = rowOf(role, permission)?.attainable ?? [];
  return attainable.length === 0 ? [] : ['none', ...widest.toReversed().filter((tie) => attainable.includes(tie))];
};

type Said = readonly Pick<PermissionOverride, 'subject' | 'permission' | 'effect' | 'ties'>[];
const says = (said: Said, subject: string, permission: Permission, effect: 'grant' | 'deny', tie: Tie): boolean =>
  said.some(
    (each) =>
      (each.subject.kind === 'role' ? each.subject.role : each.subject.userId) === subject &&
      each.permission === permission &&
      each.effect === effect &&
      each.ties.includes(tie),
  );

/** The ties of a role as the table and what was said of it come to; of a user, with what was said of them before that. */
const heldTies = (said: Said, permission: Permission, role: Role, userId?: string): readonly Tie[] => {
  const row = rowOf(role, permission);
  return widest.filter((tie) => {
    if (row === undefined || !row.attainable.includes(tie)) return false;
    if (row.isFixed) return row.ties.includes(tie);
    if (userId !== undefined && says(said, userId, permission, 'deny', tie)) return false;
    if (userId !== undefined && says(said, userId, permission, 'grant', tie)) return true;
    if (says(said, role, permission, 'deny', tie)) return false;
    return says(said, role, permission, 'grant', tie) || row.ties.includes(tie);
  });
};

export const choiceOfRole = (said: Said, role: Role, permission: Permission): Choice =>
  heldTies(said, permission, role)[0] ?? 'none';

export const isChanged = (said: Said, subject: string, permission: Permission): boolean =>
  said.some(
    (each) =>
      each.permission === permission &&
      (each.subject.kind === 'role' ? each.subject.role : each.subject.userId) === subject,
  );

export const choiceOfUser = (said: Said, role: Role, userId: string, permission: Permission): Choice =>
  isChanged(said, userId, permission) ? (heldTies(said, permission, role, userId)[0] ?? 'none') : 'as-role';

/**
 * What has to be said so that a role, or a user, holds exactly what was chosen: nothing of what is so anyway. All that
 * was said of the same subject and permission before is replaced.
 */
export const choose = (
  said: readonly PermissionOverride[],
  subject: PermissionOverride['subject'],
  role: Role,
  permission: Permission,
  choice: Choice,
): readonly PermissionOverride[] => {
  const key = subject.kind === 'role' ? subject.role : subject.userId;
  const others = said.filter(
    (each) =>
      each.permission !== permission ||
      (each.subject.kind === 'role' ? each.subject.role : each.subject.userId) !== key,
  );
  if (choice === 'as-role') return others;
  const before = subject.kind === 'role' ? (rowOf(role, permission)?.ties ?? []) : heldTies(others, permission, role);
  // What is narrower than the choice does no harm, and is there again when the choice is taken back.
  const isTooWide = (tie: Tie): boolean => choice === 'none' || widest.indexOf(tie) < widest.indexOf(choice);
  const denied = before.filter(isTooWide);
  const granted = choice === 'none' || before.includes(choice) ? [] : [choice];
  const line = (effect: 'grant' | 'deny', ties: readonly Tie[]): PermissionOverride[] =>
    ties.length === 0 ? [] : [{ subject, permission, effect, ties: [...ties] }];
  return [...others, ...line('deny', denied), ...line('grant', granted)];
};
