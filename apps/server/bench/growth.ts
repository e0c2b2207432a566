import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RouteDefinition } from '@muster/contracts';
import { routes } from '@muster/contracts';
import pg from 'pg';
import { ask, enter, type Member, openCampus, type OpenCampus, type Phone, signIn, signInMembers } from './campus.ts';
import { growTo } from './crowd.ts';
import { median, percentile, seconds } from './figures.ts';
import { calm, caughtUp, cpuSeconds, databaseOf, residentMb, runLoad, startMuster } from './processes.ts';

/** What the same work costs in an organization of a certain size, on one process and the embedded PostgreSQL. */
export interface SizeFigures {
  readonly members: number;
  readonly seedSeconds: number;
  readonly databaseMb: number;
  readonly readyMs: number;
  readonly idleRssMb: number;
  readonly loadedRssMb: number;
  /** CPU of the process and of PostgreSQL together, in microseconds. */
  readonly signInCpuMicros: number;
  readonly punchCpuMicros: number;
  readonly punchP99Ms: number;
  readonly fixCpuMicros: number;
  readonly batchedFixCpuMicros: number;
  readonly batchedFixesPerSecond: number;
  readonly bytesPerFix: number;
  /** Median of each, in milliseconds, by what is asked. */
  readonly queriesMs: Readonly<Record<string, number>>;
}

/** Members of the demonstration who arrive; the others are there already. */
const arrivals = 190;
const warmingUp = 40;
/** So many read the code and enter at the same time. */
const gates = 8;
const phonesReporting = 64;
const rounds = 3;
const secondsPerRun = 3;
/** A phone that takes a fix every ten seconds and reports once a minute. */
const fixesPerReport = 6;
const asksPerQuery = 15;

export const measureGrowth = async (sizes: readonly number[]): Promise<SizeFigures[]> => {
  const figures: SizeFigures[] = [];
  for (const size of sizes) {
    figures.push(await measureSize(size));
    console.log(`measured: ${size.toLocaleString('en')} members`);
  }
  print(figures);
  return figures;
};

/** Tokens are for one address, which the restart must not change. */
const environment = { MUSTER_PUBLIC_URL: 'http://bench.muster.example' };

const measureSize = async (size: number): Promise<SizeFigures> => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'muster-growth-'));
  try {
    const { members, seedSeconds, campus } = await settle(dataFolder, size);
    const muster = await startMuster(dataFolder, [], environment);
    const { url: databaseUrl, pid: postgresPid } = await databaseOf(dataFolder);
    const owner = new pg.Client({ connectionString: databaseUrl });
    await owner.connect();
    try {
      await calm(muster.pid);
      const idleRssMb = await residentMb(muster.pid);
      const databaseMb = await megabytes(owner);
      const cpu = async (work: () => Promise<number>): Promise<number> => {
        const used = async () => (await cpuSeconds(muster.pid)) + (await cpuSeconds(postgresPid, { children: true }));
        const before = await used();
        const pieces = await work();
        await calm(muster.pid);
        const after = await used();
        await caughtUp(muster.url);
        return ((after - before) / pieces) * 1e6;
      };
      let phones: Phone[] = [];
      const signInCpuMicros = await cpu(async () => {
        phones = await signInMembers(muster.url, members);
        return phones.length;
      });
      // The first ones compile what the others run.
      await arrive(muster.url, phones.slice(0, warmingUp), campus.code, []);
      await calm(muster.pid);
      const punches: number[] = [];
      const punchCpuMicros = await cpu(() => arrive(muster.url, phones.slice(warmingUp), campus.code, punches));
      const reporters = phones.slice(0, phonesReporting);
      const singles: number[] = [];
      const batches: number[] = [];
      const speeds: number[] = [];
      const positionsBefore = await positions(owner);
      for (let round = 0; round < rounds; round += 1) {
        singles.push(await cpu(async () => (await report(muster.url, reporters, 1)).fixes));
        batches.push(
          await cpu(async () => {
            const { fixes, perSecond } = await report(muster.url, reporters, fixesPerReport);
            speeds.push(perSecond);
            return fixes;
          }),
        );
      }
      const positionsAfter = await positions(owner);
      const queriesMs = await measureQueries(muster.url, campus);
      return {
        members: size,
        seedSeconds,
        databaseMb,
        readyMs: muster.readyMs,
        idleRssMb,
        loadedRssMb: await residentMb(muster.pid),
        signInCpuMicros,
        punchCpuMicros,
        punchP99Ms: percentile(punches, 0.99),
        fixCpuMicros: median(singles),
        batchedFixCpuMicros: median(batches),
        batchedFixesPerSecond: median(speeds),
        bytesPerFix: (positionsAfter.bytes - positionsBefore.bytes) / (positionsAfter.rows - positionsBefore.rows),
        queriesMs,
      };
    } finally {
      await owner.end();
      await muster.stop();
    }
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
};

interface Settled {
  readonly members: readonly Member[];
  readonly seedSeconds: number;
  readonly campus: OpenCampus;
}

/** The demonstration campus, one of whose members has entered and reported; then everybody else moves in. */
const settle = async (dataFolder: string, size: number): Promise<Settled> => {
  const muster = await startMuster(dataFolder, [], environment);
  const { url: databaseUrl } = await databaseOf(dataFolder);
  const owner = new pg.Client({ connectionString: databaseUrl });
  await owner.connect();
  try {
    const campus = await openCampus(muster.url, 'principal', arrivals + 1);
    const [first, ...members] = campus.members;
    if (first === undefined) throw new Error('The demonstration has no members.');
    const [phone] = await signInMembers(muster.url, [first]);
    if (phone === undefined) throw new Error('Nobody signed in.');
    await enter(muster.url, phone, campus.code);
    await report(muster.url, [phone], 1, 1);
    await caughtUp(muster.url);
    const startedAt = performance.now();
    await growTo(owner, first.memberId, size);
    return { members, seedSeconds: (performance.now() - startedAt) / 1000, campus };
  } finally {
    await owner.end();
    await muster.stop();
  }
};

/** Everybody through a few gates; notes how long each took, in milliseconds. Resolves with how many they were. */
const arrive = async (url: string, phones: readonly Phone[], code: string, tookMs: number[]): Promise<number> => {
  const waiting = [...phones];
  await Promise.all(
    Array.from({ length: gates }, async () => {
      for (let phone = waiting.pop(); phone !== undefined; phone = waiting.pop()) {
        const startedAt = performance.now();
        await enter(url, phone, code);
        tookMs.push(performance.now() - startedAt);
      }
    }),
  );
  return phones.length;
};

const report = async (url: string, phones: readonly Phone[], fixesPerRequest: number, duration = secondsPerRun) => {
  const outcome = await runLoad({
    url,
    path: '/v1/positions',
    seconds: duration,
    fixesPerRequest,
    phones: phones.map(({ accessToken, lastFixMs }) => ({
      headers: { authorization: `Bearer ${accessToken}` },
      lastFixMs,
    })),
  });
  if (outcome.failed > 0) throw new Error(`${outcome.failed} requests failed.`);
  for (const [index, phone] of phones.entries()) phone.lastFixMs = outcome.lastFixMs[index] ?? phone.lastFixMs;
  return { fixes: outcome.requests * fixesPerRequest, perSecond: outcome.fixesPerSecond };
};

const measureQueries = async (url: string, { groupIds }: OpenCampus): Promise<Record<string, number>> => {
  const principal = await signIn(url, 'principal@lindenhof.example');
  const teacher = await signIn(url, 'teacher@lindenhof.example');
  const [groupId = ''] = groupIds;
  const at = { latitude: '46.9212', longitude: '15.8735', radiusMeters: '200' };
  const queries: [string, RouteDefinition, string, Record<string, unknown>][] = [
    ['board of a group', routes.readBoard, principal, { groupId }],
    ["a teacher's board", routes.readBoard, teacher, {}],
    ['everybody, counted', routes.countBoard, principal, {}],
    ['page of members', routes.listMembers, principal, { limit: 50 }],
    ['search for a name', routes.listMembers, principal, { limit: 50, search: 'mar' }],
    ['presence of a group', routes.listPresence, principal, { groupId }],
    ['who is within 200 m', routes.listNearby, principal, at],
  ];
  const medians: Record<string, number> = {};
  for (const [name, route, token, query] of queries) {
    const tookMs: number[] = [];
    // The first finds caches empty.
    for (let turn = 0; turn <= asksPerQuery; turn += 1) {
      const startedAt = performance.now();
      await ask(url, route, token, { query });
      if (turn > 0) tookMs.push(performance.now() - startedAt);
    }
    medians[name] = median(tookMs);
  }
  return medians;
};

const megabytes = async (owner: pg.Client): Promise<number> => {
  const { rows } = await owner.query<{ mb: number }>(`SELECT pg_database_size(current_database()) / 1e6::float8 AS mb`);
  return rows[0]?.mb ?? Number.NaN;
};

/** What the positions of all days take with their indexes. */
const positions = async (owner: pg.Client): Promise<{ bytes: number; rows: number }> => {
  const { rows } = await owner.query<{ bytes: number; rows: number }>(`
    SELECT (SELECT sum(pg_total_relation_size(inhrelid))::float8 FROM pg_inherits
      WHERE inhparent = 'geo.position'::regclass) AS bytes, (SELECT count(*)::float8 FROM geo.position) AS rows`);
  return rows[0] ?? { bytes: Number.NaN, rows: Number.NaN };
};

const print = (figures: readonly SizeFigures[]): void => {
  const row = (name: string, valueOf: (size: SizeFigures) => string): void =>
    console.log(name.padEnd(44) + figures.map((each) => valueOf(each).padStart(12)).join(''));
  const micros = (value: number): string => `${value.toFixed(0)} µs`;
  const ms = (value: number | undefined): string => `${(value ?? Number.NaN).toFixed(1)} ms`;
  const mb = (value: number): string => `${value.toFixed(0)} MB`;
  console.log('');
  row('members', ({ members }) => members.toLocaleString('en'));
  row('seeded in', ({ seedSeconds }) => seconds(seedSeconds * 1000));
  row('database before the load', ({ databaseMb }) => mb(databaseMb));
  row('start until ready', ({ readyMs }) => seconds(readyMs));
  row('memory, idle', ({ idleRssMb }) => mb(idleRssMb));
  row('memory, after the load', ({ loadedRssMb }) => mb(loadedRssMb));
  row('CPU of a sign-in', ({ signInCpuMicros }) => micros(signInCpuMicros));
  row('CPU of a punch (read the code, enter)', ({ punchCpuMicros }) => micros(punchCpuMicros));
  row(`a punch, p99 at ${gates} gates`, ({ punchP99Ms }) => ms(punchP99Ms));
  row('CPU of a fix, one at a time', ({ fixCpuMicros }) => micros(fixCpuMicros));
  row(`CPU of a fix, ${fixesPerReport} at a time`, ({ batchedFixCpuMicros }) => micros(batchedFixCpuMicros));
  row(`fixes per second, ${fixesPerReport} at a time`, ({ batchedFixesPerSecond }) => batchedFixesPerSecond.toFixed(0));
  row('disk for a fix', ({ bytesPerFix }) => `${bytesPerFix.toFixed(0)} B`);
  for (const name of Object.keys(figures[0]?.queriesMs ?? {})) row(name, ({ queriesMs }) => ms(queriesMs[name]));
};
