import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Listr } from 'listr2';
import { preflight } from '../../compose/preflight.ts';
import { configurationFromEnvironment } from '../../config/environment.ts';
import { type Configuration, ConfigurationError } from '../../config/schema.ts';
import { reportFailure } from '../report-failure.ts';
import { type PlannedProcess, planFleet } from './plan.ts';
import { ServiceProcess } from './service-process.ts';

const program = join(import.meta.dirname, '../../main.ts');

/**
 * Runs the nine services as nine processes on this machine and watches over them. SIGHUP migrates and replaces one after
 * the other without a gap, for a new version; SIGTERM and Ctrl-C stop them all.
 */
export const fleet = async (): Promise<void> => {
  const configuration = configurationFromEnvironment();
  const plan = planFleet(configuration);
  refuseWhatCannotRun(configuration, plan);
  await preflight(configuration);
  const logsFolder = join(configuration.dataFolder, 'logs');
  await mkdir(logsFolder, { recursive: true });
  const say = (sentence: string): void => console.log(`  ${sentence}`);
  const processes = plan.map((planned) => new ServiceProcess(planned, logsFolder, say));
  obeySignals(processes, configuration);
  try {
    await start(processes, configuration);
  } catch (error) {
    await stop(processes);
    throw error;
  }
  console.log(`\n  Muster is ready:  ${configuration.publicUrl}`);
  console.log(`  Logs:             ${logsFolder}`);
  console.log(`  Processes:        ${processes.map(({ plan, pid }) => `${plan.service} ${pid}`).join(', ')}\n`);
  process.send?.('ready');
};

/** Each process would refuse what is wrong with its configuration: better before any of them is started. */
const refuseWhatCannotRun = (configuration: Configuration, plan: readonly PlannedProcess[]): void => {
  if (configuration.PORT === 0) {
    throw new ConfigurationError(['The fleet needs nine ports: set PORT to the first of them.']);
  }
  for (const { environment } of plan) configurationFromEnvironment(environment);
};

const start = async (processes: readonly ServiceProcess[], configuration: Configuration): Promise<void> => {
  const [gateway, ...services] = processes;
  const steps = new Listr(
    [
      {
        title: 'Database',
        enabled: () => configuration.MUSTER_DATABASE_OWNER_URL !== undefined,
        task: () => runOnce('migrate'),
      },
      {
        title: 'Demonstration organization',
        enabled: () => configuration.MUSTER_DEMO,
        task: () => runOnce('demo'),
      },
      {
        title: 'Services',
        task: async (_context, task) => {
          let ready = 0;
          const starting = services.map(async (service) => {
            await service.start();
            ready += 1;
            task.title = `Services: ${ready} of ${services.length} are ready`;
          });
          // All have started or failed before any of them is stopped.
          const failed = (await Promise.allSettled(starting)).find(({ status }) => status === 'rejected');
          if (failed?.status === 'rejected') throw failed.reason;
        },
      },
      { title: 'Gateway', task: () => gateway?.start() },
    ],
    {
      renderer: process.stdout.isTTY && process.stdout.columns > 0 ? 'default' : 'simple',
      registerSignalListeners: false,
    },
  );
  await steps.run();
};

/** Another command of `muster`, with what we were told. */
const runOnce = async (command: 'migrate' | 'demo'): Promise<void> => {
  const child = spawn(process.execPath, [program, command], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`muster ${command} failed:\n${printed.trim()}`);
};

/** The gateway first: nobody is let in any more, and those who are in find everything they need. */
const stop = async ([gateway, ...services]: readonly ServiceProcess[]): Promise<void> => {
  await gateway?.stop();
  await Promise.all(services.map((service) => service.stop()));
};

const obeySignals = (processes: readonly ServiceProcess[], configuration: Configuration): void => {
  let stopping = false;
  let rolling = false;
  const obey = async (): Promise<void> => {
    // The second time means: at once. The processes notice that nobody watches over them any more.
    if (stopping) process.exit(1);
    stopping = true;
    console.log('\n  Stopping …');
    await stop(processes);
    console.log('  Stopped.');
    process.exit(0);
  };
  const roll = async (): Promise<void> => {
    if (rolling || stopping) return;
    rolling = true;
    // The new version's: those that run go on beside it.
    if (configuration.MUSTER_DATABASE_OWNER_URL !== undefined) await runOnce('migrate');
    for (const one of processes) {
      if (stopping) break;
      await one.replace();
      console.log(`  ${one.plan.service} is a new process, ${one.pid}.`);
    }
    rolling = false;
    console.log('  All processes are new.');
  };
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void obey().catch(reportFailure));
  process.on('disconnect', () => void obey().catch(reportFailure));
  process.on('SIGHUP', () => {
    roll().catch((error: unknown) => {
      rolling = false;
      reportFailure(error);
    });
  });
};
