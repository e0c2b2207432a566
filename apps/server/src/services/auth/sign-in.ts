import type { authRoutes, DeviceClaim, SignInStep } from '@muster/contracts';
import type { Tx } from '../../platform/database/port.ts';
import type { OpenCall, OpenHandler } from '../../platform/http/call.ts';
import { networkOf } from '../../platform/http/network-of.ts';
import { problem } from '../../platform/http/problem.ts';
import { findCandidates, readCredential, type SignInCandidate } from './account-store.ts';
import { insertChallenge } from './challenge-store.ts';
import { listPasskeys, readFactors } from './factor-store.ts';
import { requireKnownKey } from './device-proof.ts';
import { loggingForeignDevices, logRefusal } from './log-refusal.ts';
import { openSession, type OpenedSession, tokensOf } from './open-session.ts';
import { askForPasskey } from './passkeys.ts';
import { verifyPassword } from './passwords.ts';
import { readPolicy } from './policy-store.ts';
import type { AuthPorts } from './ports.ts';
import { signInLimits } from './rules/sign-in-limits.ts';
import { stepAfterPassword } from './rules/sign-in-step.ts';

type SignInPorts = Pick<AuthPorts, 'database' | 'events' | 'throttle' | 'clock' | 'issue' | 'party' | 'findCountry'>;
type AfterPassword = { readonly opened: OpenedSession } | { readonly step: SignInStep };

/**
 * By e-mail or number, and password. An account that does not exist, is ambiguous, suspended or has no password is
 * answered as a wrong password is, after the same work. Whether there is a second step is told only to who knows the
 * password.
 */
export const signIn =
  (ports: SignInPorts): OpenHandler<typeof authRoutes.signIn> =>
  async ({ body }, call) => {
    const { database, throttle } = ports;
    const { identifier, organization, device } = body;
    const found = await database.acrossOrganizations(
      'auth',
      (tx) => findCandidates(tx, { identifier, organization, deviceId: device.deviceId }),
      { readOnly: true },
    );
    const candidate = found.length === 1 ? found[0] : undefined;

    const knownDeviceId = candidate?.deviceKnown === true ? device.deviceId : null;
    const limits = signInLimits({ identifier, organization, ipAddress: networkOf(call.ipAddress), knownDeviceId });
    const waitMs = await throttle.begin(limits);
    if (waitMs !== null) return problem('too-many-requests', { retryAfterSeconds: Math.ceil(waitMs / 1000) });

    const fits = await verifyPassword(candidate?.passwordHash ?? null, body.password);
    const country = await ports.findCountry(call.ipAddress);
    const next =
      candidate !== undefined && fits && candidate.status === 'active'
        ? await loggingForeignDevices(ports, candidate.orgId, call, () =>
            database.inOrganization('auth', candidate.orgId, (tx) =>
              afterPassword(tx, ports, { candidate, device, country, call }),
            ),
          )
        : null;
    if (next === null) {
      await throttle.failed(limits);
      await logRefusal(ports, { orgId: candidate?.orgId, userId: candidate?.userId }, call);
      return problem('sign-in-refused');
    }
    // The tries are not given back: who knows the password, and not the second factor, gets no more of them.
    if ('step' in next) return problem('second-factor-needed', { extra: next.step });
    await throttle.succeeded(limits);
    return tokensOf(ports, next.opened);
  };

/** Null when the password was changed, or the account closed, while it was being verified. */
const afterPassword = async (
  tx: Tx,
  ports: SignInPorts,
  {
    candidate,
    device,
    country,
    call,
  }: { candidate: SignInCandidate; device: DeviceClaim; country: string | null; call: OpenCall },
): Promise<AfterPassword | null> => {
  const { orgId, userId, role } = candidate;
  const credential = await readCredential(tx, userId);
  if (credential === null || credential.passwordHash !== candidate.passwordHash) return null;
  const factors = await readFactors(tx, userId);
  const { staffSecondFactor } = await readPolicy(tx);
  const step = stepAfterPassword({ role, factors, passwordStandsAlone: credential.standsAlone, staffSecondFactor });
  if (step === 'done') {
    const opened = await openSession(tx, ports, { orgId, userId, device, method: 'password', country }, call);
    return opened && { opened };
  }
  await requireKnownKey(tx, userId, device);
  const passkey =
    step === 'prove' && factors.includes('passkey')
      ? await askForPasskey(ports.party, await listPasskeys(tx, userId))
      : null;
  const { token, expiresAt } = await insertChallenge(tx, {
    orgId,
    userId,
    deviceId: device.deviceId,
    purpose: step === 'prove' ? 'sign-in' : 'set-up',
    passkeyChallenge: passkey?.challenge ?? null,
    at: ports.clock.now(),
  });
  return {
    step: {
      step,
      challenge: token.text,
      expiresAt: expiresAt.toISOString(),
      factors: step === 'prove' ? factors : ['totp', 'passkey'],
      passkey,
    },
  };
};
