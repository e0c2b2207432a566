import type { Tx } from '../../platform/database/port.ts';
import type { EventBus } from '../../platform/events/port.ts';
import { closeSessions } from './session-store.ts';

export type EndCause =
  | 'signed-out'
  | 'refresh-token-reused'
  | 'foreign-device'
  | 'access-changed'
  | 'too-many-sessions'
  | 'ended-by-user'
  | 'ended-by-administrator'
  | 'password-changed'
  | 'policy-changed'
  | 'factors-reset'
  | 'device-revoked';

/** Ends sessions in the transaction and tells everybody: sockets close, access tokens stop working within a second. */
export const endSessions = async (
  tx: Tx,
  events: Pick<EventBus, 'append'>,
  ended: { orgId: string; sessionIds: readonly string[]; cause: EndCause; at: Date },
): Promise<{ sessionId: string; userId: string }[]> => {
  if (ended.sessionIds.length === 0) return [];
  const closed = await closeSessions(tx, ended.sessionIds, ended.cause, ended.at);
  if (closed.length === 0) return [];
  await events.append(
    tx,
    ended.orgId,
    closed.map(({ sessionId, userId }) => ({
      type: 'auth.session-ended',
      key: userId,
      payload: { userId, sessionId, cause: ended.cause },
    })),
  );
  return closed;
};
