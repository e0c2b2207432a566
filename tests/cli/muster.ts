import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The command line of Muster, run as a person runs it; every wait has a deadline. */

const root = join(import.meta.dirname, '../..');
export const program = join(root, 'apps/server/src/main.ts');
/** What `npm start` runs. */
export const startScript = join(root, 'scripts/start.mjs');

const startDeadlineMs = 60_000;
/** Muster cuts its own stop off after ten seconds, with an exit code other than 0; this is for what hangs. */
const endDeadlineMs = 20_000;

export type Environment = Readonly<Record<string, string>>;

export interface Outcome {
  readonly code: number | null;
  /** Standard output and standard error as they came. */
  readonly output: string;
}

export interface Running {
  readonly pid: number;
  readonly url: string;
  output(): string;
  /** Resolves as soon as the output contains the text. */
  printed(text: string): Promise<void>;
  ready(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when the process is gone. */
  ended(): Promise<Outcome>;
}

const started = new Set<ChildProcess>();

const launch = (script: string, args: readonly string[], environment: Environment): [ChildProcess, () => string] => {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // vitest sets NODE_ENV, and libraries behave differently then.
    env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1', ...environment },
  });
  started.add(child);
  child.once('exit', () => started.delete(child));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  return [child, () => text];
};

const endOf = async (child: ChildProcess, output: () => string, deadlineMs: number): Promise<Outcome> => {
  const overdue = new AbortController();
  const timer = setTimeout(() => overdue.abort(), deadlineMs);
  try {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close', { signal: overdue.signal });
    return { code: child.exitCode, output: output() };
  } catch (error) {
    throw new Error(`It had not ended after ${deadlineMs / 1000} s. It said:\n${output()}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
};

const until = async (what: string, output: () => string, isSo: () => Promise<boolean> | boolean): Promise<void> => {
  for (const deadline = performance.now() + startDeadlineMs; performance.now() < deadline; await sleep(20)) {
    if (await isSo()) return;
  }
  throw new Error(`Not after ${startDeadlineMs / 1000} s: ${what}. It said:\n${output()}`);
};

/** Runs a command to its end. */
export const muster = async (args: readonly string[], environment: Environment = {}): Promise<Outcome> => {
  const [child, output] = launch(program, args, environment);
  return endOf(child, output, startDeadlineMs);
};

/** Starts `muster serve` on this port, or the given script; it goes on until it is told to stop. */
export const serve = (port: number, environment: Environment, script = program): Running => {
  const url = `http://127.0.0.1:${port}`;
  const args = script === program ? ['serve'] : [];
  const [child, output] = launch(script, args, { PORT: String(port), ...environment });
  const goesOn = (): void => {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`It ended too early:\n${output()}`);
  };
  return {
    pid: child.pid ?? 0,
    url,
    output,
    printed: (text) =>
      until(`"${text}" was printed`, output, () => {
        if (output().includes(text)) return true;
        goesOn();
        return false;
      }),
    ready: () =>
      until('it was ready', output, async () => {
        goesOn();
        const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
        return answer?.status === 200;
      }),
    signal: (signal) => void child.kill(signal),
    ended: () => endOf(child, output, endDeadlineMs),
  };
};

/** A place for data folders, with a name that scripts get wrong easily; PostgreSQL's user may enter it. */
export const makePlace = async (): Promise<string> => {
  const parent = await realpath(await mkdtemp(join(tmpdir(), 'muster-cli-')));
  await chmod(parent, 0o755);
  const place = join(parent, 'Prüfung der Öffnung');
  await mkdir(place);
  return place;
};

/** Ends what a failed test left running. */
export const killStarted = async (place: string): Promise<void> => {
  for (const child of started) {
    child.kill('SIGKILL');
    await endOf(child, () => '', endDeadlineMs);
  }
  for (const pid of await processesIn(place)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone meanwhile.
    }
  }
  await until(
    'its processes were gone',
    () => '',
    async () => (await processesIn(place)).length === 0,
  );
};

/** Removes the place and whatever runs there. */
export const clearPlace = async (place: string): Promise<void> => {
  await killStarted(place);
  await rm(join(place, '..'), { recursive: true, force: true });
};

/** Processes that work below a folder, or were started with it; only Linux tells. */
export const processesIn = async (folder: string): Promise<number[]> => {
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter((pid) => Number.isInteger(pid));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const workingFolder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return workingFolder.startsWith(folder) || command.includes(folder) ? pid : undefined;
    }),
  );
  return found.filter((pid) => pid !== undefined);
};

/** The process number of the PostgreSQL that serves a data folder, as its own file tells. */
export const postgresOf = async (dataFolder: string): Promise<number> =>
  Number((await readFile(join(dataFolder, 'postgres/postmaster.pid'), 'utf8')).split('\n', 1)[0]);

/** A port that is free now. */
export const freePort = async (): Promise<number> => {
  const [port, release] = await takePort();
  await release();
  return port;
};

/** Listens on a port as some other program would. */
export const takePort = async (): Promise<[number, () => Promise<void>]> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A port was expected.');
  const release = async (): Promise<void> => {
    server.close();
    await once(server, 'close');
  };
  return [address.port, release];
};
