import type { DeviceClaim, RouteAnswer, RouteDefinition, RouteRequest, Tokens } from '@muster/contracts';
import { routes } from 'virtual:contract';
import { learnServerTime, nowMs } from '../app/clock.ts';
import { readActing } from './acting.ts';
import { newId } from './ids.ts';
import { offlineProblem, problemOf } from './problem.ts';
import { noteWrite, readAfter } from './read-after.ts';
import { showThatItIsYou } from './step-up.ts';
import {
  deviceId,
  dropAccessToken,
  forgetTokens,
  keepTokens,
  readAccessToken,
  readRefreshToken,
} from './session-store.ts';

export { routes };

/** Parts that a route does not have are left out; parts that may all be absent may be left out too. */
type Part<Name extends string, Value> = Value extends undefined
  ? { readonly [key in Name]?: undefined }
  : Record<never, never> extends Value
    ? { readonly [key in Name]?: Value }
    : { readonly [key in Name]: Value };
export type CallRequest<R extends RouteDefinition> = Part<'params', RouteRequest<R>['params']> &
  Part<'query', RouteRequest<R>['query']> &
  Part<'body', RouteRequest<R>['body']>;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** For a write that is sent again later (from a queue, or by a "try again" button): the key of the first try. */
  readonly idempotencyKey?: string | undefined;
  /** Replaces the signed-in user's token, for example `Kiosk <secret>`. */
  readonly authorization?: string | undefined;
  readonly ifMatch?: string | undefined;
  /** For accounts of the platform: where the call is about, whichever organization they act in. */
  readonly organization?: string | undefined;
}

interface LooseRequest {
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
}

/** The address of a route with its parameters and query filled in. */
export const addressOf = (route: Pick<RouteDefinition, 'path'>, { params = {}, query = {} }: LooseRequest): string => {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = params[name];
    if (typeof value !== 'string' && typeof value !== 'number') throw new Error(`${route.path} needs ${name}`);
    return encodeURIComponent(value);
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue;
    for (const each of Array.isArray(value) ? value : [value]) search.append(name, String(each));
  }
  return search.size === 0 ? path : `${path}?${search}`;
};

const send = async (
  route: RouteDefinition,
  request: LooseRequest,
  options: CallOptions,
  authorization: string | null,
) => {
  const headers = new Headers({ accept: 'application/json' });
  if (authorization) headers.set('authorization', authorization);
  if (request.body !== undefined) headers.set('content-type', 'application/json');
  const after = route.method === 'GET' ? readAfter() : null;
  if (after) headers.set('muster-read-after', after);
  const organization = options.organization ?? readActing()?.orgId;
  if (organization && authorization) headers.set('muster-organization', organization);
  if (options.ifMatch) headers.set('if-match', options.ifMatch);
  if (options.idempotencyKey) headers.set('idempotency-key', options.idempotencyKey);
  try {
    const response = await fetch(addressOf(route, request), {
      method: route.method,
      headers,
      credentials: 'omit',
      cache: 'no-store',
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    noteWrite(response.headers.get('muster-written-at'));
    learnServerTime(Date.parse(response.headers.get('date') ?? ''));
    return response;
  } catch (error) {
    throw options.signal?.aborted && error instanceof Error ? error : offlineProblem();
  }
};

let refreshing: Promise<string | null> | null = null;

/** Runs alone over all tabs where the browser offers locks; a refresh token may be used only once. */
const alone = <Result>(work: () => Promise<Result>): Promise<Result> =>
  'locks' in navigator ? navigator.locks.request('muster.refresh', work) : work();

const exchange = async (): Promise<string | null> => {
  const refreshToken = readRefreshToken();
  if (!refreshToken) return null;
  const response = await send(routes.refresh, { body: { refreshToken, deviceId: deviceId() } }, {}, null);
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.code !== 'session-ended' && problem.code !== 'not-signed-in') throw problem;
    // Another tab may have used the token a moment before, on a browser without locks.
    if (readRefreshToken() === refreshToken) forgetTokens();
    return null;
  }
  const tokens = (await response.json()) as Tokens;
  keepTokens(tokens, nowMs());
  return tokens.accessToken;
};

/** A valid access token, fetched when there is none; null when nobody is signed in. One exchange at a time. */
export const freshAccessToken = (): Promise<string | null> => {
  const known = readAccessToken();
  if (known) return Promise.resolve(known);
  refreshing ??= alone(exchange).finally(() => {
    refreshing = null;
  });
  return refreshing;
};

/** Says that the server no longer takes the access token; the next call fetches another one. */
export const refuseAccessToken = (refused: string): void => {
  if (readAccessToken() === refused) dropAccessToken();
};

const request = async (route: RouteDefinition, given: LooseRequest, options: CallOptions): Promise<Response> => {
  const withKey =
    route.idempotency === 'key' && !options.idempotencyKey ? { ...options, idempotencyKey: newId() } : options;
  const response = await sendSignedIn(route, given, withKey);
  if (response.status !== 403 || (await problemOf(response.clone())).code !== 'step-up-required') return response;
  return (await showThatItIsYou()) ? sendSignedIn(route, given, withKey) : response;
};

const sendSignedIn = async (route: RouteDefinition, given: LooseRequest, withKey: CallOptions): Promise<Response> => {
  if (withKey.authorization) return send(route, given, withKey, withKey.authorization);
  const token = await freshAccessToken();
  const response = await send(route, given, withKey, token && `Bearer ${token}`);
  if (response.status !== 401 || !token) return response;
  refuseAccessToken(token);
  const renewed = await freshAccessToken();
  return renewed ? send(route, given, withKey, `Bearer ${renewed}`) : response;
};

/**
 * Calls a route of the contract: `await call(routes.listMembers, { query: { search } }, { signal })`. Writes carry an
 * Idempotency-Key of their own; an expired access token is renewed once; who has to show that it is them is asked.
 *
 * @throws ProblemError for every answer that is not a success, and when nothing answers
 * @throws DOMException `AbortError` when `signal` fires
 */
export const call = async <R extends RouteDefinition>(
  route: R,
  given: CallRequest<R>,
  options: CallOptions = {},
): Promise<RouteAnswer<R>> => {
  const response = await request(route, given, options);
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204 || route.answer === null) return null as RouteAnswer<R>;
  return (await response.json()) as RouteAnswer<R>;
};

/** Signs in; from then on every call carries the tokens. */
export const signIn = async (credentials: {
  readonly identifier: string;
  readonly password: string;
  readonly organization?: string | undefined;
  readonly device: DeviceClaim;
}): Promise<void> => {
  const { organization, ...rest } = credentials;
  const body = organization ? { ...rest, organization } : rest;
  const response = await send(routes.signIn, { body }, {}, null);
  if (!response.ok) throw await problemOf(response);
  keepTokens((await response.json()) as Tokens, nowMs());
};

/** Ends the session on the server where it can be reached, and on this device in any case. */
export const signOut = async (): Promise<void> => {
  await call(routes.signOut, {}).catch(() => undefined);
  forgetTokens();
};

/** Fetches a file (a report, an export) with the user's rights, for a download. */
export const download = async <R extends RouteDefinition>(
  route: R,
  given: CallRequest<R>,
  options: CallOptions = {},
): Promise<Blob> => {
  const response = await request(route, given, options);
  if (!response.ok) throw await problemOf(response);
  return response.blob();
};

/** Query key and function of a read, for `useQuery(read(routes.listSites, {}))`. */
export const read = <R extends RouteDefinition>(route: R, given: CallRequest<R>) => ({
  queryKey: [route.operation, given] as const,
  queryFn: ({ signal }: { signal: AbortSignal }) => call(route, given, { signal }),
});
