import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What tests do with a process of Muster's, whether it serves or watches over others that do. */

export const root = join(import.meta.dirname, '../..');
export const mainFile = join(root, 'apps/server/src/main.ts');

/** Muster as an operator would run it, with answers checked and limits out of the way. */
export const environmentOf = (dataFolder: string, port: number, url: string): NodeJS.ProcessEnv => ({
  ...process.env,
  // vitest sets it, and libraries behave differently then.
  NODE_ENV: 'production',
  MUSTER_DATA: dataFolder,
  PORT: String(port),
  MUSTER_PUBLIC_URL: url,
  MUSTER_DEMO: 'true',
  MUSTER_CHECK_ANSWERS: 'true',
  // Identity providers of tests run on this machine.
  MUSTER_PRIVATE_HOSTS: '127.0.0.1',
  MUSTER_RATE_LIMIT_PER_ADDRESS: '1000000',
  MUSTER_RATE_LIMIT_PER_USER: '1000000',
});

/** What it has printed, at most the last so many characters. */
export const collect = (child: ChildProcess, most = 20_000): (() => string) => {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-most);
    });
  }
  return () => text;
};

/** Waits until it is as wanted. @throws Error when the process ends before, or that takes too long */
export const untilOf = async (
  child: ChildProcess,
  condition: () => boolean | Promise<boolean>,
  withinMs: number,
): Promise<void> => {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (hasEnded(child)) throw new Error(`It ended with ${child.exitCode ?? child.signalCode}.`);
    if (performance.now() > deadline) throw new Error(`It did not happen within ${withinMs / 1000} s.`);
    await sleep(50);
  }
};

/** SIGTERM. @throws Error with an excerpt of what it said, unless it exits with 0 in time */
export const stopChild = async (
  child: ChildProcess,
  withinMs: number,
  excerpt: () => Promise<string>,
): Promise<void> => {
  if (hasEnded(child)) throw new Error(`It had ended before it was told to.\n${await excerpt()}`);
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const overdue = sleep(withinMs, 'overdue' as const, { ref: false });
  if ((await Promise.race([exit, overdue])) === 'overdue') {
    child.kill('SIGKILL');
    throw new Error(`It did not stop within ${withinMs / 1000} s.\n${await excerpt()}`);
  }
  if (child.exitCode !== 0) throw new Error(`It stopped with ${child.exitCode}.\n${await excerpt()}`);
};

/** SIGKILL, and no word of farewell. Resolves when the process is gone. */
export const killChild = async (child: ChildProcess): Promise<void> => {
  const gone = once(child, 'exit');
  if (!hasEnded(child) && child.kill('SIGKILL')) await gone;
};

/** The lines of a log that tell of errors. */
export const errorLinesOf = (log: string): string[] =>
  log.split('\n').filter((line) => /"log\.level":"(error|fatal)"/.test(line));

export const lastLines = (text: string, count: number): string => text.trimEnd().split('\n').slice(-count).join('\n');

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;
