import { type Role, roles } from '@muster/contracts';
import { decodeProtectedHeader, importJWK, type JWK, type JWTPayload, jwtVerify } from 'jose';
import { sql } from 'kysely';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/port.ts';
import { isUuid } from '../ids.ts';
import type { AccessTokens } from './access-token.ts';
import { apiKeyPrefix, ApiKeys } from './api-keys.ts';
import type { Actor } from './call.ts';

type VerifiedActor = Actor & { readonly expiresAt: Date };
type Key = Awaited<ReturnType<typeof importJWK>>;

interface VerifierOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** The public URL, as it stands in `iss`. */
  readonly issuer: string;
}

/** Tokens that are remembered as verified; beyond that the one not used for longest goes. */
const rememberedTokens = 20_000;
/** How old what this process knows about ended sessions may be. */
const endingsFreshMs = 1000;
/**
 * Each look at the endings reaches back so far, because one that was dated earlier may have committed later. A
 * transaction lives half a minute at most.
 */
const endingsOverlapMs = 60_000;
/** No token lives longer, so neither needs the memory of an ended session. */
const tokenLifetimeAtMostMs = 10 * 60_000;
/** So long somebody who has shown that it is them is believed to be still sitting there. */
const provedForMs = 5 * 60_000;
/** An unknown `kid` makes us read the keys again, but not more often than this. */
const keysReadAgainAfterMs = 1000;

/**
 * Verifies access tokens as every process does: the signature against `published.signing_key`, the claims, the session
 * and the account against PostgreSQL. A token that was verified is remembered, so that the next request with it
 * costs a look into memory; which sessions have ended since is asked once a second, of PostgreSQL too, so nothing
 * depends on a cache or on a message that may get lost.
 */
export const createAccessTokens = (options: VerifierOptions): AccessTokens => new AccessTokenVerifier(options);

class AccessTokenVerifier implements AccessTokens {
  readonly #options: VerifierOptions;
  /** By the token's text, the one used last at the end. */
  readonly #remembered = new Map<string, VerifiedActor>();
  readonly #ended: EndedSessions;
  readonly #keys: VerifyingKeys;
  readonly #apiKeys: ApiKeys;

  constructor(options: VerifierOptions) {
    this.#options = options;
    this.#apiKeys = new ApiKeys(options);
    this.#ended = new EndedSessions(options);
    this.#keys = new VerifyingKeys(options);
  }

  async verify(token: string): Promise<VerifiedActor | null> {
    if (token.startsWith(apiKeyPrefix)) return this.#apiKeys.verify(token);
    await this.#ended.refresh();
    const actor = this.#recall(token) ?? (await this.#verifyNew(token));
    if (actor === null || this.#ended.has(actor.sessionId)) return null;
    return actor;
  }

  async hasProvedLately({ orgId, userId, sessionId }: Actor): Promise<boolean> {
    const { database, clock } = this.#options;
    const since = new Date(clock.now().getTime() - provedForMs);
    return database.inOrganization('gateway', orgId, async (tx) => {
      const { rows } = await sql`
        SELECT FROM published.sign_in
        WHERE session_id = ${sessionId} AND user_id = ${userId} AND proved_at > ${since}`.execute(tx);
      return rows.length > 0;
    });
  }

  forgetSession(sessionId: string): void {
    this.#ended.add(sessionId);
  }

  #recall(token: string): VerifiedActor | null {
    const actor = this.#remembered.get(token);
    if (actor === undefined) return null;
    this.#remembered.delete(token);
    if (this.#options.clock.now() >= actor.expiresAt) return null;
    this.#remembered.set(token, actor);
    return actor;
  }

  async #verifyNew(token: string): Promise<VerifiedActor | null> {
    const actor = await this.#readToken(token);
    if (actor === null || !(await isLive(this.#options.database, actor))) return null;
    this.#remembered.set(token, actor);
    if (this.#remembered.size > rememberedTokens) {
      const oldest = this.#remembered.keys().next();
      if (oldest.done !== true) this.#remembered.delete(oldest.value);
    }
    return actor;
  }

  async #readToken(token: string): Promise<VerifiedActor | null> {
    const kid = kidOf(token);
    const key = kid === null ? undefined : await this.#keys.find(kid);
    if (key === undefined) return null;
    const { clock, issuer } = this.#options;
    const verified = await jwtVerify(token, key, {
      algorithms: ['EdDSA'],
      typ: 'at+jwt',
      issuer,
      audience: 'muster',
      requiredClaims: ['sub', 'exp', 'iat'],
      currentDate: clock.now(),
    }).catch(() => null);
    return verified === null ? null : actorOf(verified.payload);
  }
}

/** The verifying keys by name; asks again when it meets a name that it does not know. */
class VerifyingKeys {
  readonly #options: VerifierOptions;
  #keys: ReadonlyMap<string, Key> = new Map();
  #readAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  async find(kid: string): Promise<Key | undefined> {
    const sinceReadMs = this.#options.clock.now().getTime() - this.#readAtMs;
    const isDue = !this.#keys.has(kid) && sinceReadMs >= keysReadAgainAfterMs;
    // Retired keys are dropped in time: no token they signed is valid by then.
    if (isDue || sinceReadMs >= tokenLifetimeAtMostMs) {
      this.#reading ??= this.#read().finally(() => {
        this.#reading = undefined;
      });
      await this.#reading;
    }
    return this.#keys.get(kid);
  }

  async #read(): Promise<void> {
    const { database, clock } = this.#options;
    const rows = await database.acrossOrganizations('gateway', async (tx) => {
      const result = await sql<{ kid: string; jwk: JWK }>`
        SELECT kid, public_jwk AS jwk FROM published.signing_key WHERE retired_at IS NULL`.execute(tx);
      return result.rows;
    });
    const keys = await Promise.all(rows.map(async ({ kid, jwk }) => [kid, await importJWK(jwk, 'EdDSA')] as const));
    this.#keys = new Map(keys);
    // Nothing found is a deployment that is just starting: look again at once.
    this.#readAtMs = keys.length === 0 ? Number.NEGATIVE_INFINITY : clock.now().getTime();
  }
}

/** The sessions that ended while tokens of theirs may still be valid. */
class EndedSessions {
  readonly #options: VerifierOptions;
  /** When we learned of it, by session. */
  readonly #learnedAtMs = new Map<string, number>();
  #askedAtMs: number | undefined;
  #asking: Promise<void> | undefined;

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  has(sessionId: string): boolean {
    return this.#learnedAtMs.has(sessionId);
  }

  add(sessionId: string): void {
    // The map keeps the order of insertion, so the oldest stay in front.
    this.#learnedAtMs.delete(sessionId);
    this.#learnedAtMs.set(sessionId, this.#nowMs());
  }

  /** Resolves when what is known is fresh enough; rejects when PostgreSQL cannot be asked: nobody is let in unseen. */
  async refresh(): Promise<void> {
    // Less than nothing: the clock was set back, and what is known may be of any age.
    const sinceAskedMs = this.#askedAtMs === undefined ? -1 : this.#nowMs() - this.#askedAtMs;
    if (sinceAskedMs >= 0 && sinceAskedMs < endingsFreshMs) return;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    await this.#asking;
  }

  async #ask(): Promise<void> {
    const nowMs = this.#nowMs();
    // What ended before the first look is found when its token is first verified.
    const since = new Date((this.#askedAtMs ?? nowMs) - endingsOverlapMs);
    const rows = await this.#options.database.acrossOrganizations('gateway', async (tx) => {
      const result = await sql<{ sessionId: string }>`
        SELECT session_id AS "sessionId" FROM published.sign_in WHERE ended_at > ${since}`.execute(tx);
      return result.rows;
    });
    for (const { sessionId } of rows) this.add(sessionId);
    this.#forgetOlderThan(nowMs - tokenLifetimeAtMostMs - endingsOverlapMs);
    this.#askedAtMs = nowMs;
  }

  #forgetOlderThan(beforeMs: number): void {
    for (const [sessionId, learnedAtMs] of this.#learnedAtMs) {
      if (learnedAtMs >= beforeMs) break;
      this.#learnedAtMs.delete(sessionId);
    }
  }

  #nowMs(): number {
    return this.#options.clock.now().getTime();
  }
}

/** Whether the session is open and the account active, now. */
const isLive = (database: Database, { orgId, userId, sessionId }: Actor): Promise<boolean> =>
  database.inOrganization('gateway', orgId, async (tx) => {
    const { rows } = await sql`
      SELECT FROM published.sign_in JOIN published.account USING (org_id, user_id)
      WHERE session_id = ${sessionId} AND user_id = ${userId} AND ended_at IS NULL AND status = 'active'`.execute(tx);
    return rows.length > 0;
  });

const kidOf = (token: string): string | null => {
  try {
    return decodeProtectedHeader(token).kid ?? null;
  } catch {
    return null;
  }
};

const actorOf = ({ sub, exp, org, role, sid, dev }: JWTPayload): VerifiedActor | null => {
  if (!isUuid(sub) || !isUuid(org) || !isUuid(sid) || !isUuid(dev) || !isRole(role) || exp === undefined) return null;
  return { userId: sub, orgId: org, role, sessionId: sid, deviceId: dev, expiresAt: new Date(exp * 1000) };
};

const isRole = (value: unknown): value is Role => roles.includes(value as Role);
