import { operationsRoutes as routes, type RouteAnswer, type RouteDefinition } from '@muster/contracts';
import { UnrecoverableError } from 'bullmq';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testDatabase } from '../../../platform/database/testing/test-database.ts';
import type { Consumer } from '../../../platform/events/port.ts';
import { startTestServer, type TestServer } from '../../../platform/http/testing/test-server.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import { createBullJobs } from '../../../platform/jobs/bull.ts';
import type { Jobs } from '../../../platform/jobs/port.ts';
import { postgresJobs } from '../../../platform/jobs/postgres-backend.ts';
import type { Ports } from '../../../platform/service.ts';
import { operationsTable } from './routes.ts';

const patience = { timeout: 20_000, interval: 30 };
const [orgId, foreignId] = [uuidv7(), uuidv7()];
/** What neither lists nor the log may ever say. */
const secret = 'Mia Sommer, 46.92 N';

let server: TestServer;
let jobs: Jobs;
let isBroken = true;
const ran: { readonly orgId: string; readonly id: string }[] = [];
const handled: string[] = [];

const fragile: Consumer<'auth.session-ended'> = {
  name: 'auth.fragile',
  service: 'auth',
  types: ['auth.session-ended'],
  handle: async (_tx, events) => {
    if (isBroken) throw new RangeError('cannot digest it');
    handled.push(...events.map(({ id }) => id));
  },
};

const jobsOn = (ports: Ports, connectionString: string): Jobs => {
  const { database, events, telemetry } = ports;
  const backend = postgresJobs(connectionString);
  const made = createBullJobs({ backend, database, events, log: telemetry.log, keepEveryMs: 1_000 });
  made.handle('reports.broken', async ({ orgId: org, id }) => {
    if (isBroken) throw new UnrecoverableError(`no paper for "${secret}"`);
    ran.push({ orgId: org, id });
  });
  return made;
};

beforeAll(async () => {
  const db = await testDatabase({ poolSize: 10 });
  const make = (ports: Ports) => {
    jobs = jobsOn(ports, db.connectionString);
    const routesOfIt = operationsTable({ ...ports, jobs });
    return [{ name: 'gateway' as const, routes: routesOfIt, consumers: [fragile as unknown as Consumer] }];
  };
  server = await startTestServer(make, { db });
  await jobs.start();
});
afterAll(async () => {
  await jobs.stop();
  await server.close();
});

type Path = `/v1/operations${string}`;

const principalOf = (org: string) => {
  const userId = uuidv7();
  const token = server.tokens.issue({ orgId: org, role: 'org_admin', userId });
  const ask = async <R extends RouteDefinition>(route: R, path: Path = route.path as Path, body?: unknown) => {
    const response = await fetch(`${server.url}${path}`, {
      method: route.method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).not.toContain(secret);
    return JSON.parse(text) as RouteAnswer<R>;
  };
  return {
    userId,
    overview: () => ask(routes.readOperations),
    failedJobs: () => ask(routes.listFailedJobs),
    retry: (jobId: string) => ask(routes.retryFailedJob, `/v1/operations/failed-jobs/${jobId}/retry`),
    deadLetters: (search = '') => ask(routes.listDeadLetters, `/v1/operations/dead-letters${search}`),
    replay: (consumer: string, eventIds: readonly string[]) =>
      ask(routes.replayDeadLetters, routes.replayDeadLetters.path, { consumer, eventIds }),
  };
};

const failOnce = async (org: string): Promise<void> =>
  server.ports.database.inOrganization('auth', org, async (tx) => {
    await jobs.enqueue(tx, org, { name: 'reports.broken', payload: { about: secret } });
    const payload = { userId: uuidv7(), sessionId: uuidv7(), cause: secret };
    await server.ports.events.append(tx, org, [{ type: 'auth.session-ended', key: secret, payload }]);
  });

const auditOf = async (org: string) => {
  const { rows } = await server.db.ownerPool.query<{ action: string; actor_user_id: string; object_id: string }>(
    `SELECT action, actor_user_id, object_id, detail FROM audit.entry WHERE org_id = $1 ORDER BY id`,
    [org],
  );
  expect(JSON.stringify(rows)).not.toContain(secret);
  return rows.map(({ action, actor_user_id: by, object_id: on }) => `${action} ${on} by ${by}`);
};

describe('operations', () => {
  it('are for administrators of the organization', async () => {
    for (const role of ['org_office', 'supervisor', 'guardian', 'member'] as const) {
      const headers = { Authorization: `Bearer ${server.tokens.issue({ orgId, role })}` };
      for (const { path } of [routes.readOperations, routes.listFailedJobs, routes.listDeadLetters]) {
        expect((await fetch(`${server.url}${path}`, { headers })).status).toBe(403);
      }
    }
  });

  it('show every queue, whoever works on it, and every consumer', async () => {
    const { queues, consumers } = await principalOf(orgId).overview();
    const names = queues?.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['auth', 'geo', 'reports', 'gateway', 'platform']));
    expect(consumers.map(({ name }) => name)).toEqual(['auth.fragile', 'platform.jobs']);
  });

  it('show what failed to its organization alone, and mend it there', async () => {
    const [own, foreign] = [principalOf(orgId), principalOf(foreignId)];
    await failOnce(orgId);
    await failOnce(foreignId);
    await vi.waitFor(async () => {
      expect(await own.failedJobs()).toMatchObject({ total: 1 });
      expect(await own.deadLetters()).toMatchObject({ total: 1 });
      expect(await foreign.failedJobs()).toMatchObject({ total: 1 });
      expect(await foreign.deadLetters()).toMatchObject({ total: 1 });
    }, patience);
    const [job] = (await own.failedJobs()).items;
    const [letter] = (await own.deadLetters('?consumer=auth.fragile')).items;
    const [foreignJob] = (await foreign.failedJobs()).items;
    const [foreignLetter] = (await foreign.deadLetters()).items;
    expect(job).toMatchObject({ name: 'reports.broken', reason: 'no paper for "…"', retries: 0 });
    expect(letter).toMatchObject({ type: 'auth.session-ended', reason: 'RangeError: cannot digest it', tries: 5 });
    expect(await own.deadLetters('?consumer=auth.sturdy')).toEqual({ items: [], total: 0 });
    const { consumers } = await own.overview();
    expect(consumers.find(({ name }) => name === 'auth.fragile')).toMatchObject({ waiting: 0, deadLetters: 2 });

    isBroken = false;
    expect(await own.retry(foreignJob?.jobId ?? '')).toEqual({ retried: false });
    expect(await own.replay('auth.fragile', [foreignLetter?.eventId ?? ''])).toEqual({ replayed: 0 });
    expect(await auditOf(foreignId)).toEqual([]);
    expect(await auditOf(orgId)).toEqual([]);

    expect(await own.retry(job?.jobId ?? '')).toEqual({ retried: true });
    expect(await own.retry(job?.jobId ?? '')).toEqual({ retried: false });
    expect(await own.replay('auth.fragile', [letter?.eventId ?? '', uuidv7()])).toEqual({ replayed: 1 });
    await vi.waitFor(() => expect(ran).toEqual([{ orgId, id: job?.jobId }]), patience);
    await vi.waitFor(() => expect(handled).toEqual([letter?.eventId]), patience);
    await vi.waitFor(async () => expect(await own.deadLetters()).toEqual({ items: [], total: 0 }), patience);
    expect(await own.failedJobs()).toEqual({ items: [], total: 0 });
    expect(await foreign.failedJobs()).toMatchObject({ total: 1 });
    expect(await foreign.deadLetters()).toMatchObject({ total: 1 });
    expect(await auditOf(orgId)).toEqual([
      `operations.job-retried ${job?.jobId} by ${own.userId}`,
      `operations.dead-letters-replayed auth.fragile by ${own.userId}`,
    ]);
  });

  it('keep what an event says from the gateway, in the database', async () => {
    const peek = server.ports.database.inOrganization('gateway', foreignId, (tx) =>
      sql`SELECT payload FROM platform.dead_letter`.execute(tx),
    );
    await expect(peek).rejects.toThrow('permission denied');
  });
});
