import { type authSecurityRoutes, roles } from '@muster/contracts';
import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { endSessions } from './end-sessions.ts';
import { readFactors } from './factor-store.ts';
import * as store from './policy-store.ts';
import type { AuthPorts } from './ports.ts';
import { isStaff } from './rules/sign-in-step.ts';

type Routes = typeof authSecurityRoutes;

const staffRoles = roles.filter(isStaff);

export const readSignInPolicy: Verb<Routes['readSignInPolicy']> = async (tx) => ({
  ...(await store.readPolicy(tx)),
  ...(await store.countStaff(tx, staffRoles)),
});

/**
 * Who asks others for a second factor has one. Staff who have none are signed out at once, and set one up when they sign
 * in again: before that they reach nothing.
 */
export const changeSignInPolicy =
  ({ events, clock }: Pick<AuthPorts, 'events' | 'clock'>): Verb<Routes['changeSignInPolicy']> =>
  async (tx, { body }, { actor, requestId }) => {
    const { orgId, userId, role, homeOrgId } = actor;
    // Accounts of the platform are secured in their own organization.
    const isFromHere = homeOrgId === undefined;
    if (body.staffSecondFactor && isFromHere && (await readFactors(tx, userId)).length === 0) {
      throw problem('second-factor-required', { detail: 'Set up a second factor for yourself first.' });
    }
    const at = clock.now();
    const before = await store.readPolicy(tx);
    await store.writePolicy(tx, orgId, body, at);
    const sessionIds = body.staffSecondFactor ? await store.listUnsecuredSessions(tx, staffRoles) : [];
    const ended = await endSessions(tx, events, { orgId, sessionIds, cause: 'policy-changed', at });
    await appendAudit(
      tx,
      {
        actor: { kind: 'user', userId, role },
        action: 'auth.policy-changed',
        object: { kind: 'organization', id: orgId },
        requestId,
        detail: { before: { ...before }, after: { ...body }, sessionsEnded: ended.length },
      },
      clock,
    );
    return { ...(await store.readPolicy(tx)), ...(await store.countStaff(tx, staffRoles)) };
  };
