import type { authSecurityRoutes, Factor, FactorSetUp, NewFactor } from '@muster/contracts';
import type { Tx } from '../../platform/database/port.ts';
import type { Call, Verb } from '../../platform/http/call.ts';
import { problem } from '../../platform/http/problem.ts';
import { uuidv7 } from '../../platform/ids.ts';
import { lockUser, readAccount, readCredential, readNames } from './account-store.ts';
import { type Challenge, insertChallenge, removeChallenge, takeChallenge } from './challenge-store.ts';
import * as store from './factor-store.ts';
import { askForNewPasskey, readNewPasskey } from './passkeys.ts';
import { readPolicy } from './policy-store.ts';
import type { AuthPorts } from './ports.ts';
import { makeRecoveryCodes } from './recovery-codes.ts';
import { parseOneUseToken } from './rules/one-use-token.ts';
import { needsSecondFactor } from './rules/sign-in-step.ts';
import { recordSecurityChange } from './security-change.ts';
import { newTotp, stepOfCode, totpContext } from './totp.ts';

type Routes = typeof authSecurityRoutes;
type FactorPorts = Pick<AuthPorts, 'events' | 'clock' | 'box' | 'party'>;
interface Owner {
  readonly orgId: string;
  readonly userId: string;
}
interface Pending {
  readonly passkeyChallenge: string | null;
  readonly sealedSecret: string | null;
}

/** What an app or a browser is given, and what is kept until it answers. */
export const prepareFactor = async (
  tx: Tx,
  { box, party }: Pick<FactorPorts, 'box' | 'party'>,
  { orgId, userId }: Owner,
  factor: Factor,
): Promise<{ setUp: FactorSetUp; pending: Pending }> => {
  const account = await readAccount(tx, userId);
  const { organizationName } = await readNames(tx, userId);
  const displayName = account?.displayName ?? '';
  const name = account?.email ?? account?.number ?? displayName;
  if (factor === 'totp') {
    const totp = await newTotp(name, `Muster ${organizationName}`.trim());
    const sealedSecret = await box.seal(totp.secret, totpContext(orgId, userId));
    return { setUp: { totp, passkey: null }, pending: { passkeyChallenge: null, sealedSecret } };
  }
  const passkey = await askForNewPasskey(
    party,
    { orgId, userId, name, displayName },
    await store.listPasskeys(tx, userId),
  );
  return { setUp: { totp: null, passkey }, pending: { passkeyChallenge: passkey.challenge, sealedSecret: null } };
};

/**
 * Sets the factor up if it answers what was asked, and ends the step. With the first one come recovery codes.
 * @returns `refused` for a wrong code, or a passkey that did not sign what it was asked to.
 */
export const keepFactor = async (
  tx: Tx,
  ports: FactorPorts,
  owner: Owner & { readonly by: Call['actor'] | null; readonly requestId: string },
  { challenge, factor }: { challenge: Challenge; factor: NewFactor },
): Promise<'refused' | { recoveryCodes: string[] | null }> => {
  const { orgId, userId, by, requestId } = owner;
  const isKept =
    factor.kind === 'totp'
      ? await keepTotp(tx, ports, owner, challenge, factor.code)
      : await keepPasskey(tx, ports, owner, challenge, factor);
  if (!isKept) return 'refused';
  await removeChallenge(tx, challenge.tokenHash);
  const codesLeft = await store.countRecoveryCodes(tx, userId);
  const recoveryCodes = codesLeft > 0 ? null : await makeRecoveryCodes(tx, orgId, userId);
  const detail = { factor: factor.kind };
  const change = { orgId, userId, change: 'factor-added', action: 'auth.factor-added', by, requestId, detail } as const;
  await recordSecurityChange(tx, ports, change);
  return { recoveryCodes };
};

const keepTotp = async (
  tx: Tx,
  { box, clock }: FactorPorts,
  { orgId, userId }: Owner,
  { sealedSecret }: Challenge,
  code: string,
): Promise<boolean> => {
  if (sealedSecret === null) return false;
  const at = clock.now();
  const lastStep = await stepOfCode(await box.open(sealedSecret, totpContext(orgId, userId)), code, at, null);
  if (lastStep === null) return false;
  await store.writeTotp(tx, { orgId, userId, sealedSecret, at, lastStep });
  return true;
};

const keepPasskey = async (
  tx: Tx,
  { party, clock }: FactorPorts,
  { orgId, userId }: Owner,
  { passkeyChallenge }: Challenge,
  { name, response }: Extract<NewFactor, { kind: 'passkey' }>,
): Promise<boolean> => {
  const passkey = passkeyChallenge === null ? null : await readNewPasskey(party, response, passkeyChallenge);
  if (passkey === null) return false;
  return store.insertPasskey(tx, { ...passkey, orgId, id: uuidv7(), userId, name, at: clock.now() });
};

export const beginFactor =
  (ports: FactorPorts): Verb<Routes['beginFactor']> =>
  async (tx, { body }, { actor }) => {
    const { orgId, userId, deviceId } = actor;
    const { setUp, pending } = await prepareFactor(tx, ports, actor, body.factor);
    const at = ports.clock.now();
    const { token } = await insertChallenge(tx, { orgId, userId, deviceId, purpose: 'add', ...pending, at });
    return { ...setUp, challenge: token.text };
  };

export const finishFactor =
  (ports: FactorPorts): Verb<Routes['finishFactor']> =>
  async (tx, { body }, { actor, requestId }) => {
    const { orgId, userId, deviceId } = actor;
    const token = parseOneUseToken(body.challenge);
    if (token === null || token.orgId !== orgId) return problem('step-ended');
    await lockUser(tx, userId);
    const challenge = await takeChallenge(tx, token, { purpose: 'add', deviceId, at: ports.clock.now() });
    if (challenge === null || challenge.userId !== userId) return problem('step-ended');
    const owner = { orgId, userId, by: actor, requestId };
    const kept = await keepFactor(tx, ports, owner, { challenge, factor: body.factor });
    return kept === 'refused' ? problem('proof-refused') : kept;
  };

export const removeTotp =
  (ports: FactorPorts): Verb<Routes['removeTotp']> =>
  async (tx, _input, call) => {
    await lockUser(tx, call.actor.userId);
    if (await store.removeTotp(tx, call.actor.userId)) await afterRemoval(tx, ports, call, 'totp');
    return null;
  };

export const removePasskey =
  (ports: FactorPorts): Verb<Routes['removePasskey']> =>
  async (tx, { params }, call) => {
    await lockUser(tx, call.actor.userId);
    if (!(await store.removePasskey(tx, call.actor.userId, params.passkeyId))) throw problem('not-found');
    await afterRemoval(tx, ports, call, 'passkey');
    return null;
  };

/** @throws Problem `second-factor-required` where it was the last one, and one is needed: nothing is removed then. */
const afterRemoval = async (tx: Tx, ports: FactorPorts, { actor, requestId }: Call, factor: Factor): Promise<void> => {
  const { orgId, userId } = actor;
  const left = await store.readFactors(tx, userId);
  if (left.length === 0) {
    await requireNone(tx, actor);
    await store.removeRecoveryCodes(tx, userId);
  }
  const detail = { factor };
  const change = { change: 'factor-removed', action: 'auth.factor-removed', by: actor, requestId, detail } as const;
  await recordSecurityChange(tx, ports, { orgId, userId, ...change });
};

const requireNone = async (tx: Tx, { userId, role }: Call['actor']): Promise<void> => {
  const { staffSecondFactor } = await readPolicy(tx);
  const passwordStandsAlone = (await readCredential(tx, userId))?.standsAlone ?? false;
  if (!needsSecondFactor({ role, passwordStandsAlone, staffSecondFactor })) return;
  const detail = passwordStandsAlone
    ? 'Your organization asks for a second factor: set up another one before you remove this one.'
    : 'Your password is too short to be all that is asked for: choose a longer one before you remove this.';
  throw problem('second-factor-required', { detail, extra: { shortPassword: !passwordStandsAlone } });
};

export const renewRecoveryCodes =
  (ports: FactorPorts): Verb<Routes['renewRecoveryCodes']> =>
  async (tx, _input, { actor, requestId }) => {
    const { orgId, userId } = actor;
    await lockUser(tx, userId);
    const factors = await store.readFactors(tx, userId);
    if (factors.length === 0) {
      throw problem('second-factor-required', { detail: 'Recovery codes replace a second factor, and there is none.' });
    }
    const recoveryCodes = await makeRecoveryCodes(tx, orgId, userId);
    const change = { change: 'recovery-codes', action: 'auth.recovery-codes-renewed', by: actor, requestId } as const;
    await recordSecurityChange(tx, ports, { orgId, userId, ...change });
    return { recoveryCodes };
  };
