import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { measureAlerts } from './alert-latency.ts';
import { enterMembers, type Phone } from './campus.ts';
import { median, percent, percentile, seconds } from './figures.ts';
import type { LoadOutcome } from './load.ts';
import {
  calm,
  caughtUp,
  cpuSeconds,
  databaseOf,
  residentMb,
  type RunningProcess,
  runLoad,
  startFloor,
  startMuster,
} from './processes.ts';

const rounds = 5;
const secondsPerRun = 2;
const singlePhones = 64;
const batchPhones = 16;
const fixesPerBatch = 200;
const walkers = 24;
const alertRounds = 5;

interface Measured {
  readonly outcome: LoadOutcome;
  /** Microseconds of CPU time for each fix: of the HTTP process, and of PostgreSQL. */
  readonly ownMicros: number;
  readonly postgresMicros: number;
}
type Kind = 'single' | 'batch';
type Side = 'floor' | 'muster';

const say = (line: string): void => console.log(line);

/**
 * What ingest costs beside a bare floor, and how fast an alert is. Floor and Muster take turns on the same machine and the
 * same PostgreSQL, so that what slows one down slows the other, too.
 * @param nodeArgs for profiling
 */
export const measureIngest = async (nodeArgs: readonly string[]) => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'muster-bench-'));
  try {
    say('Starting Muster on a new data folder, then once more …');
    const first = await startMuster(dataFolder);
    await first.stop();
    const muster = await startMuster(dataFolder, nodeArgs);
    await sleep(10_000);
    const idleRssMb = await residentMb(muster.pid);
    say(
      `first start ${seconds(first.readyMs)}, second start ${seconds(muster.readyMs)}, idle at ${idleRssMb.toFixed(0)} MB`,
    );

    const phones = await enterMembers(muster.url, singlePhones + walkers);
    const reporters = phones.slice(0, singlePhones);
    const { url: databaseUrl, pid: postgresPid } = await databaseOf(dataFolder);
    const floor = await startFloor(databaseUrl);
    const runs = await takeTurns({ muster, floor, postgresPid, reporters });
    await floor.stop();
    const ratios = report(runs);

    await caughtUp(muster.url);
    const latencies = await measureAlerts(muster.url, phones.slice(singlePhones), reporters.slice(0, 40), alertRounds);
    const alertP99Ms = percentile(latencies, 0.99);
    say(
      `Alerts, from sending the deciding fix to the teacher's socket at 200 fixes/s (${latencies.length}): ` +
        `median ${percentile(latencies, 0.5).toFixed(0)} ms, p99 ${alertP99Ms.toFixed(0)} ms`,
    );
    await muster.stop();
    return { ...ratios, alertP99Ms, idleRssMb, secondStartMs: muster.readyMs };
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
};

interface Turns {
  readonly muster: RunningProcess;
  readonly floor: RunningProcess;
  readonly postgresPid: number;
  readonly reporters: readonly Phone[];
}

/** Each side once to get warm, then each kind on both sides, round by round; the order changes with every round. */
const takeTurns = async (turns: Turns): Promise<Record<Kind, Record<Side, Measured[]>>> => {
  const runs: Record<Kind, Record<Side, Measured[]>> = {
    single: { floor: [], muster: [] },
    batch: { floor: [], muster: [] },
  };
  for (let index = 0; index <= rounds; index += 1) {
    for (const kind of ['single', 'batch'] as const) {
      const sides: Side[] = index % 2 === 0 ? ['floor', 'muster'] : ['muster', 'floor'];
      for (const side of sides) {
        const measured = await measure(turns, side, kind);
        if (index > 0) runs[kind][side].push(measured);
      }
    }
    if (index > 0) say(`round ${index} of ${rounds}`);
  }
  return runs;
};

const measure = async ({ muster, floor, postgresPid, reporters }: Turns, side: Side, kind: Kind): Promise<Measured> => {
  const { pid, url } = side === 'floor' ? floor : muster;
  const used = kind === 'single' ? reporters : reporters.slice(0, batchPhones);
  const before = [await cpuSeconds(pid), await cpuSeconds(postgresPid, { children: true })] as const;
  const outcome = await runLoad({
    url,
    path: side === 'floor' ? '/positions' : '/v1/positions',
    seconds: secondsPerRun,
    fixesPerRequest: kind === 'single' ? 1 : fixesPerBatch,
    phones: used.map(({ memberId, accessToken, lastFixMs }) => ({
      headers: side === 'floor' ? { 'x-phone': memberId } : { authorization: `Bearer ${accessToken}` },
      lastFixMs,
    })),
  });
  if (outcome.failed > 0) throw new Error(`${outcome.failed} requests to ${side} failed.`);
  for (const [index, phone] of used.entries()) phone.lastFixMs = outcome.lastFixMs[index] ?? phone.lastFixMs;
  // The telling afterwards belongs to the price, and must not slow the floor down.
  await calm(pid);
  const after = [await cpuSeconds(pid), await cpuSeconds(postgresPid, { children: true })] as const;
  if (side === 'muster') await caughtUp(muster.url);
  const fixes = outcome.requests * (kind === 'single' ? 1 : fixesPerBatch);
  return {
    outcome,
    ownMicros: ((after[0] - before[0]) / fixes) * 1e6,
    postgresMicros: ((after[1] - before[1]) / fixes) * 1e6,
  };
};

/** Prints the table; the ratios are medians over the rounds of what one round's two sides reached. */
const report = (runs: Record<Kind, Record<Side, Measured[]>>) => {
  say('');
  say('                         fixes/s      p50      p99    CPU of HTTP    CPU of PostgreSQL (per fix)');
  for (const kind of ['single', 'batch'] as const) {
    for (const side of ['floor', 'muster'] as const) say(rowOf(kind, side, runs[kind][side]));
  }
  const ratioOf = (kind: Kind): number =>
    median(
      runs[kind].muster.map(
        ({ outcome }, index) =>
          outcome.fixesPerSecond / (runs[kind].floor[index]?.outcome.fixesPerSecond ?? Number.NaN),
      ),
    );
  const ratios = { ingestSingleRatio: ratioOf('single'), ingestBatchRatio: ratioOf('batch') };
  say('');
  say(
    `Muster reaches ${percent(ratios.ingestSingleRatio)} of the floor with single fixes from ${singlePhones} phones,`,
  );
  say(`and ${percent(ratios.ingestBatchRatio)} with batches of ${fixesPerBatch} from ${batchPhones}.`);
  say(
    'The floor is Fastify and one insert: no sign-in, no checks, no presence, nobody told. What Muster does besides:',
  );
  say('verify tokens, validate, look up who may be tracked, write the news of it in the same transaction, and then');
  say('read that news three times: for presence, for fraud and for the live map, all within the processes above.');
  say('');
  return ratios;
};

const rowOf = (kind: Kind, side: Side, measured: readonly Measured[]): string => {
  const of = (pick: (each: Measured) => number): number => median(measured.map(pick));
  const micros = (value: number): string => `${value.toFixed(kind === 'single' ? 0 : 1)} µs`;
  return [
    `${kind === 'single' ? 'single fixes' : `batches of ${fixesPerBatch}`}, ${side}`.padEnd(24),
    of(({ outcome }) => outcome.fixesPerSecond)
      .toFixed(0)
      .padStart(8),
    `${of(({ outcome }) => outcome.p50Ms)} ms`.padStart(9),
    `${of(({ outcome }) => outcome.p99Ms)} ms`.padStart(9),
    micros(of(({ ownMicros }) => ownMicros)).padStart(14),
    micros(of(({ postgresMicros }) => postgresMicros)).padStart(14),
  ].join('');
};
