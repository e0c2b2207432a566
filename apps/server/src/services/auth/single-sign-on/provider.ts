import type * as OpenId from 'openid-client';
import { ForbiddenAddress, type OutgoingRequest } from '../../../platform/http/outgoing/public-fetch.ts';

/** How an organization's identity provider is spoken to: OpenID Connect Core 1.0, code flow with PKCE. */
export interface ProviderAddress {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | null;
}

export interface Journey {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Who has signed in there. */
export interface Vouched {
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

export type Fetch = (address: string | URL, request?: OutgoingRequest) => Promise<Response>;

/** The provider does not answer, or not as one. `sentence` says what is wrong with it, for whoever configures it. */
export class ProviderUnusable extends Error {
  override readonly name = 'ProviderUnusable';
  readonly sentence: string;
  constructor(sentence: string, cause?: unknown) {
    super(sentence, { cause });
    this.sentence = sentence;
  }
}

/** The provider answered that this is nobody it knows, or what it answered proves nothing. */
export class NotVouched extends Error {
  override readonly name = 'NotVouched';
}

// A third of a megabyte that most organizations never need.
const library = () => import('openid-client');

const configurationOf = async (
  { issuer, clientId, clientSecret }: ProviderAddress,
  fetch: Fetch,
): Promise<OpenId.Configuration> => {
  // oxlint-disable-next-line typescript/no-deprecated -- it only means: with care. What is not TLS, `fetch` refuses.
  const { discovery, ClientSecretBasic, None, customFetch, allowInsecureRequests } = await library();
  const url = new URL(issuer);
  try {
    return await discovery(url, clientId, {}, clientSecret === null ? None() : ClientSecretBasic(clientSecret), {
      // Which addresses may be called without TLS is for `fetch` to say.
      ...(url.protocol === 'http:' ? { execute: [allowInsecureRequests] } : {}),
      [customFetch]: (address: string, options: OpenId.CustomFetchOptions) =>
        fetch(address, {
          method: options.method,
          headers: options.headers,
          body: bodyOf(options.body),
        }),
    });
  } catch (error) {
    throw new ProviderUnusable(whatIsWrong(error, issuer), error);
  }
};

const bodyOf = (body: unknown): string | Uint8Array | null => {
  if (body === undefined || body === null) return null;
  if (body instanceof Uint8Array || typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new Error('The library sends a body of a new kind.');
};

const whatIsWrong = (error: unknown, issuer: string): string => {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ForbiddenAddress) {
      return `${new URL(issuer).host} is not on the public internet: whoever runs Muster can allow it with MUSTER_PRIVATE_HOSTS.`;
    }
  }
  return `${issuer} does not answer as an OpenID provider of this name. Check the address, letter by letter.`;
};

/** Asks the provider for its metadata. @throws ProviderUnusable */
export const checkProvider = async (provider: ProviderAddress, fetch: Fetch): Promise<void> => {
  await configurationOf(provider, fetch);
};

/** What the journey needs besides its state. */
export const newJourney = async (state: string): Promise<Journey> => {
  const { randomNonce, randomPKCECodeVerifier } = await library();
  return { state, nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
};

/** Where the browser goes. @throws ProviderUnusable */
export const departure = async (
  provider: ProviderAddress,
  { state, nonce, codeVerifier }: Journey,
  redirectUri: string,
  fetch: Fetch,
): Promise<string> => {
  const configuration = await configurationOf(provider, fetch);
  const { buildAuthorizationUrl, calculatePKCECodeChallenge } = await library();
  return buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: 'openid email',
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  }).href;
};

/**
 * Exchanges what the browser brought back. State, issuer (RFC 9207), nonce, audience, signature and times are checked.
 * @throws ProviderUnusable, NotVouched
 */
export const arrival = async (
  provider: ProviderAddress,
  { state, nonce, codeVerifier }: Journey,
  returned: URL,
  fetch: Fetch,
): Promise<Vouched> => {
  const configuration = await configurationOf(provider, fetch);
  const { authorizationCodeGrant, fetchUserInfo } = await library();
  try {
    const tokens = await authorizationCodeGrant(configuration, returned, {
      pkceCodeVerifier: codeVerifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new Error('there is no ID token');
    // Many give the address on request only; its `sub` has to be the same.
    const more =
      claims['email'] === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined
        ? await fetchUserInfo(configuration, tokens.access_token, claims.sub)
        : {};
    return { subject: claims.sub, claims: { ...more, ...claims } };
  } catch (error) {
    throw new NotVouched('the provider did not vouch for anybody', { cause: error });
  }
};
