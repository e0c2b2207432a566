import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import {
  collect,
  environmentOf,
  errorLinesOf,
  killChild,
  lastLines,
  mainFile,
  root,
  stopChild,
  untilOf,
} from './watched-child.ts';

/** One Muster as its operator runs it: `muster serve`, with a data folder of its own. */

const startDeadlineMs = 90_000;
/** What README promises: Ctrl-C stops everything cleanly within ten seconds. */
const stopDeadlineMs = 10_000;
/** Of a busy machine. */
const graceMs = 2_000;

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
  const child = spawn(process.execPath, [mainFile, 'serve'], {
    cwd: root,
    // No terminal: steps are printed line by line.
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environmentOf(dataFolder, port, url), ...environment },
  });
  const printed = collect(child);
  const excerpt = async (): Promise<string> =>
    [`--- printed ---`, lastLines(printed(), 30), '--- logged ---', lastLines(await logOf(dataFolder), 30)].join('\n');
  const running: MusterProcess = {
    url,
    pid: child.pid ?? 0,
    excerpt,
    stop: () => stopChild(child, stopDeadlineMs + graceMs, excerpt),
    kill: () => killChild(child),
  };
  try {
    await untilOf(child, () => isReady(url), startDeadlineMs);
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
export const errorsLogged = async (dataFolder: string): Promise<string[]> => errorLinesOf(await logOf(dataFolder));

const logOf = (dataFolder: string): Promise<string> =>
  readFile(join(dataFolder, 'logs/muster.log'), 'utf8').catch(() => '');

const isReady = async (url: string): Promise<boolean> => {
  const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
  return answer?.status === 200;
};
