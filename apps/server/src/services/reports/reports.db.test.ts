import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { type EventPayload, reportRoutes as routes, type Role, tiesOf } from '@muster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SettableClock } from '../../platform/clock.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/testing/test-database.ts';
import { appendToOutbox } from '../../platform/events/outbox.ts';
import type { Jobs } from '../../platform/jobs/port.ts';
import { createFolderObjects } from '../../platform/objects/folder.ts';
import type { ObjectStore } from '../../platform/objects/port.ts';
import { generateReport } from './generate.ts';
import { downloadReport, listReports, readReport, startReport } from './runs.ts';

const orgId = randomUUID();
const [principalId, teacherId, guardianId] = [randomUUID(), randomUUID(), randomUUID()];
const [siteId, groupId, otherGroupId] = [randomUUID(), randomUUID(), randomUUID()];
const clock = new SettableClock('2026-04-01T06:00:00.000Z');
let test: TestDatabase;
let objects: ObjectStore;
let folder: string;

const plant = (statement: string, values: unknown[]) => test.ownerPool.query(statement, values);
const account = (userId: string, role: Role, displayName: string, number: string | null = null) =>
  plant(`INSERT INTO users.account (org_id, id, role, display_name, number) VALUES ($1, $2, $3, $4, $5)`, [
    orgId,
    userId,
    role,
    displayName,
    number,
  ]);
const member = async (displayName: string, group: string) => {
  const memberId = randomUUID();
  await account(memberId, 'member', displayName);
  await plant(`INSERT INTO users.membership (org_id, member_id, site_id, group_id) VALUES ($1, $2, $3, $4)`, [
    orgId,
    memberId,
    siteId,
    group,
  ]);
  return memberId;
};
const days = (memberIds: string[], from: string, to: string) =>
  plant(
    `INSERT INTO attendance.attendance_day (org_id, member_id, date, code, entered_at, exited_at, late_by_minutes,
       left_early_by_minutes, worked_minutes, no_exit, updated_at)
     SELECT $1, member_id, date, 'P', date + time '07:05', date + time '15:00', 5, 0, 475, false, date
     FROM unnest($2::uuid[]) AS member_id, generate_series($3::timestamptz, $4::timestamptz, '1 day') AS date`,
    [orgId, memberIds, `${from}T00:00:00Z`, `${to}T00:00:00Z`],
  );

let asha: string;
let eve: string;

beforeAll(async () => {
  test = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), 'muster-reports-'));
  objects = await createFolderObjects(folder);
  await plant(`INSERT INTO users.organization (id, slug, name, vocabulary) VALUES ($1, 'north', 'North', 'campus')`, [
    orgId,
  ]);
  await plant(
    `INSERT INTO users.site (org_id, id, name, address, time_zone, latitude, longitude)
     VALUES ($1, $2, 'Campus', 'Ring 1', 'Europe/Vienna', 48.2, 16.37)`,
    [orgId, siteId],
  );
  for (const [id, name] of [
    [groupId, '10A'],
    [otherGroupId, '10B'],
  ]) {
    await plant(`INSERT INTO users.member_group (org_id, id, site_id, name) VALUES ($1, $2, $3, $4)`, [
      orgId,
      id,
      siteId,
      name,
    ]);
  }
  await account(principalId, 'org_admin', 'Pia');
  await account(teacherId, 'supervisor', 'Theo');
  await account(guardianId, 'guardian', 'Gita');
  asha = await member('Asha', groupId);
  eve = await member('=HYPERLINK("http://evil.example";"click")', otherGroupId);
  await plant(`INSERT INTO users.assignment (org_id, supervisor_id, group_id) VALUES ($1, $2, $3)`, [
    orgId,
    teacherId,
    groupId,
  ]);
  await plant(`INSERT INTO users.guardianship (org_id, guardian_id, member_id) VALUES ($1, $2, $3)`, [
    orgId,
    guardianId,
    asha,
  ]);
  await days([asha, eve], '2026-02-27', '2026-04-01');
});
afterAll(async () => {
  await test.drop();
  await rm(folder, { recursive: true, force: true });
});

const enqueued: string[] = [];
const jobs = {
  enqueue: async (tx, org, { name, payload }) => {
    enqueued.push(name);
    const requested = { name, payload } as EventPayload<'platform.job-requested'>;
    await appendToOutbox(tx, org, [{ type: 'platform.job-requested', key: name, payload: requested }], clock);
  },
} as Jobs;

const callOf = (userId: string, role: Role) => ({
  actor: { userId, orgId, role },
  ties: tiesOf(role, 'reports.export'),
  at: clock.now(),
  requestId: 'request-1',
  reply: { header: () => {} },
});
const inReports = <T>(work: (tx: never) => Promise<unknown>) =>
  test.database.inOrganization('reports', orgId, (tx) => work(tx as never)) as Promise<T>;
const start = (userId: string, role: Role, month = '2026-03') =>
  inReports<{ runId: string }>((tx) =>
    startReport({ jobs, clock })(
      tx,
      { body: { kind: 'monthly-attendance', month }, params: undefined, query: undefined },
      callOf(userId, role) as never,
    ),
  );
const run = (runId: string, { attempt = 1, to = objects, progress = [] as number[] } = {}) =>
  generateReport({ database: test.database, objects: to, clock })({
    id: randomUUID(),
    orgId,
    payload: { runId },
    attempt,
    progress: async (fraction) => void progress.push(fraction),
  });
const read = async (userId: string, runId: string) =>
  routes.readReport.answer.parse(
    await inReports((tx) =>
      readReport(tx, { params: { runId }, query: undefined, body: undefined }, callOf(userId, 'org_admin') as never),
    ),
  );
const download = (userId: string, role: Role, runId: string) =>
  downloadReport({ database: test.database, objects, clock })(
    { params: { runId }, query: undefined, body: undefined },
    callOf(userId, role) as never,
  ) as Promise<string>;
const linesOf = (csv: string) => parse(csv, { bom: true, columns: true }) as Record<string, string>[];

describe('a monthly report', () => {
  it('is asked for, made and fetched', async () => {
    const { runId } = await start(principalId, 'org_admin');
    expect(enqueued.at(-1)).toBe('reports.generate');
    expect(await read(principalId, runId)).toMatchObject({ status: 'queued', progress: 0, artifact: null });
    await expect(download(principalId, 'org_admin', runId)).rejects.toMatchObject({ code: 'not-found' });
    await run(runId);
    const done = await read(principalId, runId);
    expect(done).toMatchObject({ status: 'done', progress: 1, artifact: { fileName: 'attendance-2026-03.csv' } });
    const csv = await download(principalId, 'org_admin', runId);
    expect(Buffer.byteLength(csv)).toBe(done.artifact?.bytes);
    const lines = linesOf(csv);
    expect(lines).toHaveLength(62);
    expect(lines[0]).toMatchObject({ Group: '10A', Name: 'Asha', Date: '2026-03-01', Entered: '08:05', Left: '16:00' });
    // Daylight saving time has begun.
    expect(lines[30]).toMatchObject({ Date: '2026-03-31', Entered: '09:05' });
    expect(new Set(lines.slice(31).map(({ Name }) => Name))).toEqual(
      new Set(['\'=HYPERLINK("http://evil.example";"click")']),
    );
    const { rows } = await plant(`SELECT action FROM audit.entry WHERE object_id = $1 ORDER BY seq`, [runId]);
    expect(rows.map(({ action }) => action as string)).toEqual([
      'report.requested',
      'report.generated',
      'report.downloaded',
    ]);
  });

  it('holds only whom its requester is tied to', async () => {
    for (const [userId, role] of [
      [teacherId, 'supervisor'],
      [guardianId, 'guardian'],
      [asha, 'member'],
    ] as const) {
      const { runId } = await start(userId, role);
      await run(runId);
      const names = linesOf(await download(userId, role, runId)).map(({ Name }) => Name);
      expect(new Set(names)).toEqual(new Set(['Asha']));
    }
  });

  it('belongs to its requester alone', async () => {
    const { runId } = await start(teacherId, 'supervisor');
    await run(runId);
    await expect(read(principalId, runId)).rejects.toMatchObject({ code: 'not-found' });
    await expect(download(principalId, 'org_admin', runId)).rejects.toMatchObject({ code: 'not-found' });
    const listed = (await inReports<{ items: { runId: string }[] }>((tx) =>
      listReports(tx, {} as never, callOf(principalId, 'org_admin') as never),
    )) as { items: { runId: string }[] };
    expect(listed.items.map((item) => item.runId)).not.toContain(runId);
  });

  it('is made once, however often its job runs', async () => {
    const { runId } = await start(principalId, 'org_admin');
    await run(runId);
    const first = await read(principalId, runId);
    clock.advance(60_000);
    await run(runId);
    expect(await read(principalId, runId)).toEqual(first);
  });

  it('is tried again after an error, and says that it failed after the last try', async () => {
    const { runId } = await start(principalId, 'org_admin');
    const broken: ObjectStore = { ...objects, put: () => Promise.reject(new Error('disk full')) };
    await expect(run(runId, { to: broken })).rejects.toThrow('disk full');
    expect(await read(principalId, runId)).toMatchObject({ status: 'queued', failure: null });
    await expect(run(runId, { to: broken, attempt: 5 })).rejects.toThrow('disk full');
    expect(await read(principalId, runId)).toMatchObject({ status: 'failed', failure: expect.any(String) as string });
  });

  it('of ten thousand days is written in parts', async () => {
    const many = await Promise.all(Array.from({ length: 450 }, (_, n) => member(`Member ${n}`, otherGroupId)));
    await days(many, '2026-05-01', '2026-05-23');
    const { runId } = await start(principalId, 'org_admin', '2026-05');
    const progress: number[] = [];
    await run(runId, { progress });
    expect(progress).toHaveLength(4);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(linesOf(await download(principalId, 'org_admin', runId))).toHaveLength(450 * 23);
  });
});
