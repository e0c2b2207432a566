import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Consumer, EventBus } from '../../platform/events/port.ts';
import { readAccount } from './account-store.ts';
import { endSessions } from './end-sessions.ts';
import { listOpenSessions } from './session-store.ts';

interface ConsumerDependencies {
  readonly events: Pick<EventBus, 'append'>;
  readonly clock: Clock;
}

/** Who is suspended, has left, or got another role is signed out everywhere: the tokens still say what was. */
export const accessChanges = ({ events, clock }: ConsumerDependencies): Consumer<'users.access-changed'> => ({
  name: 'auth.access-changes',
  service: 'auth',
  types: ['users.access-changed'],
  async handle(tx, stored) {
    for (const { orgId, payload } of stored) {
      if (payload.userId !== null) await endOutdated(tx, { events, clock }, orgId, payload.userId);
    }
  },
});

const endOutdated = async (
  tx: Tx,
  { events, clock }: ConsumerDependencies,
  orgId: string,
  userId: string,
): Promise<void> => {
  const account = await readAccount(tx, userId);
  const open = await listOpenSessions(tx, userId);
  const outdated = open.filter(({ role }) => account?.status !== 'active' || account.role !== role);
  const at = clock.now();
  const sessionIds = outdated.map(({ id }) => id);
  const ended = await endSessions(tx, events, { orgId, sessionIds, cause: 'access-changed', at });
  for (const { sessionId } of ended) {
    const object = { kind: 'session', id: sessionId };
    const detail = { cause: 'access-changed', userId };
    await appendAudit(tx, { actor: { kind: 'system' }, action: 'auth.session-revoked', object, detail }, clock);
  }
};
