import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readdir, readFile, readlink, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { choosePort, prepareCluster, readOrMakeSecrets, superuser } from './embedded-folder.ts';
import { findPrograms, type Programs, programEnvironment, runProgram } from './embedded-programs.ts';
import { lockFolder, processExists } from './folder-lock.ts';

export interface EmbeddedOptions {
  /** `MUSTER_DATA`: gets `postgres/`, `logs/postgres.log`, `muster.lock` and the passwords. */
  dataFolder: string;
  /** PostgreSQL settings on top of ours. */
  settings?: Readonly<Record<string, string>>;
  log?: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** The superuser: for migrations only. */
  ownerUrl: string;
  /** What the running program signs in with, once `migrate` has set `runtimePassword`. */
  runtimeUrl: string;
  runtimePassword: string;
  /** Process number of the server now; it changes when the server died and was started again. */
  pid(): number;
  /** Ends every session, writes a checkpoint, stops: within 10 seconds. */
  stop(): Promise<void>;
}

const databaseName = 'muster';

const ourSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_preload_libraries: 'pg_stat_statements',
  shared_buffers: '128MB',
  effective_cache_size: '512MB',
  maintenance_work_mem: '64MB',
  max_connections: '100',
  max_wal_size: '1GB',
  fsync: 'on',
  synchronous_commit: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %a ',
};

const startDeadlineMs = 60_000;
const stopDeadlineSeconds = 8;

/** Starts the PostgreSQL of this data folder, making it first when it is new; one Muster per folder. */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const dataFolder = resolve(options.dataFolder);
  await mkdir(join(dataFolder, 'logs'), { recursive: true });
  const unlock = await lockFolder(dataFolder);
  try {
    const programs = await findPrograms();
    const secrets = await readOrMakeSecrets(dataFolder);
    const cluster = await prepareCluster(dataFolder, programs, secrets.ownerPassword);
    await stopOrphan(cluster, programs);
    const server = new Server(cluster, programs, join(dataFolder, 'logs/postgres.log'), options.log);
    const port = await startOnFreePort(server, dataFolder, { ...ourSettings, ...options.settings });
    const url = (user: string, password: string, database: string) =>
      `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
    await ensureDatabase(url(superuser, secrets.ownerPassword, 'postgres'));
    return {
      ownerUrl: url(superuser, secrets.ownerPassword, databaseName),
      runtimeUrl: url('muster_runtime', secrets.runtimePassword, databaseName),
      runtimePassword: secrets.runtimePassword,
      pid: () => server.pid(),
      stop: async () => {
        await server.stop();
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** Between finding a port free and binding it somebody else may have taken it. */
async function startOnFreePort(server: Server, dataFolder: string, settings: Record<string, string>): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const port = await choosePort(dataFolder);
    try {
      await server.start({ ...settings, port: String(port) });
      return port;
    } catch (error) {
      if (tries === 5 || !(error instanceof Error && /could not bind|could not create any TCP/.test(error.message)))
        throw error;
    }
  }
}

/** One postmaster that is started again when it dies without being told to. */
class Server {
  readonly #cluster: string;
  readonly #programs: Programs;
  readonly #logFile: string;
  readonly #log: (line: string) => void;
  #args: string[] = [];
  #child: ChildProcess | undefined;
  #stopping = false;
  #restarting: Promise<void> | undefined;
  /** When this process ends without a proper stop, the server still writes its checkpoint and ends. */
  readonly #endWithUs = (): void => void this.#child?.kill('SIGINT');

  constructor(cluster: string, programs: Programs, logFile: string, log: (line: string) => void = () => {}) {
    this.#cluster = cluster;
    this.#programs = programs;
    this.#logFile = logFile;
    this.#log = log;
  }

  pid(): number {
    return this.#child?.pid ?? 0;
  }

  async start(settings: Record<string, string>): Promise<void> {
    const assignments = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    this.#args = ['-D', this.#cluster, ...assignments];
    process.once('exit', this.#endWithUs);
    try {
      await this.#start();
    } catch (error) {
      process.removeListener('exit', this.#endWithUs);
      throw error;
    }
  }

  async #start(): Promise<void> {
    const child = await this.#spawn();
    this.#child = child;
    await this.#ready(child);
    child.once('exit', (code) => {
      if (this.#stopping) return;
      this.#log(`PostgreSQL ended by itself (${code ?? 'killed'}), starting it again`);
      this.#restarting = this.#restart();
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#restarting;
    if (this.#child && !hasEnded(this.#child)) await stopServer(this.#cluster, this.#programs);
    process.removeListener('exit', this.#endWithUs);
  }

  async #spawn(): Promise<ChildProcess> {
    await rotate(this.#logFile);
    const log = await open(this.#logFile, 'a', 0o600);
    try {
      return spawn(this.#programs.postgres, this.#args, {
        ...this.#programs.user,
        cwd: '/',
        env: programEnvironment(),
        stdio: ['ignore', log.fd, log.fd],
        // Ctrl-C in a terminal reaches the whole process group, and Muster still needs the database to drain.
        detached: true,
      });
    } finally {
      await log.close();
    }
  }

  async #ready(child: ChildProcess): Promise<void> {
    let spawnError: Error | undefined;
    child.once('error', (error) => {
      spawnError = error;
    });
    for (let waitedMs = 0; waitedMs < startDeadlineMs; waitedMs += 10) {
      if (spawnError) throw spawnError;
      if (hasEnded(child)) throw new Error(`PostgreSQL did not start: ${await lastLines(this.#logFile)}`);
      const file = await readPidFile(this.#cluster);
      // A dead server's file says ready, too.
      if (file?.pid === child.pid && file?.status === 'ready') return;
      await sleep(10);
    }
    child.kill('SIGKILL');
    throw new Error(`PostgreSQL was not ready after ${startDeadlineMs / 1000} s; see ${this.#logFile}`);
  }

  async #restart(): Promise<void> {
    // Until the last sessions of the dead server have noticed, their shared memory keeps a new one from starting.
    for (let pauseMs = 250; !this.#stopping; pauseMs = Math.min(pauseMs * 2, 10_000)) {
      await sleep(pauseMs);
      try {
        await this.#start();
        return;
      } catch (error) {
        this.#log(error instanceof Error ? error.message : String(error));
      }
    }
  }
}

/** A server that outlived its Muster (kill -9) is stopped: its port and settings are not ours. */
async function stopOrphan(cluster: string, programs: Programs): Promise<void> {
  const file = await readPidFile(cluster);
  if (!file) return;
  if (await isServerOf(cluster, file.pid)) await stopServer(cluster, programs);
  else if (isTaken(file.pid)) {
    // Somebody else, or a dead process that nobody has buried, bears the number: PostgreSQL would take it for a
    // running server. Its file is also what keeps two servers apart, so it goes only when none is left.
    await noneWorksIn(cluster);
    await rm(join(cluster, 'postmaster.pid'), { force: true });
  }
  // Otherwise PostgreSQL sees by itself that the file is a dead server's.
}

function isTaken(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Sessions of a killed server end as soon as they notice. */
async function noneWorksIn(cluster: string): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += 50) {
    const pids = (await readdir('/proc').catch(() => [])).map(Number).filter(Number.isInteger);
    const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => undefined)));
    if (!folders.includes(cluster)) return;
    if (waitedMs > 10_000) throw new Error(`Processes of a server that is gone still work in ${cluster}`);
    await sleep(50);
  }
}

async function stopServer(cluster: string, programs: Programs): Promise<void> {
  const args = ['stop', '-D', cluster, '-m', 'fast', '-w', '-t', String(stopDeadlineSeconds)];
  try {
    await runProgram(programs.pgCtl, args, programs.user, (stopDeadlineSeconds + 1) * 1000);
  } catch (error) {
    const file = await readPidFile(cluster);
    if (!file || !(await isServerOf(cluster, file.pid))) return;
    // As after a power cut: the next start recovers from the log. Nothing acknowledged is lost.
    process.kill(file.pid, 'SIGKILL');
    for (let waitedMs = 0; processExists(file.pid); waitedMs += 20) {
      if (waitedMs > 2000) throw error;
      await sleep(20);
    }
  }
}

async function isServerOf(cluster: string, pid: number): Promise<boolean> {
  // A server works inside its data folder. Where /proc is missing the file's word has to do.
  const folder = await readlink(`/proc/${pid}/cwd`).catch((error: NodeJS.ErrnoException) =>
    process.platform === 'linux' && error.code === 'ENOENT' ? undefined : cluster,
  );
  return folder === cluster && processExists(pid);
}

async function readPidFile(cluster: string): Promise<{ pid: number; status: string } | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, status: lines[7]?.trim() ?? '' } : undefined;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  // What is cut here fails the next query; as an event nobody heard it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${databaseName}`);
  } finally {
    await client.end();
  }
}

async function rotate(logFile: string): Promise<void> {
  const size = (await stat(logFile).catch(() => undefined))?.size ?? 0;
  if (size > 50_000_000) await rename(logFile, `${logFile}.1`);
}

async function lastLines(logFile: string): Promise<string> {
  return (await readFile(logFile, 'utf8')).trim().split('\n').slice(-5).join('\n');
}
