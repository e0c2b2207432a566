import type { authSecurityRoutes } from '@muster/contracts';
import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Call, Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { type EndCause, endSessions } from './end-sessions.ts';
import type { AuthPorts } from './ports.ts';
import { describeOpenSessions, listOpenSessions } from './session-store.ts';

type Routes = typeof authSecurityRoutes;
type Ports = Pick<AuthPorts, 'events' | 'clock'>;

export const listSessions =
  ({ clock }: Pick<Ports, 'clock'>): Verb<Routes['listSessions']> =>
  async (tx, _input, { actor }) => {
    const sessions = await describeOpenSessions(tx, actor.userId, clock.now());
    return {
      items: sessions.map(({ id, deviceName, method, country, startedAt, lastUsedAt }) => ({
        sessionId: id,
        deviceName: deviceName ?? '',
        method,
        country,
        startedAt: startedAt.toISOString(),
        lastUsedAt: lastUsedAt.toISOString(),
        isThis: id === actor.sessionId,
      })),
    };
  };

export const endSession =
  (ports: Ports): Verb<Routes['endSession']> =>
  async (tx, { params }, call) => {
    const open = await listOpenSessions(tx, call.actor.userId);
    if (!open.some(({ id }) => id === params.sessionId)) throw problem('not-found');
    await endAndLog(tx, ports, call, {
      userId: call.actor.userId,
      sessionIds: [params.sessionId],
      cause: 'ended-by-user',
    });
    return null;
  };

export const endOtherSessions =
  (ports: Ports): Verb<Routes['endOtherSessions']> =>
  async (tx, _input, call) => {
    const { userId, sessionId } = call.actor;
    const others = (await listOpenSessions(tx, userId)).map(({ id }) => id).filter((id) => id !== sessionId);
    return { ended: await endAndLog(tx, ports, call, { userId, sessionIds: others, cause: 'ended-by-user' }) };
  };

/** Ends sessions of one user on somebody's behalf; says how many there were. */
export const endAndLog = async (
  tx: Tx,
  { events, clock }: Ports,
  { actor, requestId }: Call,
  { userId, sessionIds, cause }: { userId: string; sessionIds: readonly string[]; cause: EndCause },
): Promise<number> => {
  const ended = await endSessions(tx, events, { orgId: actor.orgId, sessionIds, cause, at: clock.now() });
  if (ended.length === 0) return 0;
  const entry = {
    actor: { kind: 'user', userId: actor.userId, role: actor.role },
    action: 'auth.sessions-ended',
    object: { kind: 'user', id: userId },
    requestId,
    detail: { cause, sessionIds: ended.map(({ sessionId }) => sessionId) },
  } as const;
  await appendAudit(tx, entry, clock);
  return ended.length;
};
