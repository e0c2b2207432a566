import { explainTies, permissionCodes, type permissionRoutes } from '@muster/contracts';
import type { Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import * as store from './permissions-store.ts';

/** Why somebody may do what they may: what decided each tie of each permission, and whom the ties lead to. */
export const explainPermissions: Verb<(typeof permissionRoutes)['explainPermissions']> = async (
  tx,
  { params: { userId }, query: { memberId } },
) => {
  const accounts = await store.readAccounts(tx, memberId === undefined ? [userId] : [userId, memberId]);
  const account = accounts.find((each) => each.userId === userId);
  const member = accounts.find((each) => each.userId === memberId);
  if (account === undefined || (memberId !== undefined && member?.role !== 'member')) {
    throw problem('not-found', { detail: 'Nobody of this id is known to you.' });
  }
  const overrides = await store.readOverrides(tx);
  const permissions = permissionCodes
    .map((permission) => ({ permission, decisions: [...explainTies(account, permission, overrides)] }))
    .filter(({ decisions }) => decisions.length > 0);
  const groups = await store.readAssignedGroups(tx, userId);
  const counts = await store.countReach(tx, userId);
  return {
    ...account,
    permissions,
    reach: counts.map(({ tie, memberCount }) => ({ tie, memberCount, groups: tie === 'assigned' ? groups : [] })),
    member:
      member === undefined
        ? null
        : {
            memberId: member.userId,
            displayName: member.displayName,
            ties: await store.readTies(tx, userId, member.userId),
          },
  };
};
