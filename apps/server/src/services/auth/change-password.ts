import type { authSecurityRoutes } from '@muster/contracts';
import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { SignedInHandler } from '../../platform/http/call.ts';
import { networkOf } from '../../platform/http/network-of.ts';
import { problem } from '../../platform/http/problem.ts';
import { lockUser, readCredential } from './account-store.ts';
import { endSessions } from './end-sessions.ts';
import { requireGoodPassword, setPassword } from './new-password.ts';
import { verifyPassword } from './passwords.ts';
import type { AuthPorts } from './ports.ts';
import { proofLimits } from './rules/sign-in-limits.ts';
import { recordSecurityChange } from './security-change.ts';
import { listOpenSessions, markProved } from './session-store.ts';

type Ports = Pick<AuthPorts, 'database' | 'events' | 'clock' | 'throttle' | 'accessTokens'>;

/** With the password before; all other sessions of the account end. It has its own transaction, to tell the verifier after it. */
export const changePassword =
  (ports: Ports): SignedInHandler<typeof authSecurityRoutes.changePassword> =>
  async ({ body }, { actor, requestId, ipAddress }) => {
    const { database, clock, throttle, events } = ports;
    const { orgId, userId, sessionId, deviceId } = actor;
    const limits = proofLimits({ userId, ipAddress: networkOf(ipAddress), knownDeviceId: deviceId });
    const waitMs = await throttle.begin(limits);
    if (waitMs !== null) return problem('too-many-requests', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
    const ended = await database.inOrganization('auth', orgId, async (tx) => {
      await lockUser(tx, userId);
      const before = await readCredential(tx, userId);
      const change = { orgId, userId, by: actor, requestId } as const;
      if (!(await verifyPassword(before?.passwordHash ?? null, body.current))) {
        const object = { kind: 'user', id: userId };
        const action = 'auth.proof-refused';
        await appendAudit(tx, { actor: { kind: 'user', userId }, action, object, requestId, detail: {} }, clock);
        return null;
      }
      await requireGoodPassword(tx, { userId, password: body.next, field: 'next', account: actor });
      const at = clock.now();
      await setPassword(tx, { orgId, userId, password: body.next, at });
      await markProved(tx, sessionId, at);
      const others = (await listOpenSessions(tx, userId)).map(({ id }) => id).filter((id) => id !== sessionId);
      await recordSecurityChange(tx, ports, { ...change, change: 'password', action: 'auth.password-changed' });
      return endSessions(tx, events, { orgId, sessionIds: others, cause: 'password-changed', at });
    });
    if (ended === null)
      return problem('proof-refused', { fields: [{ path: 'body.current', message: 'does not fit' }] });
    for (const session of ended) ports.accessTokens.forgetSession(session.sessionId);
    await throttle.succeeded(limits);
    return null;
  };
