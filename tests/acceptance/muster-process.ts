import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** One Muster as its operator runs it: `muster serve`, with a data folder of its own. */

const root = join(import.meta.dirname, '../..');
const startDeadlineMs = 90_000;
/** What README promises: Ctrl-C stops everything cleanly within ten seconds. */
const stopDeadlineMs = 10_000;

export interface MusterProcess {
  readonly url: string;
  readonly pid: number;
  /** SIGTERM. @throws Error with an excerpt of the log, unless it exits with 0 within ten seconds. */
  stop(): Promise<void>;
  /** SIGKILL, and no word of farewell. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** The last lines of what it printed and logged. */
  excerpt(): Promise<string>;
}

export interface MusterOptions {
  readonly dataFolder: string;
  readonly port: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Resolves when `/health/ready` says so. @throws Error with an excerpt of the log when that takes too long. */
export const startMuster = async (options: MusterOptions): Promise<MusterProcess> => {
  const { dataFolder, port, environment = {} } = options;
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [join(root, 'apps/server/src/main.ts'), 'serve'], {
    cwd: root,
    // No terminal: steps are printed line by line.
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      // vitest sets it, and libraries behave differently then.
      NODE_ENV: 'production',
      MUSTER_DATA: dataFolder,
      PORT: String(port),
      MUSTER_PUBLIC_URL: url,
      MUSTER_DEMO: 'true',
      MUSTER_CHECK_ANSWERS: 'true',
      MUSTER_RATE_LIMIT_PER_ADDRESS: '1000000',
      MUSTER_RATE_LIMIT_PER_USER: '1000000',
      ...environment,
    },
  });
  const printed = collect(child);
  const excerpt = async (): Promise<string> =>
    [`--- printed ---`, lastLines(printed(), 30), '--- logged ---', lastLines(await logOf(dataFolder), 30)].join('\n');
  const running: MusterProcess = {
    url,
    pid: child.pid ?? 0,
    excerpt,
    stop: () => stop(child, excerpt),
    kill: async () => {
      const gone = once(child, 'exit');
      if (!hasEnded(child) && child.kill('SIGKILL')) await gone;
    },
  };
  try {
    await untilReady(child, url);
  } catch (error) {
    const text = await excerpt();
    await running.kill();
    throw new Error(`Muster did not start.\n${text}`, { cause: error });
  }
  return running;
};

/** A port that is free now; somebody else may still take it, which then fails loudly. */
export const freePort = async (): Promise<number> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('A port was expected.');
  return address.port;
};

/** What Muster has logged as an error. */
export const errorsLogged = async (dataFolder: string): Promise<string[]> =>
  (await logOf(dataFolder)).split('\n').filter((line) => /"log\.level":"(error|fatal)"/.test(line));

const logOf = (dataFolder: string): Promise<string> =>
  readFile(join(dataFolder, 'logs/muster.log'), 'utf8').catch(() => '');

const untilReady = async (child: ChildProcess, url: string): Promise<void> => {
  const deadline = performance.now() + startDeadlineMs;
  while (performance.now() < deadline) {
    if (hasEnded(child)) throw new Error(`It ended with ${child.exitCode ?? child.signalCode}.`);
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    if (answer?.status === 200) return;
    await sleep(50);
  }
  throw new Error(`It was not ready after ${startDeadlineMs / 1000} s.`);
};

const stop = async (child: ChildProcess, excerpt: () => Promise<string>): Promise<void> => {
  if (hasEnded(child)) throw new Error(`Muster had ended before it was told to.\n${await excerpt()}`);
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const overdue = sleep(stopDeadlineMs + 2_000, 'overdue' as const, { ref: false });
  if ((await Promise.race([exit, overdue])) === 'overdue') {
    child.kill('SIGKILL');
    throw new Error(`Muster did not stop within ${stopDeadlineMs / 1000} s.\n${await excerpt()}`);
  }
  if (child.exitCode !== 0) throw new Error(`Muster stopped with ${child.exitCode}.\n${await excerpt()}`);
};

const collect = (child: ChildProcess): (() => string) => {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-20_000);
    });
  }
  return () => text;
};

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const lastLines = (text: string, count: number): string => text.trimEnd().split('\n').slice(-count).join('\n');
