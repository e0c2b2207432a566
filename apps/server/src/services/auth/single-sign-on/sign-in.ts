import { randomBytes } from 'node:crypto';
import type { singleSignOnRoutes } from '@muster/contracts';
import { appendAudit } from '../../../platform/audit-trail/append.ts';
import type { Tx } from '../../../platform/database/port.ts';
import type { OpenCall, OpenHandler } from '../../../platform/http/call.ts';
import { problem } from '../../../platform/http/problem.ts';
import { loggingForeignDevices, logRefusal } from '../log-refusal.ts';
import { openSession, tokensOf } from '../open-session.ts';
import type { AuthPorts } from '../ports.ts';
import { oneUseToken, parseOneUseToken } from '../rules/one-use-token.ts';
import { vouchedAddress } from '../rules/vouched-address.ts';
import { findOrganization } from '../account-store.ts';
import { openProvider, redirectUriOf } from './configure.ts';
import { arrival, departure, newJourney, NotVouched, ProviderUnusable, type Vouched } from './provider.ts';
import * as store from './store.ts';

type Routes = typeof singleSignOnRoutes;
type Ports = Pick<
  AuthPorts,
  'database' | 'events' | 'clock' | 'issue' | 'box' | 'publicUrl' | 'findCountry' | 'fetchPublic'
>;

const lifetimeMs = 10 * 60_000;

/** An organization that is not there is answered as one without a provider. */
export const beginSingleSignOn =
  (ports: Ports): OpenHandler<Routes['beginSingleSignOn']> =>
  async ({ body }) => {
    const { database, clock } = ports;
    const { organization, deviceId } = body;
    const orgId = await database.acrossOrganizations('auth', (tx) => findOrganization(tx, organization), {
      readOnly: true,
    });
    const provider = orgId === null ? null : await database.inOrganization('auth', orgId, store.readProvider);
    if (orgId === null || provider === null) return problem('single-sign-on-unavailable');
    const state = oneUseToken(orgId, randomBytes(32));
    const journey = await newJourney(state.text);
    try {
      const url = await departure(
        await openProvider(ports, provider),
        journey,
        redirectUriOf(ports),
        ports.fetchPublic,
      );
      const at = clock.now();
      const { nonce, codeVerifier } = journey;
      const expiresAt = new Date(at.getTime() + lifetimeMs);
      const attempt = { orgId, stateHash: state.hash, deviceId, nonce, codeVerifier, at, expiresAt };
      await database.inOrganization('auth', orgId, (tx) => store.insertAttempt(tx, attempt));
      return { url };
    } catch (error) {
      if (error instanceof ProviderUnusable) return problem('single-sign-on-unavailable');
      throw error;
    }
  };

/**
 * Whoever comes back has to be on the device that went: a link that somebody else has begun signs nobody in to the
 * account of that somebody. What else is asked of a sign-in, such as a second factor, is for the provider to ask.
 */
export const finishSingleSignOn =
  (ports: Ports): OpenHandler<Routes['finishSingleSignOn']> =>
  async ({ body }, call) => {
    const { database, clock } = ports;
    const { device, returned } = body;
    const state = parseOneUseToken(body.state);
    if (state === null || returned['state'] !== body.state) return problem('step-ended');
    const taking = { stateHash: state.hash, deviceId: device.deviceId, at: clock.now() };
    const { orgId } = state;
    const { attempt, provider } = await database.inOrganization('auth', orgId, async (tx) => ({
      attempt: await store.takeAttempt(tx, taking),
      provider: await store.readProvider(tx),
    }));
    if (attempt === null || provider === null) return problem('step-ended');
    const arrivedAt = new URL(redirectUriOf(ports));
    arrivedAt.search = new URLSearchParams(returned).toString();
    const journey = { state: state.text, ...attempt };
    try {
      const vouched = await arrival(await openProvider(ports, provider), journey, arrivedAt, ports.fetchPublic);
      const country = await ports.findCountry(call.ipAddress);
      const opened = await loggingForeignDevices(ports, orgId, call, () =>
        database.inOrganization('auth', orgId, async (tx) => {
          const userId = await findUser(tx, ports, provider, vouched, call);
          return userId === null
            ? null
            : openSession(tx, ports, { orgId, userId, device, method: 'single-sign-on', country }, call);
        }),
      );
      if (opened !== null) return await tokensOf(ports, opened);
    } catch (error) {
      if (error instanceof ProviderUnusable) return problem('single-sign-on-unavailable');
      if (!(error instanceof NotVouched)) throw error;
    }
    await logRefusal(ports, { orgId, method: 'single-sign-on' }, call);
    return problem('sign-in-refused');
  };

/** By the subject; for the first time by the address that the provider vouches for. Null: nobody here. */
const findUser = async (
  tx: Tx,
  { clock }: Ports,
  { orgId, issuer, domains }: store.StoredProvider,
  { subject, claims }: Vouched,
  { requestId }: OpenCall,
): Promise<string | null> => {
  const known = await store.findLinked(tx, issuer, subject);
  if (known !== null) return known;
  const email = vouchedAddress(claims, domains);
  const userId = email === null ? null : await store.findLinkable(tx, issuer, email);
  if (userId === null) return null;
  const isLinked = await store.link(tx, { orgId, issuer, subject, userId, at: clock.now() });
  if (!isLinked) return null;
  const entry = {
    actor: { kind: 'user', userId },
    action: 'auth.identity-linked',
    object: { kind: 'user', id: userId },
    requestId,
    detail: { issuer },
  } as const;
  await appendAudit(tx, entry, clock);
  return userId;
};
