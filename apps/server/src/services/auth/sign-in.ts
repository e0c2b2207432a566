import { randomBytes } from 'node:crypto';
import type { authRoutes } from '@muster/contracts';
import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Tx } from '../../platform/database/port.ts';
import type { EventBus } from '../../platform/events/port.ts';
import type { OpenCall, OpenHandler } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { findCandidates, lockCredential, type SignInCandidate } from './account-store.ts';
import { readBindings, writeDevice } from './device-store.ts';
import { endSessions } from './end-sessions.ts';
import { type IssueTokens, refreshExpiry, sessionLifetimeMs, type TokenSubject } from './issue-tokens.ts';
import { verifyPassword } from './passwords.ts';
import { bindsDevice } from './rules/device-binding.ts';
import { firstRefreshToken, hashOf, type RefreshToken } from './rules/refresh-token.ts';
import { signInLimits } from './rules/sign-in-limits.ts';
import { insertRefreshToken, insertSession, listOpenSessions } from './session-store.ts';
import type { SignInThrottle } from './sign-in-throttle.ts';

export interface SignInDependencies {
  readonly database: Database;
  readonly events: Pick<EventBus, 'append'>;
  readonly throttle: SignInThrottle;
  readonly clock: Clock;
  readonly issue: IssueTokens;
}

/** The one who has been away longest is signed out when a user signs in once more than this. */
export const openSessionsAtMost = 20;

/**
 * By e-mail or number, and password. An account that does not exist, is ambiguous, suspended or has no password is
 * answered as a wrong password is, after the same work.
 */
export const signIn =
  (dependencies: SignInDependencies): OpenHandler<typeof authRoutes.signIn> =>
  async ({ body }, call) => {
    const { database, throttle } = dependencies;
    const { identifier, organization, device } = body;
    const found = await database.acrossOrganizations(
      'auth',
      (tx) => findCandidates(tx, { identifier, organization, deviceId: device.deviceId }),
      { readOnly: true },
    );
    const candidate = found.length === 1 ? found[0] : undefined;

    const knownDeviceId = candidate?.deviceKnown === true ? device.deviceId : null;
    const limits = signInLimits({ identifier, organization, ipAddress: call.ipAddress, knownDeviceId });
    const waitMs = await throttle.begin(limits);
    if (waitMs !== null) return problem('too-many-requests', { retryAfterSeconds: Math.ceil(waitMs / 1000) });

    const fits = await verifyPassword(candidate?.passwordHash ?? null, body.password);
    const opened =
      candidate !== undefined && fits && candidate.status === 'active'
        ? await database.inOrganization('auth', candidate.orgId, (tx) =>
            openSession(tx, dependencies, candidate, device, call),
          )
        : null;
    if (opened === null) {
      await throttle.failed(limits);
      await logRefusal(dependencies, candidate, call);
      return problem('sign-in-refused');
    }
    await throttle.succeeded(limits);
    return dependencies.issue(opened.subject, opened.refresh, dependencies.clock.now());
  };

/** Stands in the log of the organization, or in that of the deployment where no account was meant. */
const logRefusal = async (
  { database, clock }: SignInDependencies,
  candidate: SignInCandidate | undefined,
  call: OpenCall,
): Promise<void> => {
  const log = (tx: Tx) =>
    appendAudit(
      tx,
      {
        actor: { kind: 'anonymous' },
        action: 'auth.sign-in-refused',
        object: { kind: 'user', id: candidate?.userId ?? 'unknown' },
        requestId: call.requestId,
        detail: { ipAddress: call.ipAddress, userAgent: call.userAgent },
      },
      clock,
    );
  await (candidate === undefined
    ? database.acrossOrganizations('auth', log)
    : database.inOrganization('auth', candidate.orgId, log));
};

const openSession = async (
  tx: Tx,
  { events, clock }: SignInDependencies,
  { orgId, userId, role }: SignInCandidate,
  device: { deviceId: string; name: string },
  call: OpenCall,
): Promise<{ subject: TokenSubject; refresh: { token: RefreshToken; expiresAt: Date } } | null> => {
  if (!(await lockCredential(tx, userId))) return null;
  const at = clock.now();
  const { deviceId, name } = device;
  const bindings = await readBindings(tx, userId, deviceId);
  const bind = bindsDevice({ role, ...bindings });
  await writeDevice(tx, { orgId, userId, deviceId, name, bind, at });

  const earlier = await listOpenSessions(tx, userId);
  const surplus = earlier.slice(openSessionsAtMost - 1).map(({ id }) => id);
  await endSessions(tx, events, { orgId, sessionIds: surplus, cause: 'too-many-sessions', at });

  const sessionId = uuidv7();
  const endsBy = new Date(at.getTime() + sessionLifetimeMs);
  const token = firstRefreshToken(orgId, sessionId, randomBytes(32));
  const expiresAt = refreshExpiry(at, endsBy);
  const familySecret = randomBytes(32);
  await insertSession(tx, { orgId, id: sessionId, userId, deviceId, role, familySecret, startedAt: at, endsBy });
  await insertRefreshToken(tx, { orgId, hash: hashOf(token), sessionId, parentHash: null, issuedAt: at, expiresAt });

  const bound = bind || bindings.ownDeviceId === deviceId;
  await events.append(tx, orgId, [{ type: 'auth.device-seen', key: userId, payload: { userId, deviceId, bound } }]);
  await appendAudit(
    tx,
    {
      actor: { kind: 'user', userId, role },
      action: 'auth.signed-in',
      object: { kind: 'session', id: sessionId },
      requestId: call.requestId,
      detail: { deviceId, deviceName: name, bound, ipAddress: call.ipAddress, userAgent: call.userAgent },
    },
    clock,
  );
  return { subject: { userId, orgId, role, sessionId, deviceId }, refresh: { token, expiresAt } };
};
