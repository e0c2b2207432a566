import { Listr } from 'listr2';
import { Muster } from '../compose/muster.ts';
import { configurationFromEnvironment } from '../config/environment.ts';
import { createDemo, type DemoSignIn } from '../demo/create-demo.ts';
import { reportFailure } from './report-failure.ts';

interface ServeOptions {
  readonly target?: string;
  readonly simulate?: true;
}

/** A stop that takes longer than this is cut off: a supervisor would do the same. */
const stopDeadlineMs = 10_000;

/** Starts everything step by step, says where it is, and stops cleanly on Ctrl-C or SIGTERM. */
export const serve = async ({ target, simulate }: ServeOptions): Promise<void> => {
  const configuration = configurationFromEnvironment(target === undefined ? {} : { MUSTER_TARGETS: target });
  const muster = new Muster(configuration);
  stopOnSignal(muster);
  let signIns: readonly DemoSignIn[] = [];
  let port = configuration.PORT;
  const steps = new Listr(
    [
      {
        title: 'Database',
        task: async (_context, task) => {
          await muster.startDatabase();
          const ran = await muster.migrate();
          task.title = ran.length === 0 ? 'Database is ready' : `Database is ready, ${ran.length} migrations ran`;
        },
      },
      {
        title: 'Demonstration organization',
        enabled: () => configuration.MUSTER_DEMO,
        task: async (_context, task) => {
          const demo = await createDemo(await muster.openPorts());
          signIns = demo.signIns;
          task.title = demo.created ? 'Demonstration organization created' : 'Demonstration organization is there';
        },
      },
      {
        title: 'Services',
        task: async (_context, task) => {
          ({ port } = await muster.serve());
          task.title = `Services are running: ${configuration.targets.join(', ')}`;
        },
      },
    ],
    { renderer: process.stdout.isTTY ? 'default' : 'simple' },
  );
  try {
    await steps.run();
  } catch (error) {
    await muster.stop();
    throw error;
  }
  const address = configuration.PORT === 0 ? `http://localhost:${port}` : configuration.publicUrl;
  announce(address, signIns);
  if (simulate) {
    const { startSimulation } = await import('./simulate.ts');
    startSimulation(address, muster.telemetry.log);
  }
};

const announce = (address: string, signIns: readonly DemoSignIn[]): void => {
  console.log(`\n  Muster is ready:  ${address}\n  API description:  ${address}/docs\n`);
  if (signIns.length === 0) return;
  console.log('  Demonstration sign-ins (all with the same password):\n');
  const width = Math.max(...signIns.map(({ identifier }) => identifier.length));
  for (const { identifier, password, label } of signIns) {
    console.log(`    ${identifier.padEnd(width)}   ${password}   ${label}`);
  }
  console.log('\n  Stop with Ctrl-C.\n');
};

const stopOnSignal = (muster: Muster): void => {
  let stopping = false;
  const stop = async (): Promise<void> => {
    // The second time means: at once.
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), stopDeadlineMs).unref();
    await muster.stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => void stop().catch(reportFailure));
  }
  // `npm start` holds a channel open: when it is killed, Muster does not stay behind unseen.
  process.on('disconnect', () => void stop().catch(reportFailure));
};
