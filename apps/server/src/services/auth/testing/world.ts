import type { Role, Tokens } from '@muster/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createMemoryCache } from '../../../platform/cache/memory.ts';
import { SettableClock } from '../../../platform/clock.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/testing/test-database.ts';
import { appendToOutbox } from '../../../platform/events/outbox.ts';
import type { EventBus } from '../../../platform/events/port.ts';
import type { AccessTokens } from '../../../platform/http/access-token.ts';
import { createAccessTokens } from '../../../platform/http/access-token-verifier.ts';
import type { Call, OpenCall } from '../../../platform/http/call.ts';
import { Problem } from '../../../platform/http/problem.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import { accessChanges } from '../consumers.ts';
import { issueTokens } from '../issue-tokens.ts';
import { jwks } from '../jwks.ts';
import { refresh } from '../refresh.ts';
import { hashPassword, seedCredentials } from '../seed.ts';
import { signIn } from '../sign-in.ts';
import { SignInThrottle } from '../sign-in-throttle.ts';
import { signOut } from '../sign-out.ts';
import { SigningKeys } from '../signing-keys.ts';

export const password = 'correct horse battery';
const issuer = 'https://muster.example';

/** One auth service on a database of its own, with a clock that stands still. */
export class AuthWorld {
  readonly clock = new SettableClock('2026-03-02T08:00:00.000Z');
  readonly db: TestDatabase;
  readonly accessTokens: AccessTokens;
  readonly events: Pick<EventBus, 'append'>;
  readonly #passwordHash: string;
  readonly #signIn: ReturnType<typeof signIn>;
  readonly #refresh: ReturnType<typeof refresh>;
  readonly #signOut: ReturnType<typeof signOut>;
  readonly #jwks: ReturnType<typeof jwks>;

  private constructor(db: TestDatabase, passwordHash: string) {
    const { database } = db;
    const { clock } = this;
    this.db = db;
    this.#passwordHash = passwordHash;
    this.events = { append: (tx, orgId, events) => appendToOutbox(tx, orgId, events, clock) };
    this.accessTokens = this.otherProcess();
    const keys = new SigningKeys(database, clock);
    const dependencies = { database, clock, events: this.events, issue: issueTokens({ keys, issuer }) };
    const throttle = new SignInThrottle(createMemoryCache(clock));
    this.#signIn = signIn({ ...dependencies, throttle });
    this.#refresh = refresh(dependencies);
    this.#signOut = signOut({ ...dependencies, accessTokens: this.accessTokens });
    this.#jwks = jwks(keys);
  }

  static async create(): Promise<AuthWorld> {
    const [db, passwordHash] = await Promise.all([testDatabase({ poolSize: 20 }), hashPassword(password)]);
    return new AuthWorld(db, passwordHash);
  }

  /** A verifier as another process has it. */
  otherProcess(): AccessTokens {
    return createAccessTokens({ database: this.db.database, clock: this.clock, issuer });
  }

  async organization(slug: string): Promise<string> {
    const orgId = uuidv7();
    const text = `INSERT INTO users.organization (id, slug, name, vocabulary) VALUES ($1, $2, $2, 'campus')`;
    await this.db.ownerPool.query(text, [orgId, slug]);
    return orgId;
  }

  async account(orgId: string, of: { role?: Role; email?: string; number?: string } = {}): Promise<string> {
    const userId = uuidv7();
    const { role = 'member', email = `${userId}@example.org`, number = null } = of;
    await this.db.ownerPool.query(
      `INSERT INTO users.account (org_id, id, role, display_name, email, number) VALUES ($1, $2, $3, 'Somebody', $4, $5)`,
      [orgId, userId, role, email, number],
    );
    const credentials = [{ userId, passwordHash: this.#passwordHash }];
    await this.db.database.inOrganization('auth', orgId, (tx) =>
      seedCredentials(tx, orgId, credentials, this.clock.now()),
    );
    return userId;
  }

  async signIn(given: SignInGiven): Promise<Tokens | Problem> {
    const { identifier, organization, deviceId = uuidv7(), ipAddress = '192.0.2.1' } = given;
    const device = { deviceId, name: 'Test phone' };
    const body = { identifier, organization, password: given.password ?? password, device };
    return this.#signIn({ params: undefined, query: undefined, body }, { ...this.#call(), ipAddress });
  }

  /** @throws when the sign-in is refused */
  async signedIn(given: SignInGiven): Promise<Tokens> {
    return accepted(await this.signIn(given));
  }

  refresh(refreshToken: string, deviceId: string): Promise<Tokens | Problem> {
    const input = { params: undefined, query: undefined, body: { refreshToken, deviceId } };
    return this.#refresh(input, this.#call());
  }

  async signOut(accessToken: string): Promise<void> {
    const actor = await this.accessTokens.verify(accessToken);
    if (actor === null) throw new Error('not signed in');
    const call: Call = { ...this.#call(), actor, ties: [] };
    await this.#signOut({ params: undefined, query: undefined, body: undefined }, call as Call & Wire);
  }

  async publicKeys(): Promise<Record<string, unknown>[]> {
    const answer = await this.#jwks({ params: undefined, query: undefined, body: undefined }, this.#call());
    if (answer instanceof Problem) throw answer;
    return answer.keys;
  }

  async suspend(orgId: string, userId: string): Promise<void> {
    await this.db.ownerPool.query(`UPDATE users.account SET status = 'suspended' WHERE id = $1`, [userId]);
    await this.db.database.inOrganization('auth', orgId, (tx) =>
      accessChanges(this).handle(tx, [
        {
          id: uuidv7(),
          cursor: '0.0',
          type: 'users.access-changed',
          version: 1,
          orgId,
          key: userId,
          occurredAt: this.clock.now().toISOString(),
          payload: { userId },
        },
      ]),
    );
  }

  async eventsOf(type: string, userId: string): Promise<Record<string, unknown>[]> {
    const text = 'SELECT payload FROM platform.outbox WHERE type = $1 AND key = $2 ORDER BY xid, seq';
    const { rows } = await this.db.ownerPool.query<{ payload: Record<string, unknown> }>(text, [type, userId]);
    return rows.map(({ payload }) => payload);
  }

  async auditOf(orgId: string): Promise<string[]> {
    const text = 'SELECT action FROM audit.entry WHERE org_id = $1 ORDER BY xid, seq';
    const { rows } = await this.db.ownerPool.query<{ action: string }>(text, [orgId]);
    return rows.map(({ action }) => action);
  }

  #call(): OpenCall & Wire {
    const reply = { header: () => reply } as unknown as FastifyReply;
    return {
      requestId: 'test-request',
      traceId: '0'.repeat(32),
      ipAddress: '192.0.2.1',
      userAgent: 'test',
      at: this.clock.now(),
      request: {} as FastifyRequest,
      reply,
    };
  }
}

interface Wire {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

interface SignInGiven {
  readonly identifier: string;
  readonly password?: string;
  readonly organization?: string;
  readonly deviceId?: string;
  readonly ipAddress?: string;
}

export const accepted = (answer: Tokens | Problem): Tokens => {
  if (answer instanceof Problem) throw answer;
  return answer;
};

export const codeOf = (answer: unknown): string | null => (answer instanceof Problem ? answer.code : null);
