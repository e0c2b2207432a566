import type { authRoutes, RouteInput, SecondFactor } from '@muster/contracts';
import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { OpenCall, OpenHandler } from '../../platform/http/call.ts';
import { networkOf } from '../../platform/http/network-of.ts';
import { Problem, problem } from '../../platform/http/problem.ts';
import { type Challenge, removeChallenge, takeChallenge } from './challenge-store.ts';
import { isKnownDevice } from './device-store.ts';
import { countRecoveryCodes } from './factor-store.ts';
import { loggingForeignDevices } from './log-refusal.ts';
import { openSession, type OpenedSession, type SignInMethod, tokensOf } from './open-session.ts';
import type { AuthPorts } from './ports.ts';
import { proveSecondFactor } from './prove.ts';
import { parseOneUseToken } from './rules/one-use-token.ts';
import { proofLimits } from './rules/sign-in-limits.ts';
import { recordSecurityChange } from './security-change.ts';

type Ports = Omit<AuthPorts, 'accessTokens' | 'publicUrl'>;
type Body = RouteInput<typeof authRoutes.finishSignIn>['body'];

const methods: Record<SecondFactor['kind'], SignInMethod> = {
  code: 'password+code',
  'recovery-code': 'password+recovery-code',
  passkey: 'password+passkey',
};

/** The second step. What was begun on one device is finished on no other; five wrong tries end it. */
export const finishSignIn =
  (ports: Ports): OpenHandler<typeof authRoutes.finishSignIn> =>
  async ({ body }, call) => {
    const token = parseOneUseToken(body.challenge);
    if (token === null) return problem('step-ended');
    const country = await ports.findCountry(call.ipAddress);
    const { orgId } = token;
    const opened = await loggingForeignDevices(ports, orgId, call, () =>
      ports.database.inOrganization('auth', orgId, async (tx) => {
        const { deviceId } = body.device;
        const challenge = await takeChallenge(tx, token, { purpose: 'sign-in', deviceId, at: ports.clock.now() });
        return challenge === null
          ? problem('step-ended')
          : proveAndOpen(tx, ports, { orgId, challenge, body, country, call });
      }),
    );
    return opened instanceof Problem ? opened : tokensOf(ports, opened);
  };

interface SecondStep {
  readonly orgId: string;
  readonly challenge: Challenge;
  readonly body: Body;
  readonly country: string | null;
  readonly call: OpenCall;
}

/** A refusal is returned, not thrown: that a try was made stays. */
const proveAndOpen = async (
  tx: Tx,
  ports: Ports,
  { orgId, challenge, body, country, call }: SecondStep,
): Promise<OpenedSession | Problem> => {
  const { device, proof } = body;
  const { userId, passkeyChallenge } = challenge;
  const { requestId, ipAddress, userAgent } = call;
  const knownDeviceId = (await isKnownDevice(tx, userId, device.deviceId)) ? device.deviceId : null;
  const limits = proofLimits({ userId, ipAddress: networkOf(ipAddress), knownDeviceId });
  const waitMs = await ports.throttle.begin(limits);
  if (waitMs !== null) return problem('too-many-requests', { retryAfterSeconds: Math.ceil(waitMs / 1000) });

  if (!(await proveSecondFactor(tx, ports, { orgId, userId, proof, passkeyChallenge }))) {
    const detail = { kind: proof.kind };
    const personal = { of: userId, fields: { ipAddress, userAgent } };
    const object = { kind: 'user', id: userId };
    const actor = { kind: 'anonymous' } as const;
    const action = 'auth.second-factor-refused';
    await appendAudit(tx, { actor, action, object, requestId, detail, personal }, ports.clock);
    return problem('proof-refused');
  }
  await removeChallenge(tx, challenge.tokenHash);
  const opened = await openSession(tx, ports, { orgId, userId, device, method: methods[proof.kind], country }, call);
  if (opened === null) return problem('step-ended');
  if (proof.kind === 'recovery-code') {
    const action = 'auth.recovery-code-used';
    const detail = { left: await countRecoveryCodes(tx, userId) };
    const change = 'recovery-code-used';
    await recordSecurityChange(tx, ports, { orgId, userId, change, action, by: null, requestId, detail });
  }
  await ports.throttle.succeeded(limits);
  return opened;
};
