import {
  type DeviceClaim,
  type Role,
  type RouteAnswer,
  type RouteDefinition,
  type RouteInput,
  type SignInStep,
  signInStep,
  type Tokens,
} from '@muster/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createMemoryCache } from '../../../platform/cache/memory.ts';
import { SettableClock } from '../../../platform/clock.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/testing/test-database.ts';
import { appendToOutbox } from '../../../platform/events/outbox.ts';
import type { EventBus } from '../../../platform/events/port.ts';
import type { AccessTokens } from '../../../platform/http/access-token.ts';
import { createAccessTokens } from '../../../platform/http/access-token-verifier.ts';
import type { Call, OpenCall, OpenHandler, SignedInHandler, Verb } from '../../../platform/http/call.ts';
import { Problem } from '../../../platform/http/problem.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { DeviceKey } from '../../../cli/api/device-key.ts';
import { accessChanges } from '../consumers.ts';
import { challengeDevice } from '../device-proof.ts';
import { jwks } from '../jwks.ts';
import type { AuthPorts } from '../ports.ts';
import { refresh } from '../refresh.ts';
import { authPorts } from '../routes.ts';
import { hashPassword, seedCredentials } from '../seed.ts';
import { signIn } from '../sign-in.ts';
import { signOut } from '../sign-out.ts';
import { SigningKeys } from '../signing-keys.ts';

export const password = 'correct horse battery';
export const issuer = 'https://muster.example';

/** One auth service on a database of its own, with a clock that stands still. */
export class AuthWorld {
  readonly clock = new SettableClock('2026-03-02T08:00:00.000Z');
  readonly db: TestDatabase;
  readonly accessTokens: AccessTokens;
  readonly events: Pick<EventBus, 'append'>;
  readonly ports: AuthPorts;
  readonly #passwordHash: string;
  readonly #signIn: ReturnType<typeof signIn>;
  readonly #refresh: ReturnType<typeof refresh>;
  readonly #signOut: ReturnType<typeof signOut>;
  readonly #jwks: ReturnType<typeof jwks>;

  private constructor(db: TestDatabase, passwordHash: string, secretKeys: readonly Uint8Array[]) {
    const { database } = db;
    const { clock } = this;
    this.db = db;
    this.#passwordHash = passwordHash;
    this.events = { append: (tx, orgId, events) => appendToOutbox(tx, orgId, events, clock) };
    this.accessTokens = this.otherProcess();
    const keys = new SigningKeys(database, clock);
    const settings = { publicUrl: issuer, webRoot: '', serviceUrls: new Map(), configuration: [], secretKeys };
    const { accessTokens } = this;
    const events = this.events as EventBus;
    this.ports = authPorts({ database, clock, events, accessTokens, cache: createMemoryCache(clock), settings }, keys);
    this.#signIn = signIn(this.ports);
    this.#refresh = refresh(this.ports);
    this.#signOut = signOut(this.ports);
    this.#jwks = jwks(keys);
  }

  static async create(secretKeys: readonly Uint8Array[] = []): Promise<AuthWorld> {
    const [db, passwordHash] = await Promise.all([testDatabase({ poolSize: 20 }), hashPassword(password)]);
    return new AuthWorld(db, passwordHash, secretKeys);
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
    const device = given.device ?? (await this.device(deviceId, given.key));
    const body = { identifier, organization, password: given.password ?? password, device };
    return caught(() => this.#signIn({ params: undefined, query: undefined, body }, { ...this.call(), ipAddress }));
  }

  /** As a device comes to a sign-in: with the proof that it holds its key, if it has one. */
  async device(deviceId: string, key?: DeviceKey): Promise<DeviceClaim> {
    const plain = { deviceId, name: 'Test phone' };
    return key === undefined ? plain : { ...plain, key: key.prove(deviceId, await this.challenge(deviceId)) };
  }

  async challenge(deviceId: string): Promise<string> {
    const input = { params: undefined, query: undefined, body: { deviceId } };
    return accepted(await challengeDevice(this.ports)(input, this.call())).challenge;
  }

  /** @throws when the sign-in is refused */
  async signedIn(given: SignInGiven): Promise<Tokens> {
    return accepted(await this.signIn(given));
  }

  /** The second step that a right password leads to. @throws when there is none */
  async secondStep(given: SignInGiven): Promise<SignInStep> {
    const answer = await this.signIn(given);
    if (!(answer instanceof Problem) || answer.code !== 'second-factor-needed')
      throw new Error('there is no second step');
    return signInStep.parse(answer.details.extra);
  }

  /** A route without a session. */
  open<R extends RouteDefinition>(
    handler: OpenHandler<R>,
    body: RouteInput<R>['body'],
    changes: Partial<OpenCall> = {},
  ): Promise<RouteAnswer<R> | Problem> {
    return caught(() => handler({ body } as RouteInput<R>, { ...this.call(), ...changes }));
  }

  /** A verb, as the holder of the token calls it: in a transaction, which a thrown problem undoes. */
  async verb<R extends RouteDefinition>(
    verb: Verb<R>,
    { accessToken }: Pick<Tokens, 'accessToken'>,
    input: Partial<RouteInput<R>> = {},
  ): Promise<RouteAnswer<R> | Problem> {
    const call = await this.#signedInCall(accessToken);
    return caught(() =>
      this.db.database.inOrganization('auth', call.actor.orgId, (tx) => verb(tx, input as RouteInput<R>, call)),
    );
  }

  async signedInRoute<R extends RouteDefinition>(
    handler: SignedInHandler<R>,
    { accessToken }: Pick<Tokens, 'accessToken'>,
    input: Partial<RouteInput<R>> = {},
  ): Promise<RouteAnswer<R> | Problem> {
    const call = await this.#signedInCall(accessToken);
    return caught(() => handler(input as RouteInput<R>, call));
  }

  async #signedInCall(accessToken: string): Promise<Call & Wire> {
    const actor = await this.accessTokens.verify(accessToken);
    if (actor === null) throw new Error('not signed in');
    return { ...this.call(), actor, ties: [] };
  }

  refresh(refreshToken: string, deviceId: string): Promise<Tokens | Problem> {
    const input = { params: undefined, query: undefined, body: { refreshToken, deviceId } };
    return this.#refresh(input, this.call());
  }

  async signOut(accessToken: string): Promise<void> {
    const call = await this.#signedInCall(accessToken);
    await this.#signOut({ params: undefined, query: undefined, body: undefined }, call);
  }

  async publicKeys(): Promise<Record<string, unknown>[]> {
    const answer = await this.#jwks({ params: undefined, query: undefined, body: undefined }, this.call());
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

  call(): OpenCall & Wire {
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
  /** Without one, the device has none, and becomes nobody's own. */
  readonly key?: DeviceKey;
  /** As it is sent; in place of the two above. */
  readonly device?: DeviceClaim;
}

const caught = async <T>(work: () => Promise<T>): Promise<T | Problem> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
};

/** The answer. @throws the problem, if it is one */
export const accepted = <T>(answer: T | Problem): T => {
  if (answer instanceof Problem) throw answer;
  return answer;
};

export const codeOf = (answer: unknown): string | null => (answer instanceof Problem ? answer.code : null);
