import type { RegistrationCode, registrationRoutes, Role, RouteInput, SignInStep } from '@muster/contracts';
import { appendAudit, deploymentOrgId } from '../../platform/audit-trail/append.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { OpenCall, OpenHandler, Verb } from '../../platform/http/call.ts';
import { networkOf } from '../../platform/http/network-of.ts';
import { Problem, problem } from '../../platform/http/problem.ts';
import { type Account, findOrganization, lockUser, readAccount, readCredential, readNames } from './account-store.ts';
import { approveDevice } from './approve-device.ts';
import { insertChallenge } from './challenge-store.ts';
import { endSessions } from './end-sessions.ts';
import { requireKnownKey } from './device-proof.ts';
import { listPasskeys, readFactors } from './factor-store.ts';
import { loggingForeignDevices } from './log-refusal.ts';
import { readMinLength, requireGoodPassword, setPassword } from './new-password.ts';
import { openSession, type OpenedSession, tokensOf } from './open-session.ts';
import { askForPasskey } from './passkeys.ts';
import { revokePasswordLinks } from './password-link-store.ts';
import type { AuthPorts } from './ports.ts';
import { parseOneUseToken } from './rules/one-use-token.ts';
import { registrationLimits } from './rules/registration-limits.ts';
import { recordSecurityChange } from './security-change.ts';
import { listOpenSessions } from './session-store.ts';
import { endCode, type FoundCode } from './teacher-code-store.ts';
import { keyOf, tryCode } from './teacher-code-tries.ts';

/** Members get in by the code that staff have given them: on a first phone, after reinstalling, without a password. */

type Routes = typeof registrationRoutes;
type Ports = Pick<
  AuthPorts,
  'database' | 'events' | 'clock' | 'throttle' | 'box' | 'issue' | 'party' | 'findCountry' | 'accessTokens'
>;

/** What the code has opened: an open one, of an active member. */
interface Opened {
  readonly orgId: string;
  readonly code: FoundCode;
  readonly account: Account;
}

/** The code is looked at, and stays as it is. */
export const readRegistration =
  (ports: Ports): OpenHandler<Routes['readRegistration']> =>
  ({ body }, call) =>
    withCode(ports, body.by, call, async (tx, { code: { memberId }, account }) => {
      const { organizationName } = await readNames(tx, memberId);
      return {
        displayName: account.displayName,
        organizationName,
        needsPassword: (await readCredential(tx, memberId)) === null,
        minLength: await readMinLength(tx, memberId, account),
      };
    });

/** A password that is refused leaves the code as it is. */
export const register =
  (ports: Ports): OpenHandler<Routes['register']> =>
  async ({ body }, call) => {
    const country = await ports.findCountry(call.ipAddress);
    const done = await withCode(ports, body.by, call, (tx, opened) =>
      useCode(tx, ports, opened, { body, country, call }),
    );
    if (done instanceof Problem) return done;
    for (const sessionId of done.endedSessionIds) ports.accessTokens.forgetSession(sessionId);
    if ('step' in done) return problem('second-factor-needed', { extra: done.step });
    return tokensOf(ports, done.opened);
  };

/** For a member who is signed in on a device that is not confirmed yet. */
export const confirmDevice =
  (ports: Ports): Verb<Routes['confirmDevice']> =>
  async (tx, { body }, call) => {
    const { orgId, userId, deviceId } = call.actor;
    const limits = registrationLimits(networkOf(call.ipAddress));
    const waitMs = await ports.throttle.begin(limits);
    if (waitMs !== null) return tooMany(waitMs);
    const code = await tryCode(tx, ports, await keyOf(ports, orgId, body.by), call);
    // Only their own are within reach.
    if (code === null || code.memberId !== userId) {
      await ports.throttle.failed(limits);
      return problem('teacher-code-refused');
    }
    await endCode(tx, code.id, 'used', ports.clock.now());
    await logUse(tx, ports, { orgId, code, deviceId, call, reason: 'device' });
    const approvedBy = await issuerOf(tx, code);
    const { requestId } = call;
    await approveDevice(tx, ports, { orgId, userId, deviceId, approvedBy, how: 'teacher-code', requestId });
    return null;
  };

/**
 * Runs `work` for whom the code is. Whatever does not fit is answered alike, after the same steps: an organization that
 * does not exist, a code that does not, one that was used or is too old, a member who may not sign in.
 */
const withCode = async <T>(
  ports: Ports,
  by: RegistrationCode,
  call: OpenCall,
  work: (tx: Tx, opened: Opened) => Promise<T | null>,
): Promise<T | Problem> => {
  const { database, throttle } = ports;
  // 256 random bits are not guessed: who scans is not held up by those who type, at the same address, what is wrong.
  const limits = 'token' in by ? null : registrationLimits(networkOf(call.ipAddress));
  const waitMs = limits === null ? null : await throttle.begin(limits);
  if (waitMs !== null) return tooMany(waitMs);
  const orgId = (await organizationOf(ports, by)) ?? deploymentOrgId;
  const key = await keyOf(ports, orgId, by);
  const done = await loggingForeignDevices(ports, orgId, call, () =>
    database.inOrganization('auth', orgId, async (tx) => {
      const code = await tryCode(tx, ports, key, call);
      const account = code === null ? null : await readAccount(tx, code.memberId);
      if (code === null || account?.status !== 'active' || account.role !== 'member') return null;
      return work(tx, { orgId, code, account });
    }),
  );
  if (done !== null) return done;
  if (limits !== null) await throttle.failed(limits);
  return problem('teacher-code-refused');
};

const organizationOf = async ({ database }: Ports, by: RegistrationCode): Promise<string | null> =>
  'token' in by
    ? (parseOneUseToken(by.token)?.orgId ?? null)
    : database.acrossOrganizations('auth', (tx) => findOrganization(tx, by.organization), { readOnly: true });

const tooMany = (waitMs: number): Problem =>
  problem('too-many-requests', { retryAfterSeconds: Math.ceil(waitMs / 1000) });

interface Using {
  readonly body: RouteInput<Routes['register']>['body'];
  readonly country: string | null;
  readonly call: OpenCall;
}
type Used = ({ readonly opened: OpenedSession } | { readonly step: SignInStep }) & {
  readonly endedSessionIds: readonly string[];
};

const useCode = async (
  tx: Tx,
  ports: Ports,
  { orgId, code, account }: Opened,
  { body: { device, password }, country, call }: Using,
): Promise<Used | null> => {
  const { memberId } = code;
  const at = ports.clock.now();
  const isNew = password !== undefined || (await readCredential(tx, memberId)) === null;
  if (isNew) await requireGoodPassword(tx, { userId: memberId, password: password ?? '', field: 'password', account });
  await lockUser(tx, memberId);
  await endCode(tx, code.id, 'used', at);
  await logUse(tx, ports, { orgId, code, deviceId: device.deviceId, call, reason: 'registration' });
  const endedSessionIds = isNew
    ? await replacePassword(tx, ports, { orgId, memberId, password: password ?? '', call })
    : [];
  // The code stands in for the password, not for what is asked beside it.
  const factors = await readFactors(tx, memberId);
  if (factors.length > 0) {
    await requireKnownKey(tx, memberId, device);
    const step = await askForFactor(tx, ports, { orgId, memberId, deviceId: device.deviceId, factors });
    return { step, endedSessionIds };
  }
  const deviceApprovedBy = await issuerOf(tx, code);
  const session = { orgId, userId: memberId, device, method: 'teacher-code', country, deviceApprovedBy } as const;
  const opened = await openSession(tx, ports, session, call);
  return opened && { opened, endedSessionIds };
};

/** On whose word the device is the member’s own. */
const issuerOf = async (tx: Tx, { issuedBy }: FoundCode): Promise<{ userId: string; role: Role }> => ({
  userId: issuedBy,
  // Of the platform, where the account is of no role here.
  role: (await readAccount(tx, issuedBy))?.role ?? 'platform_admin',
});

/** Sets it, has its owner told, and ends what was begun with the one before. @returns the sessions that ended */
const replacePassword = async (
  tx: Tx,
  ports: Ports,
  { orgId, memberId: userId, password, call }: { orgId: string; memberId: string; password: string; call: OpenCall },
): Promise<string[]> => {
  const at = ports.clock.now();
  await setPassword(tx, { orgId, userId, password, at });
  await revokePasswordLinks(tx, userId, at);
  const change = {
    change: 'password',
    action: 'auth.password-set-by-code',
    by: null,
    requestId: call.requestId,
  } as const;
  await recordSecurityChange(tx, ports, { orgId, userId, ...change });
  const sessionIds = (await listOpenSessions(tx, userId)).map(({ id }) => id);
  await endSessions(tx, ports.events, { orgId, sessionIds, cause: 'password-changed', at });
  return sessionIds;
};

const askForFactor = async (
  tx: Tx,
  ports: Ports,
  {
    orgId,
    memberId: userId,
    deviceId,
    factors,
  }: { orgId: string; memberId: string; deviceId: string; factors: Awaited<ReturnType<typeof readFactors>> },
): Promise<SignInStep> => {
  const passkey = factors.includes('passkey') ? await askForPasskey(ports.party, await listPasskeys(tx, userId)) : null;
  const { token, expiresAt } = await insertChallenge(tx, {
    orgId,
    userId,
    deviceId,
    purpose: 'sign-in',
    passkeyChallenge: passkey?.challenge ?? null,
    at: ports.clock.now(),
  });
  return { step: 'prove', challenge: token.text, expiresAt: expiresAt.toISOString(), factors, passkey };
};

const logUse = (
  tx: Tx,
  { clock }: Pick<Ports, 'clock'>,
  {
    code,
    deviceId,
    call: { requestId, ipAddress, userAgent },
    reason,
  }: { orgId: string; code: FoundCode; deviceId: string; call: OpenCall; reason: 'registration' | 'device' },
): Promise<void> => {
  const { id: codeId, memberId, issuedBy } = code;
  const entry = {
    actor: { kind: 'user', userId: memberId, role: 'member' },
    action: 'auth.teacher-code-used',
    object: { kind: 'member', id: memberId },
    requestId,
    detail: { codeId, issuedBy, deviceId, reason },
    personal: { of: memberId, fields: { ipAddress, userAgent } },
  } as const;
  return appendAudit(tx, entry, clock);
};
