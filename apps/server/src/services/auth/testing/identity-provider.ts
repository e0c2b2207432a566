import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPair, exportJWK } from 'jose';
import { Provider } from 'oidc-provider';

/** Somebody who has an account at the provider. */
export interface Subject {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
}

/** A real OpenID provider on a port of its own, at which everybody who comes is the subject that the test says. */
export class TestIdentityProvider {
  readonly issuer: string;
  readonly clientId = 'muster';
  readonly clientSecret = 'a secret between the two';
  /** Who sits at the browser. */
  subject: Subject = { sub: 'nobody' };
  readonly #server: Server;

  private constructor(server: Server, issuer: string) {
    this.#server = server;
    this.issuer = issuer;
  }

  static async start(redirectUri: string): Promise<TestIdentityProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const started = new TestIdentityProvider(server, issuer);
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const provider = new Provider(issuer, {
      clients: [{ client_id: started.clientId, client_secret: started.clientSecret, redirect_uris: [redirectUri] }],
      claims: { email: ['email', 'email_verified'] },
      jwks: { keys: [{ ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256', kid: 'test' }] },
      cookies: { keys: ['of the test'] },
      findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ ...started.subject, sub }) }),
      // Who sits there is signed in and agrees, without a page to click through.
      loadExistingGrant: async (context) => {
        const grant = new context.oidc.provider.Grant({
          clientId: started.clientId,
          accountId: started.subject.sub,
        });
        grant.addOIDCScope('openid email');
        await grant.save();
        return grant;
      },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    });
    const handle = provider.callback();
    server.on('request', (request, response) => {
      if (request.url?.startsWith('/interaction/') === true) {
        const login = { accountId: started.subject.sub };
        void provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
        return;
      }
      void handle(request, response);
    });
    return started;
  }

  /** Walks as a browser does, cookies and all, to where the provider sends it back; the query it comes back with. */
  async walk(url: string, redirectUri: string): Promise<Record<string, string>> {
    const cookies = new Map<string, string>();
    for (let next = url, steps = 0; steps < 10; steps += 1) {
      const response = await fetch(next, {
        redirect: 'manual',
        headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      });
      for (const cookie of response.headers.getSetCookie()) {
        const [pair = ''] = cookie.split(';');
        const at = pair.indexOf('=');
        cookies.set(pair.slice(0, at), pair.slice(at + 1));
      }
      const location = response.headers.get('location');
      if (location === null)
        throw new Error(`The provider stopped at ${next}: ${response.status} ${await response.text()}`);
      next = new URL(location, next).href;
      if (next.startsWith(redirectUri)) return Object.fromEntries(new URL(next).searchParams);
    }
    throw new Error('The provider sends the browser round and round.');
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
