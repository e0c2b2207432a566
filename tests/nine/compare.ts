import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serviceNames } from '@muster/contracts';
import { enterMembers, type Phone } from '../../apps/server/bench/campus.ts';
import { median } from '../../apps/server/bench/figures.ts';
import { caughtUp, residentMb, runLoad, startMuster } from '../../apps/server/bench/processes.ts';
import { type Surroundings, startSurroundings } from '../../apps/server/src/platform/testing/servers/surroundings.ts';
import { startFleet } from './fleet.ts';

/**
 * A part of `npm run bench`, or `npm run bench:fleet [-- --json]` alone: what ingest costs in one process and in nine, with events read from PostgreSQL and
 * carried by Kafka. All on this one machine, so it shows what the larger way costs, not what more machines would give.
 */

const singlePhones = 64;
const batchPhones = 16;
const fixesPerBatch = 200;
const secondsPerRun = 4;
const rounds = 3;
const settlingMs = 5_000;
const restingMs = 4_000;
const restingTurns = 3;
/** Whoever wants to compare has to have the same tokens; nobody comes to this address. */
const publicUrl = 'http://bench.muster.example';

interface Side {
  readonly name: string;
  readonly start: () => Promise<{ readonly url: string; pids(): readonly number[]; stop(): Promise<void> }>;
}

interface Run {
  readonly fixesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the whole machine, load included, until every consumer has caught up; without what it uses at rest. */
  readonly cpuMicrosPerFix: number;
}

interface Result {
  readonly name: string;
  /** Of all processes of Muster. */
  readonly idleRssMb: number;
  /** What everything uses that runs, brokers and databases included, while nobody asks for anything. */
  readonly idleCpuCores: number;
  readonly loadedRssMb: number;
  readonly single: Run;
  readonly batch: Run;
}

const sidesOf = ({ environment }: Surroundings, folder: string): readonly Side[] => {
  const common = { MUSTER_PUBLIC_URL: publicUrl, MUSTER_CHECK_ANSWERS: 'false' };
  const { MUSTER_KAFKA_BROKERS: _kafka, MUSTER_REDIS_URL: _redis, ...onPostgres } = environment;
  const one = (own: Readonly<Record<string, string>>) => async () => {
    const muster = await startMuster(folder, [], { ...own, ...common });
    return { ...muster, pids: () => [muster.pid] };
  };
  return [
    { name: 'one process, events in PostgreSQL', start: one(onPostgres) },
    { name: 'one process, Kafka and Redis', start: one(environment) },
    {
      name: 'nine processes, Kafka and Redis',
      start: async () => {
        const fleet = await startFleet({ dataFolder: folder, environment: { ...environment, ...common } });
        return { url: fleet.url, pids: () => serviceNames.map((name) => fleet.pidOf(name)), stop: () => fleet.stop() };
      },
    },
  ];
};

const main = async (): Promise<void> => {
  const surroundings = await startSurroundings();
  const folder = await mkdtemp(join(tmpdir(), 'muster-compare-'));
  let phones: readonly Phone[] = [];
  const results: Result[] = [];
  try {
    for (const { name, start } of sidesOf(surroundings, folder)) {
      const running = await startOrSay(name, start);
      if (running === null) continue;
      try {
        if (phones.length === 0) phones = await enterMembers(running.url, singlePhones);
        await sleep(settlingMs);
        // Kafka is told first what it has not been told yet: all that PostgreSQL alone has carried before.
        await caughtUp(running.url);
        const idleCpuCores = await restingCores();
        const memory = async (): Promise<number> =>
          (await Promise.all(running.pids().map(residentMb))).reduce((sum, each) => sum + each, 0);
        const idleRssMb = await memory();
        // Once to get warm.
        await measure(running.url, phones, 1, idleCpuCores);
        const [singles, batches]: [Run[], Run[]] = [[], []];
        for (let round = 0; round < rounds; round += 1) {
          singles.push(await measure(running.url, phones, 1, idleCpuCores));
          batches.push(await measure(running.url, phones.slice(0, batchPhones), fixesPerBatch, idleCpuCores));
        }
        const loadedRssMb = await memory();
        results.push({
          name,
          idleRssMb,
          idleCpuCores,
          loadedRssMb,
          single: medianOf(singles),
          batch: medianOf(batches),
        });
      } finally {
        await running.stop();
      }
      console.log(`measured: ${name}`);
    }
  } finally {
    await surroundings.stop();
    await rm(folder, { recursive: true, force: true });
  }
  print(results);
};

/** On a machine that is too busy the fleet does not start in time; what else was measured is worth having. */
const startOrSay = (name: string, start: Side['start']) =>
  start().catch((error: unknown) => {
    console.log(`not measured: ${name}, because it did not start\n${String(error)}`);
    return null;
  });

const medianOf = (runs: readonly Run[]): Run => {
  const of = (pick: (run: Run) => number): number => median(runs.map(pick));
  return {
    fixesPerSecond: of((run) => run.fixesPerSecond),
    p50Ms: of((run) => run.p50Ms),
    p99Ms: of((run) => run.p99Ms),
    cpuMicrosPerFix: of((run) => run.cpuMicrosPerFix),
  };
};

const measure = async (
  url: string,
  phones: readonly Phone[],
  fixesPerRequest: number,
  idleCpuCores: number,
): Promise<Run> => {
  const before = await busySeconds();
  const startedAt = performance.now();
  const outcome = await runLoad({
    url,
    path: '/v1/positions',
    seconds: secondsPerRun,
    fixesPerRequest,
    phones: phones.map(({ accessToken, lastFixMs }) => ({
      headers: { authorization: `Bearer ${accessToken}` },
      lastFixMs,
    })),
  });
  if (outcome.failed > 0) console.log(`${outcome.failed} requests failed`);
  for (const [index, phone] of phones.entries()) phone.lastFixMs = outcome.lastFixMs[index] ?? phone.lastFixMs;
  await caughtUp(url);
  const idleSeconds = ((performance.now() - startedAt) / 1_000) * idleCpuCores;
  const { fixesPerSecond, requests, p50Ms, p99Ms } = outcome;
  return {
    fixesPerSecond,
    p50Ms,
    p99Ms,
    cpuMicrosPerFix: ((await busySeconds()) - before - idleSeconds) / (requests * fixesPerRequest) / 1e-6,
  };
};

/** The quietest of some moments: what was started just now has something to do for a while. */
const restingCores = async (): Promise<number> => {
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < restingTurns; turn += 1) {
    const before = await busySeconds();
    await sleep(restingMs);
    least = Math.min(least, ((await busySeconds()) - before) / (restingMs / 1_000));
  }
  return least;
};

/** CPU time that this machine has spent on anything, see proc(5). */
const busySeconds = async (): Promise<number> => {
  const [total = ''] = (await readFile('/proc/stat', 'utf8')).split('\n');
  const [user = 0, nice = 0, system = 0, _idle, _waiting, interrupts = 0, softInterrupts = 0] = total
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + interrupts + softInterrupts) / 100;
};

const print = (results: readonly Result[]): void => {
  const [base] = results;
  const row = (run: Run, than: Run | undefined): string =>
    [
      run.fixesPerSecond.toFixed(0).padStart(8),
      `${run.p50Ms} ms`.padStart(9),
      `${run.p99Ms} ms`.padStart(9),
      `${run.cpuMicrosPerFix.toFixed(1)} µs`.padStart(12),
      `${(run.fixesPerSecond / (than?.fixesPerSecond ?? Number.NaN)).toFixed(2)}`.padStart(8),
    ].join('');
  console.log(`\n${''.padEnd(48)} fixes/s      p50      p99     CPU/fix   ratio`);
  for (const { name, single, batch, idleRssMb, idleCpuCores, loadedRssMb } of results) {
    const idle = `${idleRssMb.toFixed(0)} MB and ${idleCpuCores.toFixed(2)} cores at rest`;
    console.log(`${name} (${idle}, ${loadedRssMb.toFixed(0)} MB after the load)`);
    console.log(`  single fixes from ${singlePhones} phones`.padEnd(48) + row(single, base?.single));
    console.log(`  batches of ${fixesPerBatch} from ${batchPhones} phones`.padEnd(48) + row(batch, base?.batch));
  }
  if (process.argv.includes('--json')) console.log(JSON.stringify(results));
};

await main();
