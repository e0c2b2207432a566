import type { authRoutes, Role } from '@muster/contracts';
import { type AuditEntry, appendAudit } from '../../platform/audit-trail/append.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Tx } from '../../platform/database/port.ts';
import type { EventBus } from '../../platform/events/port.ts';
import type { OpenHandler } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { readAccount } from './account-store.ts';
import { type EndCause, endSessions } from './end-sessions.ts';
import { type IssueTokens, refreshExpiry, type TokenSubject } from './issue-tokens.ts';
import { decideRefresh, type RefreshDecision } from './rules/refresh-decision.ts';
import { hashOf, parseRefreshToken, type RefreshToken, successorOf } from './rules/refresh-token.ts';
import {
  insertRefreshToken,
  lockSession,
  markSessionUsed,
  markUsed,
  type RefreshTokenRow,
  readRefreshToken,
  removeUsedTokens,
  type SessionRow,
} from './session-store.ts';

export interface RefreshDependencies {
  readonly database: Database;
  readonly events: Pick<EventBus, 'append'>;
  readonly clock: Clock;
  readonly issue: IssueTokens;
}

/** So long a used token is remembered, to notice when somebody presents it again. */
const reuseNoticedForMs = 7 * 24 * 60 * 60_000;

interface Refreshed {
  readonly subject: TokenSubject;
  readonly refresh: { readonly token: RefreshToken; readonly expiresAt: Date };
  readonly at: Date;
}

/**
 * Exchanges a refresh token, once. In one transaction that holds the session's lock, so of any number of parallel
 * tries one rotates and the others, within the grace period, are given the same successor.
 */
export const refresh =
  (dependencies: RefreshDependencies): OpenHandler<typeof authRoutes.refresh> =>
  async ({ body }, call) => {
    const token = parseRefreshToken(body.refreshToken);
    if (token === null) return problem('session-ended');
    const refreshed = await dependencies.database.inOrganization('auth', token.orgId, (tx) =>
      exchange(tx, dependencies, token, body.deviceId, call.requestId),
    );
    return refreshed === null
      ? problem('session-ended')
      : dependencies.issue(refreshed.subject, refreshed.refresh, refreshed.at);
  };

/** Null when the session has ended, or ends with this. */
const exchange = async (
  tx: Tx,
  { events, clock }: RefreshDependencies,
  token: RefreshToken,
  deviceId: string,
  requestId: string,
): Promise<Refreshed | null> => {
  const { orgId, sessionId } = token;
  const session = await lockSession(tx, sessionId);
  const row = session === null ? null : await readRefreshToken(tx, sessionId, hashOf(token));
  if (session === null || row === null) return null;
  const at = clock.now();
  const audit = (action: string, actor: AuditEntry['actor'], detail: AuditEntry['detail'] = {}) =>
    appendAudit(tx, { actor, action, object: { kind: 'session', id: sessionId }, requestId, detail }, clock);
  const end = (cause: EndCause) => endSessions(tx, events, { orgId, sessionIds: [sessionId], cause, at });

  const decision = decideRefresh({ nowMs: at.getTime(), deviceId, ...standing(session, row) });
  const cause = endCauseOf(decision);
  if (cause !== null) {
    await end(cause);
    await audit('auth.session-revoked', { kind: 'anonymous' }, { cause, userId: session.userId, deviceId });
    return null;
  }
  if (decision !== 'rotate' && decision !== 'repeat') return null;

  const account = await readAccount(tx, session.userId);
  if (account === null || account.status !== 'active' || session.familySecret === null) {
    await end('access-changed');
    await audit('auth.session-revoked', { kind: 'system' }, { cause: 'access-changed', userId: session.userId });
    return null;
  }
  const successor = successorOf(token, session.familySecret);
  const expiresAt = row.successorExpiresAt ?? refreshExpiry(at, session.endsBy);
  if (decision === 'rotate') {
    await markUsed(tx, hashOf(token), at);
    const parentHash = hashOf(token);
    await insertRefreshToken(tx, { orgId, hash: hashOf(successor), sessionId, parentHash, issuedAt: at, expiresAt });
    await markSessionUsed(tx, sessionId, at);
    await removeUsedTokens(tx, sessionId, new Date(at.getTime() - reuseNoticedForMs));
  }
  await audit(
    'auth.session-refreshed',
    { kind: 'user', userId: session.userId, role: account.role },
    { repeated: decision === 'repeat' },
  );
  return { subject: subjectOf(orgId, session, account.role), refresh: { token: successor, expiresAt }, at };
};

const subjectOf = (orgId: string, { id, userId, deviceId }: SessionRow, role: Role): TokenSubject => ({
  userId,
  orgId,
  role,
  sessionId: id,
  deviceId,
});

const standing = (session: SessionRow, row: RefreshTokenRow) => ({
  session: {
    deviceId: session.deviceId,
    endedAtMs: session.endedAt?.getTime() ?? null,
    endsByMs: session.endsBy.getTime(),
  },
  token: {
    expiresAtMs: row.expiresAt.getTime(),
    usedAtMs: row.usedAt?.getTime() ?? null,
    successorUsed: row.successorUsed,
  },
});

const endCauseOf = (decision: RefreshDecision): EndCause | null => {
  switch (decision) {
    case 'reused':
      return 'refresh-token-reused';
    case 'foreign-device':
      return 'foreign-device';
    default:
      return null;
  }
};
