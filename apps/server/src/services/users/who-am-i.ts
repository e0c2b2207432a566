import {
  type authRoutes,
  effectiveTies,
  type PermissionOverride,
  permissionCodes,
  type Profile,
  type Role,
  type Tie,
} from '@muster/contracts';
import type { Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { readProfile } from './organization-store.ts';

export const whoAmI: Verb<typeof authRoutes.whoAmI> = async (tx, _input, { actor }) => {
  const found = await readProfile(tx, actor.userId, actor.deviceId);
  if (found === null) return problem('session-ended');
  const { overrides, ...profile } = found;
  return { ...profile, permissions: permissionsOf(profile, overrides) };
};

/** What is held where nobody has said anything, by role. */
const usual = new Map<Role, Profile['permissions']>();

/** By the rule itself: to ask the view `published.permission` for all permissions at once costs more than all the rest. */
const permissionsOf = (
  { userId, role }: Pick<Profile, 'userId' | 'role'>,
  overrides: readonly PermissionOverride[],
): Profile['permissions'] => {
  const known = overrides.length === 0 ? usual.get(role) : undefined;
  if (known !== undefined) return known;
  const held = permissionCodes
    .map((code) => [code, [...effectiveTies({ userId, role }, code, overrides)]] as const)
    .filter(([, ties]: readonly [string, readonly Tie[]]) => ties.length > 0);
  const permissions = Object.fromEntries(held) as Profile['permissions'];
  if (overrides.length === 0) usual.set(role, permissions);
  return permissions;
};
