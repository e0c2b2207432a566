import type { authSecurityRoutes, Proof } from '@muster/contracts';
import { appendAudit } from '../../platform/audit-trail/append.ts';
import type { Tx } from '../../platform/database/port.ts';
import type { Call, Verb } from '../../platform/http/call.ts';
import { networkOf } from '../../platform/http/network-of.ts';
import { type Problem, problem } from '../../platform/http/problem.ts';
import { readCredential } from './account-store.ts';
import { insertChallenge, removeChallenge, takeChallenge } from './challenge-store.ts';
import { listPasskeys } from './factor-store.ts';
import { askForPasskey } from './passkeys.ts';
import { verifyPassword } from './passwords.ts';
import type { AuthPorts } from './ports.ts';
import { proveSecondFactor } from './prove.ts';
import { proofLifetimeMs } from './rules/lifetimes.ts';
import { parseOneUseToken } from './rules/one-use-token.ts';
import { proofLimits } from './rules/sign-in-limits.ts';
import { markProved } from './session-store.ts';

type Routes = typeof authSecurityRoutes;
type Ports = Pick<AuthPorts, 'clock' | 'throttle' | 'box' | 'party'>;

export const beginPasskeyStepUp =
  ({ clock, party }: Pick<Ports, 'clock' | 'party'>): Verb<Routes['beginPasskeyStepUp']> =>
  async (tx, _input, { actor }) => {
    const { orgId, userId, deviceId } = actor;
    const passkeys = await listPasskeys(tx, userId);
    const passkey = passkeys.length === 0 ? null : await askForPasskey(party, passkeys);
    const passkeyChallenge = passkey?.challenge ?? null;
    const at = clock.now();
    const begun = await insertChallenge(tx, { orgId, userId, deviceId, purpose: 'step-up', passkeyChallenge, at });
    return { challenge: begun.token.text, passkey };
  };

/** Any one of what the account has; the session remembers when. Wrong tries are kept, and counted. */
export const stepUp =
  (ports: Ports): Verb<Routes['stepUp']> =>
  async (tx, { body }, call) => {
    const { actor, requestId, ipAddress } = call;
    const { userId, role, sessionId, deviceId } = actor;
    const limits = proofLimits({ userId, ipAddress: networkOf(ipAddress), knownDeviceId: deviceId });
    const waitMs = await ports.throttle.begin(limits);
    if (waitMs !== null) return problem('too-many-requests', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
    const refusal = await refusalOf(tx, ports, call, body.proof);
    const entry = {
      actor: { kind: 'user', userId, role },
      action: refusal === null ? 'auth.proved' : 'auth.proof-refused',
      object: { kind: 'session', id: sessionId },
      requestId,
      detail: { kind: body.proof.kind },
    } as const;
    await appendAudit(tx, entry, ports.clock);
    if (refusal !== null) return refusal;
    const at = ports.clock.now();
    await markProved(tx, sessionId, at);
    await ports.throttle.succeeded(limits);
    return { provedUntil: new Date(at.getTime() + proofLifetimeMs).toISOString() };
  };

const refusalOf = async (tx: Tx, ports: Ports, { actor }: Call, proof: Proof): Promise<Problem | null> => {
  const { orgId, userId, deviceId } = actor;
  if (proof.kind === 'password') {
    const credential = await readCredential(tx, userId);
    return (await verifyPassword(credential?.passwordHash ?? null, proof.password)) ? null : problem('proof-refused');
  }
  let passkeyChallenge: string | null = null;
  if (proof.kind === 'passkey') {
    const token = parseOneUseToken(proof.challenge);
    const at = ports.clock.now();
    const challenge = token && (await takeChallenge(tx, token, { purpose: 'step-up', deviceId, at }));
    if (challenge === null || challenge.userId !== userId) return problem('step-ended');
    await removeChallenge(tx, challenge.tokenHash);
    passkeyChallenge = challenge.passkeyChallenge;
  }
  const fits = await proveSecondFactor(tx, ports, { orgId, userId, proof, passkeyChallenge });
  return fits ? null : problem('proof-refused');
};
