import { createMemoryCache } from '../../cache/memory.ts';
import { type Clock, systemClock } from '../../clock.ts';
import { PostgresDatabase } from '../../database/postgres.ts';
import { type TestDatabase, testDatabase } from '../../database/testing/test-database.ts';
import { OutboxBus } from '../../events/outbox-bus.ts';
import { uuidv7 } from '../../ids.ts';
import type { Jobs } from '../../jobs/port.ts';
import type { ObjectStore } from '../../objects/port.ts';
import { createMemoryRealtime } from '../../realtime/memory.ts';
import type { Ports, Service } from '../../service.ts';
import { createTelemetry } from '../../telemetry/telemetry.ts';
import type { AccessTokens } from '../access-token.ts';
import type { Actor } from '../call.ts';
import { type HttpServer, type HttpSettings, startHttpServer } from '../server.ts';

/** Tokens that are what the test says, so that a test of one service needs none of auth. */
class TestTokens implements AccessTokens {
  readonly #db: TestDatabase;
  readonly #actors = new Map<string, Actor>();
  readonly #planted = new Map<Actor, Promise<void>>();

  constructor(db: TestDatabase) {
    this.#db = db;
  }

  issue(given: Pick<Actor, 'orgId' | 'role'> & Partial<Actor>): string {
    const token = `token-${uuidv7()}`;
    this.#actors.set(token, { userId: uuidv7(), sessionId: uuidv7(), deviceId: uuidv7(), ...given });
    return token;
  }

  async verify(token: string): ReturnType<AccessTokens['verify']> {
    const actor = this.#actors.get(token);
    if (actor === undefined) return null;
    const planted = this.#planted.get(actor) ?? this.#plant(actor);
    await this.#planted.set(actor, planted).get(actor);
    return { ...actor, expiresAt: new Date(8.64e15) };
  }

  async hasProvedLately(): Promise<boolean> {
    return true;
  }

  forgetSession(): void {}

  /** What somebody may do is asked of the database, so they have an account, if the test has made none. */
  async #plant({ orgId, userId, role }: Actor): Promise<void> {
    const kind = role.startsWith('platform_') ? 'platform' : 'tenant';
    const { ownerPool } = this.#db;
    await ownerPool.query(
      `INSERT INTO users.organization (id, slug, name, vocabulary, kind) VALUES ($1, 'of-' || $1::uuid, 'Test', 'campus', $2)
       ON CONFLICT DO NOTHING`,
      [orgId, kind],
    );
    await ownerPool.query(
      `INSERT INTO users.account (org_id, id, role, display_name) VALUES ($1, $2, $3, 'Test') ON CONFLICT DO NOTHING`,
      [orgId, userId, role],
    );
  }
}

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly db: TestDatabase;
  readonly ports: Ports;
  readonly tokens: TestTokens;
  /** What was logged, one parsed line each. */
  readonly logged: Record<string, unknown>[];
  readonly http: HttpServer;
  /** As a stop of the process does it, the database included. */
  close(): Promise<void>;
}

export interface TestServerOptions {
  readonly db?: TestDatabase;
  readonly clock?: Clock;
  readonly settings?: Partial<HttpSettings>;
  /** What the services need in the database before they are made. */
  readonly prepare?: (db: TestDatabase) => Promise<void>;
}

const refusal = async (): Promise<never> => {
  throw new Error('There are no jobs and no files in this test.');
};
const noJobs: Jobs = {
  enqueue: refusal,
  handle: () => undefined,
  every: () => undefined,
  start: async () => undefined,
  stop: async () => undefined,
  depth: async () => [],
  failed: refusal,
  retry: refusal,
  check: async () => undefined,
};
const noObjects: ObjectStore = { put: refusal, get: refusal, delete: refusal, check: async () => undefined };

/** Serves what `make` returns over HTTP, with a real database, a real outbox, and everything else in memory. */
export async function startTestServer(
  make: (ports: Ports) => readonly Service[],
  options: TestServerOptions = {},
): Promise<TestServer> {
  const db = options.db ?? (await testDatabase({ poolSize: 10 }));
  await options.prepare?.(db);
  const clock = options.clock ?? systemClock;
  const logged: Record<string, unknown>[] = [];
  const telemetry = createTelemetry({
    level: 'debug',
    destination: { write: (line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>) },
  });
  const eventsDatabase = new PostgresDatabase({ connectionString: db.connectionString, poolSize: 4 });
  const events = new OutboxBus({ database: eventsDatabase, listenUrl: db.connectionString, clock });
  const tokens = new TestTokens(db);
  const ports: Ports = {
    database: db.database,
    events,
    clock,
    telemetry,
    accessTokens: tokens,
    jobs: noJobs,
    objects: noObjects,
    cache: createMemoryCache(clock),
    realtime: createMemoryRealtime(),
    settings: { publicUrl: 'https://muster.example', webRoot: '/nowhere', serviceUrls: new Map(), configuration: [] },
  };
  const services = make(ports);
  for (const service of services) for (const consumer of service.consumers ?? []) events.subscribe(consumer);
  await events.start();
  for (const service of services) await service.start?.();
  const http = await startHttpServer(services, ports, {
    host: '127.0.0.1',
    port: 0,
    trustedProxies: [],
    checkAnswers: true,
    rateLimits: { perAddressPerMinute: 10_000, perUserPerMinute: 10_000 },
    ...options.settings,
  });
  const { port } = http.address;
  return {
    db,
    ports,
    tokens,
    logged,
    http,
    port,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      await http.close();
      for (const service of services) await service.stop?.();
      await events.stop();
      await eventsDatabase.close();
      await db.drop();
    },
  };
}
