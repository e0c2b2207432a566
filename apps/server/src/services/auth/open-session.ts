import { randomBytes } from 'node:crypto';
import type { Tokens } from '@muster/contracts';
import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { OutgoingEvent } from '../../platform/events/port.ts';
import type { OpenCall } from '../../platform/http/call.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { lockUser, readAccount } from './account-store.ts';
import { countUsersOf, readBindings, writeDevice } from './device-store.ts';
import { endSessions } from './end-sessions.ts';
import { refreshExpiry, type TokenSubject } from './issue-tokens.ts';
import type { AuthPorts } from './ports.ts';
import { bindsDevice } from './rules/device-binding.ts';
import { sessionLifetimeMs } from './rules/lifetimes.ts';
import { firstRefreshToken, hashOf, type RefreshToken } from './rules/refresh-token.ts';
import { signInAnomalies } from './rules/sign-in-anomalies.ts';
import { insertRefreshToken, insertSession, listOpenSessions, readHistory } from './session-store.ts';

/** The one who has been away longest is signed out when a user signs in once more than this. */
export const openSessionsAtMost = 20;

/** How somebody has just shown that it is them; stands in the list of sessions and in the audit log. */
export type SignInMethod =
  | 'password'
  | 'password+code'
  | 'password+recovery-code'
  | 'password+passkey'
  | 'passkey'
  | 'single-sign-on';

export interface NewSession {
  readonly orgId: string;
  readonly userId: string;
  readonly device: { readonly deviceId: string; readonly name: string };
  readonly method: SignInMethod;
  /** By the network address. */
  readonly country: string | null;
}

export interface OpenedSession {
  readonly subject: TokenSubject;
  readonly refresh: { readonly token: RefreshToken; readonly expiresAt: Date };
}

type OpeningPorts = Pick<AuthPorts, 'events' | 'clock'>;

/**
 * Begins a session for somebody who has shown everything that is asked of them: the one door in, whatever the way to it.
 * Null when the account is not, or not any more, active.
 */
export const openSession = async (
  tx: Tx,
  { events, clock }: OpeningPorts,
  { orgId, userId, device, method, country }: NewSession,
  call: OpenCall,
): Promise<OpenedSession | null> => {
  await lockUser(tx, userId);
  const account = await readAccount(tx, userId);
  if (account === null || account.status !== 'active') return null;
  const { role } = account;
  const at = clock.now();
  const { deviceId, name } = device;
  const bindings = await readBindings(tx, userId, deviceId);
  const bind = bindsDevice({ role, ...bindings });
  const { isNew } = await writeDevice(tx, { orgId, userId, deviceId, name, bind, at });

  const earlier = await listOpenSessions(tx, userId);
  const surplus = earlier.slice(openSessionsAtMost - 1).map(({ id }) => id);
  await endSessions(tx, events, { orgId, sessionIds: surplus, cause: 'too-many-sessions', at });

  const sessionId = uuidv7();
  const subject = { userId, orgId, role, sessionId, deviceId };
  const anomalies = await findAnomalies(tx, subject, { isNewOnDevice: isNew, country, at });
  const endsBy = new Date(at.getTime() + sessionLifetimeMs);
  const token = firstRefreshToken(orgId, sessionId, randomBytes(32));
  const expiresAt = refreshExpiry(at, endsBy);
  const familySecret = randomBytes(32);
  const session = {
    orgId,
    id: sessionId,
    userId,
    deviceId,
    role,
    method,
    country,
    familySecret,
    startedAt: at,
    endsBy,
  };
  await insertSession(tx, session);
  await insertRefreshToken(tx, { orgId, hash: hashOf(token), sessionId, parentHash: null, issuedAt: at, expiresAt });

  const bound = bind || bindings.ownDeviceId === deviceId;
  const seen = { type: 'auth.device-seen', key: userId, payload: { userId, deviceId, bound } } as const;
  await events.append(tx, orgId, [seen, ...anomalies]);
  const { ipAddress, userAgent, requestId } = call;
  const kinds = anomalies.map(({ payload }) => (payload as { kind: string }).kind);
  await appendAudit(
    tx,
    {
      actor: { kind: 'user', userId, role },
      action: 'auth.signed-in',
      object: { kind: 'session', id: sessionId },
      requestId,
      detail: { method, deviceId, bound, anomalies: kinds },
      personal: { of: userId, fields: { deviceName: name, ipAddress, userAgent, country } },
    },
    clock,
  );
  return { subject, refresh: { token, expiresAt } };
};

const dayMs = 24 * 60 * 60_000;

const findAnomalies = async (
  tx: Tx,
  { userId, sessionId, deviceId }: TokenSubject,
  { isNewOnDevice, country, at }: { isNewOnDevice: boolean; country: string | null; at: Date },
): Promise<OutgoingEvent[]> => {
  const history = await readHistory(tx, userId);
  const anomalies = signInAnomalies({
    nowMs: at.getTime(),
    country,
    earlier: history.map((each) => ({ country: each.country, atMs: each.startedAt.getTime() })),
    accountsOnDevice: isNewOnDevice ? await countUsersOf(tx, deviceId, new Date(at.getTime() - dayMs)) : 1,
    isNewOnDevice,
  });
  return anomalies.map(({ kind, sentence, innocentExplanations }) => ({
    type: 'auth.sign-in-anomaly',
    key: userId,
    payload: {
      userId,
      sessionId,
      deviceId,
      kind,
      at: at.toISOString(),
      sentence,
      innocentExplanations: [...innocentExplanations],
    },
  }));
};

/** The tokens of a session that has just been committed. */
export const tokensOf = (
  { issue, clock }: Pick<AuthPorts, 'issue' | 'clock'>,
  opened: OpenedSession,
): Promise<Tokens> => issue(opened.subject, opened.refresh, clock.now());
