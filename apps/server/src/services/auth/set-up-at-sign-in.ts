import type { authRoutes } from '@muster/contracts';
import type { Tx } from '../../platform/database/port.ts';
import type { OpenHandler } from '../../platform/http/call.ts';
import { Problem, problem } from '../../platform/http/problem.ts';
import { lockUser } from './account-store.ts';
import { type Challenge, takeChallenge, writePending } from './challenge-store.ts';
import { readFactors } from './factor-store.ts';
import { keepFactor, prepareFactor } from './factors.ts';
import { loggingForeignDevices } from './log-refusal.ts';
import { openSession, tokensOf } from './open-session.ts';
import type { AuthPorts } from './ports.ts';
import { type OneUseToken, parseOneUseToken } from './rules/one-use-token.ts';

type Ports = Omit<AuthPorts, 'accessTokens' | 'publicUrl' | 'throttle'>;

/**
 * For those who may not be signed in without a second factor and have none: the challenge they got for their password
 * opens nothing but this. Each begin gives a new secret, or a new question to a passkey.
 */
export const beginSetUpAtSignIn =
  (ports: Ports): OpenHandler<typeof authRoutes.beginSetUpAtSignIn> =>
  async ({ body }) => {
    const token = parseOneUseToken(body.challenge);
    if (token === null) return problem('step-ended');
    return ports.database.inOrganization('auth', token.orgId, async (tx) => {
      const challenge = await takeSetUp(tx, ports, token, body.device.deviceId);
      if (challenge === null) return problem('step-ended');
      const owner = { orgId: token.orgId, userId: challenge.userId };
      const { setUp, pending } = await prepareFactor(tx, ports, owner, body.factor);
      await writePending(tx, challenge.tokenHash, pending);
      return setUp;
    });
  };

export const finishSetUpAtSignIn =
  (ports: Ports): OpenHandler<typeof authRoutes.finishSetUpAtSignIn> =>
  async ({ body }, call) => {
    const token = parseOneUseToken(body.challenge);
    if (token === null) return problem('step-ended');
    const { device, factor } = body;
    const country = await ports.findCountry(call.ipAddress);
    const { orgId } = token;
    const done = await loggingForeignDevices(ports, orgId, call, () =>
      ports.database.inOrganization('auth', orgId, async (tx) => {
        const challenge = await takeSetUp(tx, ports, token, device.deviceId);
        if (challenge === null) return problem('step-ended');
        const { userId } = challenge;
        const owner = { orgId, userId, by: null, requestId: call.requestId };
        const kept = await keepFactor(tx, ports, owner, { challenge, factor });
        if (kept === 'refused') return problem('proof-refused');
        const method = factor.kind === 'totp' ? ('password+code' as const) : ('password+passkey' as const);
        const opened = await openSession(tx, ports, { orgId, userId, device, method, country }, call);
        // Throwing takes the factor back, too.
        if (opened === null) throw problem('step-ended');
        return { opened, recoveryCodes: kept.recoveryCodes };
      }),
    );
    if (done instanceof Problem) return done;
    return { tokens: await tokensOf(ports, done.opened), recoveryCodes: done.recoveryCodes };
  };

/** Null as well when there is a second factor by now: whoever only knows the password must not add another one. */
const takeSetUp = async (
  tx: Tx,
  { clock }: Pick<Ports, 'clock'>,
  token: OneUseToken,
  deviceId: string,
): Promise<Challenge | null> => {
  const challenge = await takeChallenge(tx, token, { purpose: 'set-up', deviceId, at: clock.now() });
  if (challenge === null) return null;
  await lockUser(tx, challenge.userId);
  return (await readFactors(tx, challenge.userId)).length === 0 ? challenge : null;
};
