import type { singleSignOnRoutes } from '@muster/contracts';
import { appendAudit, type Json } from '../../../platform/audit-trail/append.ts';
import type { Tx } from '../../../platform/database/port.ts';
import type { Call, SignedInHandler, Verb } from '../../../platform/http/call.ts';
import { problem } from '../../../platform/http/problem.ts';
import type { AuthPorts } from '../ports.ts';
import { checkProvider, type ProviderAddress, ProviderUnusable } from './provider.ts';
import { countLinked, readProvider, removeProvider, type StoredProvider, writeProvider } from './store.ts';

type Routes = typeof singleSignOnRoutes;

/** Where the provider sends the browser back to: a page of the web app. */
export const redirectUriOf = ({ publicUrl }: Pick<AuthPorts, 'publicUrl'>): string => `${publicUrl}/sign-in/return`;

const contextOf = (orgId: string): string => `identity provider of ${orgId}`;

/** As it is spoken to, with its secret. */
export const openProvider = async (
  { box }: Pick<AuthPorts, 'box'>,
  { orgId, issuer, clientId, sealedClientSecret }: StoredProvider,
): Promise<ProviderAddress> => ({
  issuer,
  clientId,
  clientSecret: sealedClientSecret === null ? null : await box.open(sealedClientSecret, contextOf(orgId)),
});

const answerOf = async (tx: Tx, ports: Pick<AuthPorts, 'publicUrl'>) => {
  const stored = await readProvider(tx);
  const redirectUri = redirectUriOf(ports);
  if (stored === null) return { provider: null, redirectUri };
  const { label, issuer, clientId, domains } = stored;
  return {
    provider: { label, issuer, clientId, domains: [...domains], linkedAccounts: await countLinked(tx) },
    redirectUri,
  };
};

export const readSingleSignOn =
  (ports: Pick<AuthPorts, 'publicUrl'>): Verb<Routes['readSingleSignOn']> =>
  (tx) =>
    answerOf(tx, ports);

/** The provider is asked before anything is written, and while no transaction waits for it. */
export const configureSingleSignOn =
  (
    ports: Pick<AuthPorts, 'database' | 'box' | 'clock' | 'publicUrl' | 'fetchPublic'>,
  ): SignedInHandler<Routes['configureSingleSignOn']> =>
  async ({ body }, call) => {
    const { database, box, clock } = ports;
    const { orgId } = call.actor;
    const { clientSecret, ...provider } = body;
    const before = await database.inOrganization('auth', orgId, readProvider);
    // A secret is for whom it was given to: another issuer does not get to see it.
    const keeps = before !== null && before.issuer === provider.issuer && before.clientId === provider.clientId;
    const sealedClientSecret =
      clientSecret === undefined
        ? keeps
          ? before.sealedClientSecret
          : null
        : await box.seal(clientSecret, contextOf(orgId));
    const stored: StoredProvider = { orgId, ...provider, sealedClientSecret };
    try {
      await checkProvider(await openProvider(ports, stored), ports.fetchPublic);
    } catch (error) {
      if (!(error instanceof ProviderUnusable)) throw error;
      return problem('identity-provider-unusable', { detail: error.sentence });
    }
    return database.inOrganization('auth', orgId, async (tx) => {
      await writeProvider(tx, stored, clock.now());
      await log(tx, ports, call, 'auth.single-sign-on-configured', {
        before: before === null ? null : { issuer: before.issuer, domains: [...before.domains] },
        after: { issuer: provider.issuer, domains: [...provider.domains] },
      });
      return answerOf(tx, ports);
    });
  };

export const removeSingleSignOn =
  (ports: Pick<AuthPorts, 'clock'>): Verb<Routes['removeSingleSignOn']> =>
  async (tx, _input, call) => {
    if (await removeProvider(tx)) await log(tx, ports, call, 'auth.single-sign-on-removed', {});
    return null;
  };

const log = (
  tx: Tx,
  { clock }: Pick<AuthPorts, 'clock'>,
  { actor, requestId }: Call,
  action: string,
  detail: Json,
): Promise<void> => {
  const { orgId, userId, role } = actor;
  const object = { kind: 'organization', id: orgId };
  return appendAudit(tx, { actor: { kind: 'user', userId, role }, action, object, requestId, detail }, clock);
};
