import { setTimeout as pause } from 'node:timers/promises';
import {
  authRoutes,
  deviceRoutes,
  problemBody,
  type PunchSignature,
  type PunchStatement,
  type RouteAnswer,
  type RouteDefinition,
  type RouteRequest,
  type Tokens,
} from '@muster/contracts';
import { createHash, randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { DeviceKey } from './device-key.ts';

/** What a route needs of params, query and body; what it does not have is left out. */
type Request<R extends RouteDefinition> = Partial<RouteRequest<R>>;

/** Muster's answer that is no success, in its own words. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export interface Patience {
  /** So often a request is tried before it is given up. */
  readonly tries: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

const patient: Patience = { tries: 8, firstPauseMs: 500, longestPauseMs: 30_000 };
const answerWithinMs = 30_000;

/**
 * Calls the public API as its contracts say. Where Muster is busy (429, 503) or does not answer at all, the same request
 * is repeated with growing pauses, or as long after as Retry-After asks.
 */
export class ApiClient {
  readonly #url: string;
  readonly #patience: Patience;

  constructor(url: string, patience: Patience = patient) {
    this.#url = url.replace(/\/+$/, '');
    this.#patience = patience;
  }

  /** @throws ApiProblem when it is refused, Error when Muster cannot be reached */
  async call<R extends RouteDefinition>(route: R, request: Request<R>, accessToken?: string): Promise<RouteAnswer<R>> {
    const address = new URL(addressOf(route, request), `${this.#url}/`);
    const headers: Record<string, string> = {};
    if (accessToken !== undefined) headers['authorization'] = `Bearer ${accessToken}`;
    // One key for all tries: the effect happens once.
    if (route.idempotency === 'key') headers['idempotency-key'] = randomUUID();
    if (request.body !== undefined) headers['content-type'] = 'application/json';
    const body = request.body === undefined ? null : JSON.stringify(request.body);
    const response = await this.#fetch(address, { method: route.method, headers, body });
    if (!response.ok) throw await problemOf(response);
    if (route.answer === null) return null as RouteAnswer<R>;
    return route.answer.parse(await response.json()) as RouteAnswer<R>;
  }

  async #fetch(address: URL, init: RequestInit): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt >= this.#patience.tries;
      let asksMs = 0;
      try {
        const response = await fetch(address, { ...init, signal: AbortSignal.timeout(answerWithinMs) });
        if (isLast || (response.status !== 429 && response.status !== 503)) return response;
        await response.body?.cancel();
        asksMs = Number(response.headers.get('retry-after') ?? 0) * 1000 || 0;
      } catch (error) {
        if (isLast) throw new Error(`Muster is not reached at ${this.#url}. Is it running?`, { cause: error });
      }
      const growingMs = Math.min(this.#patience.firstPauseMs * 2 ** (attempt - 1), this.#patience.longestPauseMs);
      // Spread, so that many phones do not come back at once.
      await pause(Math.max(asksMs, growingMs) * (1 + Math.random() / 4));
    }
  }
}

export interface SignInWords {
  /** E-mail address or number. */
  readonly identifier: string;
  readonly password: string;
  readonly device: { readonly deviceId: string; readonly name: string };
  /** Of a member's phone; absent: nothing is punched there. */
  readonly key?: DeviceKey;
}

const signInWith = async (client: ApiClient, { key, device, ...words }: SignInWords): Promise<Tokens> => {
  const { deviceId } = device;
  if (key === undefined) return client.call(authRoutes.signIn, { body: { ...words, device } });
  const { challenge } = await client.call(deviceRoutes.challengeDevice, { body: { deviceId } });
  return client.call(authRoutes.signIn, {
    body: { ...words, device: { ...device, key: key.prove(deviceId, challenge) } },
  });
};

/** One signed-in installation: an access token that ran out is renewed, and where that fails it signs in again. */
export class ApiSession {
  readonly #client: ApiClient;
  readonly #words: SignInWords;
  #tokens: Tokens;
  #renewing: Promise<void> | null = null;

  private constructor(client: ApiClient, words: SignInWords, tokens: Tokens) {
    this.#client = client;
    this.#words = words;
    this.#tokens = tokens;
  }

  static async signIn(client: ApiClient, words: SignInWords): Promise<ApiSession> {
    return new ApiSession(client, words, await signInWith(client, words));
  }

  async call<R extends RouteDefinition>(route: R, request: Request<R>): Promise<RouteAnswer<R>> {
    try {
      return await this.#client.call(route, request, this.#tokens.accessToken);
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 401) throw error;
      this.#renewing ??= this.#renew().finally(() => {
        this.#renewing = null;
      });
      await this.#renewing;
      return this.#client.call(route, request, this.#tokens.accessToken);
    }
  }

  /** What this phone signs when its member punches. @throws Error where it was given no key */
  signPunch(punch: Omit<PunchStatement, 'orgId' | 'memberId' | 'deviceId' | 'counter'>): PunchSignature {
    const { key, device } = this.#words;
    if (key === undefined) throw new Error('This session was begun without the key of a phone.');
    const { sub: memberId = '', org } = decodeJwt(this.#tokens.accessToken);
    return key.signPunch({ ...punch, orgId: String(org), memberId, deviceId: device.deviceId });
  }

  async signOut(): Promise<void> {
    await this.call(authRoutes.signOut, {});
  }

  async #renew(): Promise<void> {
    const { refreshToken } = this.#tokens;
    const { deviceId } = this.#words.device;
    try {
      this.#tokens = await this.#client.call(authRoutes.refresh, { body: { refreshToken, deviceId } });
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 401) throw error;
      this.#tokens = await signInWith(this.#client, this.#words);
    }
  }
}

/** The same installation id for the same name, so that a second run is the same phone (UUIDv8, RFC 9562). */
export const deviceIdOf = (name: string): string => {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};

const addressOf = <R extends RouteDefinition>(route: R, { params, query }: Request<R>): string => {
  const path = route.path.replace(/:(\w+)/g, (_whole, name: string) =>
    encodeURIComponent(String((params as Record<string, unknown> | undefined)?.[name])),
  );
  const search = new URLSearchParams();
  const values = Object.entries((query ?? {}) as Record<string, string | number | boolean | undefined>);
  for (const [name, value] of values) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? path : `${path}?${search.toString()}`;
};

const problemOf = async (response: Response): Promise<ApiProblem> => {
  const body = problemBody.safeParse(await response.json().catch(() => null));
  if (!body.success) return new ApiProblem(response.status, 'unknown', `Muster answered ${response.status}.`);
  const { code, title, detail, advice } = body.data;
  return new ApiProblem(
    response.status,
    code,
    `${detail ?? title}${/[.!?]$/.test(detail ?? title) ? '' : '.'} ${advice}`,
  );
};
