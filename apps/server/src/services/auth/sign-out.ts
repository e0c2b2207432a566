import type { authRoutes } from '@muster/contracts';
import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/port.ts';
import type { EventBus } from '../../platform/events/port.ts';
import type { AccessTokens } from '../../platform/http/access-token.ts';
import type { SignedInHandler } from '../../platform/http/call.ts';
import { endSessions } from './end-sessions.ts';

interface SignOutDependencies {
  readonly database: Database;
  readonly events: Pick<EventBus, 'append'>;
  readonly clock: Clock;
  readonly accessTokens: Pick<AccessTokens, 'forgetSession'>;
}

/** Ends the session of the token that is presented. It has its own transaction, to tell the verifier after the commit. */
export const signOut =
  ({ database, events, clock, accessTokens }: SignOutDependencies): SignedInHandler<typeof authRoutes.signOut> =>
  async (_input, { actor, requestId }) => {
    const { orgId, sessionId, userId, role } = actor;
    await database.inOrganization('auth', orgId, async (tx) => {
      const at = clock.now();
      const ended = await endSessions(tx, events, { orgId, sessionIds: [sessionId], cause: 'signed-out', at });
      if (ended.length === 0) return;
      await appendAudit(
        tx,
        {
          actor: { kind: 'user', userId, role },
          action: 'auth.signed-out',
          object: { kind: 'session', id: sessionId },
          requestId,
          detail: {},
        },
        clock,
      );
    });
    accessTokens.forgetSession(sessionId);
    return null;
  };
