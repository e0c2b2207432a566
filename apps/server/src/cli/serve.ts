import { serviceNames } from '@muster/contracts';
import { Listr } from 'listr2';
import { Muster } from '../compose/muster.ts';
import { preflight } from '../compose/preflight.ts';
import { nameOfTarget } from '../compose/targets.ts';
import { configurationFromEnvironment } from '../config/environment.ts';
import { type Configuration, ConfigurationError } from '../config/schema.ts';
import { createDemo, type DemoSignIn } from '../demo/create-demo.ts';
import { reportFailure } from './report-failure.ts';

interface ServeOptions {
  readonly target?: string;
  readonly simulate?: true;
}

interface Started {
  readonly port: number;
  readonly signIns: readonly DemoSignIn[];
}

/** A stop that takes longer than this, after draining, is cut off: a supervisor would do the same. */
const stopDeadlineMs = 10_000;

/** Starts everything step by step, says where it is, and stops cleanly on Ctrl-C or SIGTERM. */
export const serve = async ({ target, simulate }: ServeOptions): Promise<void> => {
  if (target?.trim() === '') throw new ConfigurationError(['--target names no service; leave it out to run all.']);
  const configuration = configurationFromEnvironment(target === undefined ? {} : { MUSTER_TARGETS: target });
  await preflight(configuration);
  const muster = new Muster(configuration);
  const stopping = stopOnSignal(muster);
  let started: Started;
  try {
    started = await start(muster, configuration);
  } catch (error) {
    // Told to stop in the middle of the start: that is no failure, and whoever told us ends the process.
    if (stopping()) return;
    await muster.stop();
    throw error;
  }
  if (stopping()) return;
  const address = configuration.PORT === 0 ? `http://localhost:${started.port}` : configuration.publicUrl;
  announce(address, configuration, started.signIns);
  process.send?.('ready');
  if (simulate) {
    const { startSimulation } = await import('./simulate.ts');
    startSimulation(address, muster.telemetry.log);
  }
};

const start = async (muster: Muster, configuration: Configuration): Promise<Started> => {
  let signIns: readonly DemoSignIn[] = [];
  let port = configuration.PORT;
  const steps = new Listr(
    [
      {
        title: 'Database',
        task: step(async (task) => {
          await muster.startDatabase();
          const { ran } = await muster.migrate();
          await (await muster.openPorts()).database.check();
          task.title = ran.length === 0 ? 'Database is ready' : `Database is ready, ${ran.length} migrations ran`;
        }),
      },
      {
        title: 'Demonstration organization',
        // Several services make it together: `muster demo` does it where they run apart.
        enabled: () => configuration.MUSTER_DEMO && runsAll(configuration),
        task: step(async (task) => {
          const demo = await createDemo(await muster.openPorts());
          signIns = demo.signIns;
          task.title = demo.created ? 'Demonstration organization created' : 'Demonstration organization is there';
        }),
      },
      {
        title: 'Services',
        task: step(async (task) => {
          ({ port } = await muster.serve());
          task.title = `Services are running: ${configuration.targets.map(nameOfTarget).join(', ')}`;
        }),
      },
    ],
    // A terminal of no width cannot show lines that change.
    {
      renderer: process.stdout.isTTY && process.stdout.columns > 0 ? 'default' : 'simple',
      // On Ctrl-C it would end the process at once and leave the database running.
      registerSignalListeners: false,
    },
  );
  await steps.run().catch((error: unknown) => {
    throw error instanceof StepFailed ? error.cause : error;
  });
  return { port, signIns };
};

/** What went wrong is told once, at the end: the line of the step only says that it failed. */
class StepFailed extends Error {
  constructor(cause: unknown) {
    super('', { cause });
  }
}

const step =
  (take: (task: { title?: string | undefined }) => Promise<void>) =>
  (_context: unknown, task: { title?: string | undefined }): Promise<void> =>
    take(task).catch((error: unknown) => {
      throw new StepFailed(error);
    });

const runsAll = ({ targets }: Configuration): boolean =>
  serviceNames.every((name) => targets.some(({ service, half }) => service === name && half === undefined));

const announce = (address: string, configuration: Configuration, signIns: readonly DemoSignIn[]): void => {
  console.log(`\n  Muster is ready:  ${address}`);
  console.log(`  API description:  ${address}/docs`);
  console.log(`  Data and logs:    ${configuration.dataFolder}\n`);
  if (signIns.length > 0) {
    console.log('  Demonstration sign-ins (all with the same password):\n');
    const width = Math.max(...signIns.map(({ identifier }) => identifier.length));
    for (const { identifier, password, label } of signIns) {
      console.log(`    ${identifier.padEnd(width)}   ${password}   ${label}`);
    }
    console.log('');
  }
  console.log('  Stop with Ctrl-C.\n');
};

/** @returns whether the process has been told to stop */
const stopOnSignal = (muster: Muster): (() => boolean) => {
  const drainMs = muster.configuration.MUSTER_DRAIN_SECONDS * 1000;
  let stopping = false;
  const stop = async (): Promise<void> => {
    // The second time means: at once.
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), drainMs + stopDeadlineMs).unref();
    console.log('\n  Stopping …');
    await muster.stop();
    console.log('  Stopped.');
    process.exit(0);
  };
  // A closed terminal takes no more words; that must not keep anything from stopping cleanly.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void stop().catch(reportFailure));
  }
  // `npm start` holds a channel open: when it is killed, Muster does not stay behind unseen.
  process.on('disconnect', () => void stop().catch(reportFailure));
  return () => stopping;
};
