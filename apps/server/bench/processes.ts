import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { readOrMakeSecrets, superuser } from '../src/platform/database/embedded-folder.ts';
import type { LoadOrder, LoadOutcome } from './load.ts';

/** The processes of a benchmark and what they cost. */

const here = import.meta.dirname;

export interface RunningProcess {
  readonly pid: number;
  readonly url: string;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess => {
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production', ...env },
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
};

const stopper = (child: ChildProcess) => async (): Promise<void> => {
  const gone = once(child, 'exit');
  if (child.exitCode === null && child.kill('SIGTERM')) await gone;
};

/** `muster serve` on a data folder; resolves when it is ready. `nodeArgs` are for profiling. */
export const startMuster = async (
  dataFolder: string,
  nodeArgs: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningProcess & { readonly readyMs: number }> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const startedAt = performance.now();
  const child = start([...nodeArgs, join(here, '../src/main.ts'), 'serve'], {
    MUSTER_DATA: dataFolder,
    PORT: String(port),
    MUSTER_PUBLIC_URL: url,
    MUSTER_RATE_LIMIT_PER_ADDRESS: '1000000000',
    MUSTER_RATE_LIMIT_PER_USER: '1000000000',
    ...environment,
  });
  child.stdout?.resume();
  for (;;) {
    if (child.exitCode !== null) throw new Error(`Muster ended with ${child.exitCode}; see ${dataFolder}/logs.`);
    if (performance.now() - startedAt > 120_000) throw new Error('Muster was not ready after two minutes.');
    const answer = await fetch(`${url}/health/ready`).catch(() => null);
    if (answer?.status === 200) break;
    await sleep(20);
  }
  return { pid: child.pid ?? 0, url, stop: stopper(child), readyMs: performance.now() - startedAt };
};

export const startFloor = async (databaseUrl: string): Promise<RunningProcess> => {
  const child = start([join(here, 'floor.ts'), databaseUrl]);
  const [line] = (await Promise.race([
    once(child.stdout ?? child, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('The floor did not start.'))),
  ])) as [Buffer];
  return { pid: child.pid ?? 0, url: `http://127.0.0.1:${String(line).trim()}`, stop: stopper(child) };
};

export const runLoad = async (order: LoadOrder): Promise<LoadOutcome> => {
  const child = start([join(here, 'load.ts')]);
  child.stdin?.end(JSON.stringify(order));
  const [answer] = await Promise.all([child.stdout === null ? '' : text(child.stdout), once(child, 'exit')]);
  return JSON.parse(answer) as LoadOutcome;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('A port was expected.');
  return address.port;
};

/** Resident memory of a process in MB; NaN where there is no /proc. */
export const residentMb = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024;
};

/** CPU seconds that a process has used; with `children`, those of its children, too. NaN where there is no /proc. */
export const cpuSeconds = async (pid: number, { children = false } = {}): Promise<number> => {
  const own = await readFile(`/proc/${pid}/stat`, 'utf8').then(statFields, () => null);
  if (own === null) return Number.NaN;
  let sum = own.ticks + (children ? own.ticksOfDeadChildren : 0);
  if (children) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const stats = await Promise.all(
      pids.map((each) => readFile(`/proc/${each}/stat`, 'utf8').then(statFields, () => null)),
    );
    for (const stat of stats) if (stat?.parent === pid) sum += stat.ticks;
  }
  return sum / 100;
};

/** See proc(5); a tick is 10 ms. The name in brackets may hold spaces. */
const statFields = (stat: string) => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const at = (index: number): number => Number(fields[index - 3]);
  return { parent: at(4), ticks: at(14) + at(15), ticksOfDeadChildren: at(16) + at(17) };
};

/** Until a process does next to nothing any more: cheaper than asking it. */
export const calm = async (pid: number): Promise<void> => {
  let before = await cpuSeconds(pid);
  for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 700) {
    await sleep(700);
    const now = await cpuSeconds(pid);
    if (!(now - before > 0.03)) return;
    before = now;
  }
};

/** Until no consumer has anything to do. Asking costs something, too, so it is not asked too often. */
export const caughtUp = async (url: string): Promise<void> => {
  for (let waitedMs = 0; waitedMs < 120_000; waitedMs += 400) {
    if (waitedMs > 0) await sleep(400);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const waiting = [...metrics.matchAll(/^muster_consumer_waiting_events\S* (\d+)/gm)].map(([, count]) =>
      Number(count),
    );
    if (waiting.every((count) => count === 0)) return;
  }
  throw new Error('The consumers did not catch up within two minutes.');
};

/** Where the embedded PostgreSQL is, with the rights of its owner. */
export const databaseOf = async (dataFolder: string): Promise<{ url: string; pid: number }> => {
  const { ownerPassword } = await readOrMakeSecrets(dataFolder);
  const [pid, , , port] = (await readFile(join(dataFolder, 'postgres/postmaster.pid'), 'utf8')).split('\n');
  return { url: `postgres://${superuser}:${ownerPassword}@127.0.0.1:${port}/muster`, pid: Number(pid) };
};
