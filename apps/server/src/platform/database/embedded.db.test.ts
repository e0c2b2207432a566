import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts';
import { publicFolder } from './embedded-programs.ts';
import { folderHolder, processExists } from './folder-lock.ts';

const isRoot = process.getuid?.() === 0;
const patience = { timeout: 20_000, interval: 50 };

let parent: string;
let dataFolder: string;
const running: EmbeddedPostgres[] = [];

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'muster-embedded-'));
  await chmod(parent, 0o755);
  dataFolder = join(parent, 'data');
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  const cluster = await realpath(join(dataFolder, 'postgres')).catch(() => '');
  if (cluster.startsWith(`${publicFolder}/`)) await rm(cluster, { recursive: true, force: true });
  await rm(parent, { recursive: true, force: true });
});

async function start(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataFolder });
  running.push(server);
  return server;
}

async function ask<T>(server: EmbeddedPostgres, query: string): Promise<T> {
  const client = new pg.Client({ connectionString: server.ownerUrl });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<T[]>({ text: query, rowMode: 'array' });
    return rows[0]?.[0] as T;
  } finally {
    await client.end();
  }
}

/** Another Muster, as a process of its own that runs until it is killed. */
async function startElsewhere(): Promise<{ musterPid: number; postgresPid: number }> {
  const script = `const { startEmbeddedPostgres } = await import(${JSON.stringify(join(import.meta.dirname, 'embedded.ts'))});
    const server = await startEmbeddedPostgres({ dataFolder: ${JSON.stringify(dataFolder)} });
    console.log(server.pid()); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return { musterPid: child.pid ?? 0, postgresPid: Number(line) };
}

describe('the embedded PostgreSQL', () => {
  it('keeps data, passwords and port over a restart', async () => {
    const first = await start();
    await ask(first, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    expect(await readdir(dataFolder)).not.toContain('muster.lock');
    const second = await start();
    expect(second.ownerUrl).toBe(first.ownerUrl);
    expect(await ask(second, 'SELECT answer FROM kept')).toBe(42);
  });

  it('listens on the loopback only, asks for a password, and never gives up durability', async () => {
    const server = await start();
    const setting = (name: string) => ask<string>(server, `SELECT current_setting('${name}')`);
    expect(await setting('listen_addresses')).toBe('127.0.0.1');
    expect(await setting('unix_socket_directories')).toBe('');
    expect(await setting('fsync')).toBe('on');
    expect(await setting('synchronous_commit')).toBe('on');
    expect(await setting('data_checksums')).toBe('on');
    expect(await setting('server_encoding')).toBe('UTF8');
    const wrong = new pg.Client({ connectionString: server.ownerUrl.replace(/:[^:@]+@/, ':wrong@') });
    await expect(wrong.connect()).rejects.toThrow(/password authentication failed/);
    for (const name of ['postgres.secrets.json', 'logs/postgres.log']) {
      expect((await stat(join(dataFolder, name))).mode & 0o077).toBe(0);
    }
  });

  it('refuses a second Muster on the same folder in a sentence that says what to do', async () => {
    await start();
    await expect(startEmbeddedPostgres({ dataFolder })).rejects.toThrow(/in use by another Muster \(process \d+\)/);
    expect(await folderHolder(dataFolder)).toBe(process.pid);
  });

  it('takes over from a Muster that was killed, and ends the server it left behind', async () => {
    const dead = await startElsewhere();
    process.kill(dead.musterPid, 'SIGKILL');
    await vi.waitFor(() => expect(processExists(dead.musterPid)).toBe(false), patience);
    expect(processExists(dead.postgresPid)).toBe(true);
    const server = await start();
    expect(processExists(dead.postgresPid)).toBe(false);
    expect(await ask(server, 'SELECT 1')).toBe(1);
  });

  it('recovers when Muster and its server were both killed', async () => {
    const dead = await startElsewhere();
    for (const pid of [dead.musterPid, dead.postgresPid]) process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect([dead.musterPid, dead.postgresPid].some(processExists)).toBe(false), patience);
    expect(await readdir(join(dataFolder, 'postgres'))).toContain('postmaster.pid');
    expect(await ask(await start(), 'SELECT 1')).toBe(1);
  });

  it('is not misled by a file that names a living process which is no server', async () => {
    await (await start()).stop();
    running.length = 0;
    await writeFile(join(dataFolder, 'postgres/postmaster.pid'), `${process.pid}\n${dataFolder}/postgres\n`);
    await writeFile(join(dataFolder, 'muster.lock'), JSON.stringify({ pid: process.pid, startedAt: 'long ago' }));
    expect(await ask(await start(), 'SELECT 1')).toBe(1);
  });

  it('is started again when it dies alone', async () => {
    const server = await start();
    await ask(server, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const pid = server.pid();
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(async () => expect(await ask(server, 'SELECT answer FROM kept')).toBe(42), patience);
    expect(server.pid()).not.toBe(pid);
  });

  it('stops while sessions are busy, and cuts them', async () => {
    const server = await start();
    const busy = ask(server, 'SELECT pg_sleep(60)').catch(() => 'cut');
    await sleep(200);
    await server.stop();
    expect(await busy).toBe('cut');
  });

  it('makes the folder whole or not at all', async () => {
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    const leftover = join(dataFolder, `postgres.new-${gone}`);
    await mkdir(join(leftover, 'base'), { recursive: true });
    const server = await start();
    expect(await ask(server, 'SELECT 1')).toBe(1);
    expect(await readdir(dataFolder)).not.toContain(`postgres.new-${gone}`);
  });

  it('says so when the data was written by another version', async () => {
    await (await start()).stop();
    running.length = 0;
    await writeFile(join(dataFolder, 'postgres/PG_VERSION'), '17\n');
    await expect(startEmbeddedPostgres({ dataFolder })).rejects.toThrow(/PostgreSQL 17, this Muster brings 18/);
    expect(await folderHolder(dataFolder)).toBeUndefined();
  });

  it.runIf(isRoot)('works as root below a private folder: the data moves to a public place', async () => {
    await chmod(parent, 0o700);
    const server = await start();
    expect((await lstat(join(dataFolder, 'postgres'))).isSymbolicLink()).toBe(true);
    expect((await realpath(join(dataFolder, 'postgres'))).startsWith(publicFolder)).toBe(true);
    await ask(server, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await server.stop();
    expect(await ask(await start(), 'SELECT answer FROM kept')).toBe(42);
    const owner = Number(/Uid:\s+(\d+)/.exec(await readFile(`/proc/${running.at(-1)?.pid()}/status`, 'utf8'))?.[1]);
    expect(owner).not.toBe(0);
  });
});
