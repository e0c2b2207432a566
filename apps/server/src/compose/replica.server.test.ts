import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Person, type ReportRun, routes, type Tokens } from '@muster/contracts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfiguration } from '../config/schema.ts';
import { createDemo, type DemoSignIn } from '../demo/create-demo.ts';
import { uuidv7 } from '../platform/ids.ts';
import { type PostgresWithReplica, startPostgresWithReplica } from '../platform/testing/servers/postgres.ts';
import { until } from '../platform/testing/servers/with-server.ts';
import { Muster } from './muster.ts';

let servers: PostgresWithReplica;
let folder: string;
let muster: Muster;
let owner: pg.Pool;
let base: string;
let token: string;
let signIns: readonly DemoSignIn[];

const configured = (environment: Record<string, string> = {}) =>
  parseConfiguration(
    {
      PORT: '0',
      MUSTER_DATA: folder,
      MUSTER_DATABASE_URL: servers.runtimeUrl,
      MUSTER_REPLICA_URL: servers.replicaUrl,
      MUSTER_LOG_LEVEL: 'silent',
      MUSTER_LOG_TO: 'stdout',
      MUSTER_CHECK_ANSWERS: 'true',
      ...environment,
    },
    folder,
  );

beforeAll(async () => {
  servers = await startPostgresWithReplica();
  folder = await mkdtemp(join(tmpdir(), 'muster-replica-'));
  owner = new pg.Pool({ connectionString: servers.ownerUrl, max: 1 });
  owner.on('error', () => {});
  muster = new Muster(configured());
  await muster.startDatabase();
  ({ signIns } = await createDemo(await muster.openPorts()));
  const { port } = await muster.serve();
  base = `http://127.0.0.1:${port}`;
  token = await signIn();
  await servers.caughtUp();
});
afterAll(async () => {
  await muster?.stop();
  await owner?.end();
  await servers?.stop();
  await rm(folder, { recursive: true, force: true });
});

const signIn = async (): Promise<string> => {
  const [{ identifier, password } = { identifier: '', password: '' }] = signIns;
  const answer = await fetch(`${base}${routes.signIn.path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identifier, password, device: { deviceId: uuidv7(), name: 'Test' } }),
  });
  return ((await answer.json()) as Tokens).accessToken;
};
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${base}${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } });
const post = (path: string, body: unknown) =>
  fetch(`${base}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': uuidv7() },
    body: JSON.stringify(body),
  });
const metric = async (name: string): Promise<number> => {
  const text = await (await get('/metrics')).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length));
};

describe('Muster with a replica', () => {
  it('reads long lists from it, says how old they may be, and counts them', async () => {
    const answer = await get(routes.listPeople.path);
    expect(answer.status).toBe(200);
    expect(Number(answer.headers.get('muster-lag-seconds'))).toBeLessThan(5);
    expect(((await answer.json()) as { items: Person[] }).items.length).toBeGreaterThan(10);
    expect(await metric('muster_reads_total{where="replica",why="fresh"}')).toBe(1);
    expect(await metric('muster_replica_lag_seconds')).toBeLessThan(5);
    expect(await metric('muster_replica_lag_bytes')).toBeGreaterThanOrEqual(0);
    const { dependencies } = (await (await get('/health/ready')).json()) as { dependencies: unknown[] };
    expect(dependencies).toContainEqual({ name: 'replica', ok: true });
  });

  it('shows everybody their own writes, while the replica does not have them', async () => {
    await servers.pauseReplay();
    try {
      const body = { kind: 'monthly-attendance', month: '2020-01' };
      const started = await post(routes.startReport.path, body);
      expect(started.status).toBe(202);
      const writtenAt = started.headers.get('muster-written-at') ?? '';
      expect(writtenAt).toMatch(/^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/);
      const { runId } = (await started.json()) as ReportRun;
      expect(await (await get(routes.listReports.path)).text()).not.toContain(runId);
      const own = await get(routes.listReports.path, { 'muster-read-after': writtenAt });
      expect(await own.text()).toContain(runId);
      expect(own.headers.has('muster-lag-seconds')).toBe(false);
    } finally {
      await servers.resumeReplay();
    }
  });

  it('refuses a session that has ended, while the replica has not heard of it', async () => {
    const authorization = `Bearer ${await signIn()}`;
    await servers.caughtUp();
    await servers.pauseReplay();
    try {
      expect((await get(routes.listPeople.path, { authorization })).status).toBe(200);
      await fetch(`${base}${routes.signOut.path}`, { method: 'POST', headers: { authorization } });
      expect((await get(routes.listPeople.path, { authorization })).status).toBe(401);
    } finally {
      await servers.resumeReplay();
    }
  });

  it('makes a report of all that had committed when it was asked for, while the replica does not have it', async () => {
    await servers.caughtUp();
    await servers.pauseReplay();
    try {
      await owner.query(`
        INSERT INTO attendance.attendance_day (org_id, member_id, date, code, updated_at)
        SELECT org_id, member_id, '2020-02-03', 'P', now() FROM users.membership`);
      const { rowCount } = await owner.query('SELECT FROM users.membership');
      const started = await post(routes.startReport.path, { kind: 'monthly-attendance', month: '2020-02' });
      const path = `${routes.listReports.path}/${((await started.json()) as ReportRun).runId}`;
      await until(async () => {
        const run = (await (await get(path)).json()) as ReportRun;
        return run.status === 'done';
      });
      const csv = await (await get(`${path}/artifact`)).text();
      expect(csv.match(/2020-02-03/g)).toHaveLength(rowCount ?? 0);
    } finally {
      await servers.resumeReplay();
    }
  });

  it('goes on, and stays ready, when it is lost', async () => {
    await servers.killReplica();
    const answer = await get(routes.listPeople.path);
    expect(answer.status).toBe(200);
    expect(answer.headers.has('muster-lag-seconds')).toBe(false);
    const ready = await get('/health/ready');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({
      dependencies: expect.arrayContaining([{ name: 'replica', ok: false }]),
    });
    // One that is started again meanwhile starts all the same.
    const another = new Muster(configured({ MUSTER_REPLICA_MAY_BE_AWAY: 'true' }));
    await another.startDatabase();
    await expect(another.openPorts()).resolves.toBeDefined();
    await another.stop();
    await servers.restartReplica();
    await until(async () => (await get(routes.listPeople.path)).headers.has('muster-lag-seconds'));
  });

  it('does not start on what is no replica', async () => {
    const wrong = new Muster(configured({ MUSTER_REPLICA_URL: servers.runtimeUrl }));
    await wrong.startDatabase();
    await expect(wrong.openPorts()).rejects.toThrow(/MUSTER_REPLICA_URL points to a database that takes writes itself/);
    await wrong.stop();
  });
});
