import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
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
} from '../acceptance/watched-child.ts';

/** `muster fleet` as its operator runs it: nine processes, watched over by one. */
export interface Fleet {
  readonly url: string;
  /** Of the process that runs this service now. */
  pidOf(service: string): number;
  /** Replaces the processes one by one; resolves when all are new. */
  roll(): Promise<void>;
  /** SIGTERM. @throws Error unless everything has ended in time, with exit code 0 */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** The last lines of what it printed and of what each process logged. */
  excerpt(): Promise<string>;
  /** Lines that a process logged as errors. */
  errorsLogged(): Promise<string[]>;
}

const startDeadlineMs = 180_000;
const stopDeadlineMs = 60_000;
const rollDeadlineMs = 300_000;
const services = 9;

export interface FleetOptions {
  readonly dataFolder: string;
  /** Where its surroundings are. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Resolves when all nine are ready. */
export const startFleet = async ({ dataFolder, environment }: FleetOptions): Promise<Fleet> => {
  const port = await freePorts(services);
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [mainFile, 'fleet'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...environmentOf(dataFolder, port, url), ...environment },
  });
  // Who runs as what is read out of it.
  const printed = collect(child, Number.POSITIVE_INFINITY);
  const logsFolder = join(dataFolder, 'logs');
  const excerpt = async (): Promise<string> => {
    const logs = (await logsIn(logsFolder)).map(([name, text]) => `--- ${name} ---\n${shortened(lastLines(text, 3))}`);
    return ['--- printed ---', lastLines(printed(), 40), ...logs].join('\n');
  };
  const running: Fleet = {
    url,
    pidOf: (service) => pidIn(printed(), service),
    roll: async () => {
      const before = printed().length;
      child.kill('SIGHUP');
      await untilOf(child, () => printed().slice(before).includes('All processes are new.'), rollDeadlineMs);
    },
    stop: () => stopChild(child, stopDeadlineMs, excerpt),
    kill: () => killChild(child),
    excerpt,
    errorsLogged: async () =>
      (await logsIn(logsFolder)).flatMap(([name, text]) => errorLinesOf(text).map((line) => `${name}: ${line}`)),
  };
  try {
    await untilOf(child, () => printed().includes('Muster is ready'), startDeadlineMs);
  } catch (error) {
    const text = await excerpt();
    await running.kill();
    throw new Error(`The fleet did not start.\n${text}`, { cause: error });
  }
  return running;
};

/** The newest number that was printed for it: "Processes: gateway 12, …", or "geo is a new process, 34." */
const pidIn = (text: string, service: string): number => {
  const found = [...text.matchAll(new RegExp(`\\b${service} (?:is a new process, |runs again, )?(\\d+)`, 'g'))].at(
    -1,
  )?.[1];
  if (found === undefined) throw new Error(`No process runs ${service}.`);
  return Number(found);
};

/** The first of so many ports in a row that are free now. */
const freePorts = async (count: number): Promise<number> => {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const servers = await Promise.all(Array.from({ length: count }, (_, index) => listenOn(first + index)));
    const free = servers.every((server) => server !== null);
    await Promise.all(servers.map(async (server) => server && (server.close(), once(server, 'close'))));
    if (free) return first;
  }
  throw new Error('There are no free ports.');
};

const listenOn = (port: number): Promise<Server | null> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });

const logsIn = async (folder: string): Promise<[string, string][]> => {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.log'));
  return Promise.all(
    names.map(async (name): Promise<[string, string]> => [name, await readFile(join(folder, name), 'utf8')]),
  );
};

/** A line of a log may hold a whole stack. */
const shortened = (lines: string): string => lines.replaceAll(/^(.{400}).+$/gm, '$1 …');
