import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../../apps/server/src/platform/seeded-random.ts';
import { startSurroundings } from '../../../apps/server/src/platform/testing/servers/surroundings.ts';
import { type Fleet, startFleet } from '../fleet.ts';
import { startForwarder } from '../forwarder.ts';
import type { Seen } from './actors.ts';
import { calmMs, Campus, recoverWithinMs } from './campus.ts';
import type { Fault, Target } from './fault.ts';
import { faults } from './faults.ts';
import { prepareProps } from './props.ts';
import { violationsOf } from './verdict.ts';

export interface FaultReport {
  readonly name: string;
  readonly row: number;
  readonly violations: readonly string[];
  /** From the end of the strike until everything a user does works again. */
  readonly recoveredMs: number;
  /** What users saw meanwhile, by kind. */
  readonly seen: Readonly<Record<string, number>>;
  /** Figures of the fault's own. */
  readonly told: readonly string[];
  /** Why it could not be tried on this machine. */
  readonly notTried?: string;
}

export interface FaultsOptions {
  readonly seed: number;
  /** Only these; default: all. */
  readonly chosen?: (fault: Fault) => boolean;
  readonly lengthen?: number;
  readonly say: (line: string) => void;
}

/** Strikes nine processes under load with one fault after the other, and looks after each whether anything was lost. */
export const runFaults = async ({
  seed,
  chosen = () => true,
  lengthen = 1,
  say,
}: FaultsOptions): Promise<FaultReport[]> => {
  const list = faults.filter(chosen);
  const prepared = await prepareProps(list.flatMap(({ needs }) => needs ?? []));
  const { props, missing } = prepared;
  const surroundings = await startSurroundings(props.databaseDisk?.folder).catch(async (error: unknown) => {
    await prepared.remove();
    throw error;
  });
  const dataFolder = await mkdtemp(join(tmpdir(), 'muster-faults-'));
  if (props.logsDisk !== undefined) await symlink(props.logsDisk.folder, join(dataFolder, 'logs'));
  const { ownerUrl, runtimeUrl } = surroundings.postgres;
  const wayToDatabase = await startForwarder(Number(new URL(ownerUrl).port));
  let fleet: Fleet | undefined;
  try {
    fleet = await startFleet({
      dataFolder,
      environment: {
        ...surroundings.environment,
        MUSTER_DATABASE_URL: through(runtimeUrl, wayToDatabase.port),
        MUSTER_DATABASE_OWNER_URL: through(ownerUrl, wayToDatabase.port),
        ...props.clocks?.environment,
      },
    });
    say('Nine processes are running.');
    const random = seededRandom(seed);
    const campus = await Campus.open(fleet.url);
    const reports: FaultReport[] = [];
    for (const fault of list) {
      const lack = fault.needs && missing.get(fault.needs);
      const report =
        lack === undefined
          ? await strike(fault, { surroundings, fleet, wayToDatabase, random, lengthen, props }, campus)
          : notTried(fault, lack);
      reports.push(report);
      say(line(report));
      for (const sentence of report.told) say(`    ${sentence}`);
      for (const violation of report.violations) say(`    ${violation}`);
    }
    await fleet.stop();
    await rm(dataFolder, { recursive: true, force: true });
    return reports;
  } catch (error) {
    const excerpt = await fleet?.excerpt();
    await fleet?.kill();
    throw new Error(`The faults could not be tried.\n${excerpt ?? ''}`, { cause: error });
  } finally {
    await wayToDatabase.close();
    await surroundings.stop();
    await prepared.remove();
  }
};

const notTried = ({ name, row }: Fault, reason: string): FaultReport => ({
  name,
  row,
  // Where nothing may be left out, it is an error.
  violations: process.env['MUSTER_TEST_REQUIRE'] === 'all' ? [`not tried: ${reason}`] : [],
  recoveredMs: 0,
  seen: {},
  told: [],
  notTried: reason,
});

const line = ({ name, violations, recoveredMs, seen, notTried: reason }: FaultReport): string => {
  if (reason !== undefined) return `${name}: NOT TRIED. ${reason}`;
  const kinds = Object.entries(seen).map(([kind, times]) => `${kind} ×${times}`);
  const verdict = violations.length === 0 ? 'nothing lost' : `${violations.length} VIOLATIONS`;
  return `${name}: ${verdict}, well again after ${(recoveredMs / 1000).toFixed(1)} s (${kinds.join(', ')})`;
};

const strike = async (
  fault: Fault,
  given: Omit<Target, 'campus' | 'violated' | 'tell'>,
  campus: Campus,
): Promise<FaultReport> => {
  const seen: Seen = new Map();
  const found: string[] = [];
  const told: string[] = [];
  const target: Target = {
    ...given,
    campus,
    violated: (sentence) => void found.push(sentence),
    tell: (sentence) => void told.push(sentence),
  };
  const stop = new AbortController();
  const { url } = target.fleet;
  await campus.renew(url);
  const crowd = fault.seamless === true ? await campus.openCrowd(url, seen, stop.signal) : undefined;
  // A crowd asks enough already, and signing it in was work.
  const busy = campus.work(url, seen, stop.signal, fault.seamless === true ? 1_000 : 100);
  await sleep(fault.seamless === true ? 10 * calmMs : calmMs);
  await fault.strike(target);
  const struckAt = performance.now();
  const recovered = await campus.untilItWorks(url);
  const recoveredMs = Math.round(performance.now() - struckAt);
  await sleep(calmMs);
  stop.abort();
  await busy;
  const crowdViolations = (await crowd?.violations()) ?? [];
  const ownerUrl = through(target.surroundings.postgres.ownerUrl, target.wayToDatabase.port);
  const violations = [
    ...found,
    ...(recovered ? [] : [`after ${recoverWithinMs / 1000} s it still does not work`]),
    ...unseemly(seen, fault.seamless === true || fault.unnoticed === true ? / 200$/ : / (200|401|503|504|no answer)$/),
    ...crowdViolations,
    ...(await violationsOf(ownerUrl, campus.expected())),
  ];
  return { name: fault.name, row: fault.row, violations, recoveredMs, seen: Object.fromEntries(seen), told };
};

/** Being told to come back later is fine, mostly; anything else that is no answer is a fault of ours. */
const unseemly = (seen: Seen, seemly: RegExp): string[] =>
  [...seen].filter(([kind]) => !seemly.test(kind)).map(([kind, times]) => `users saw ${times} times: ${kind}`);

const through = (url: string, port: number): string => {
  const led = new URL(url);
  led.port = String(port);
  return led.href;
};
