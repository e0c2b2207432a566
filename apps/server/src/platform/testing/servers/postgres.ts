import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, cp, lchown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { prepareCluster, superuser } from '../../database/embedded-folder.ts';
import { findPrograms, type Programs, programEnvironment } from '../../database/embedded-programs.ts';
import { migrate } from '../../database/migrate.ts';
import { migrateJobs } from '../../jobs/migrate-jobs.ts';
import { freePort } from './server-process.ts';

const password = 'muster-test';
const databaseName = 'muster';
const slot = 'replica';
const startWithinMs = 30_000;
const moveWithinMs = 30_000;

/** What a crash of the machine would lose is lost; what kill -9 would lose is not. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_preload_libraries: 'pg_stat_statements',
  shared_buffers: '32MB',
  max_connections: '200',
  max_wal_size: '256MB',
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'replica',
  hot_standby: 'on',
  timezone: 'UTC',
};

export interface PostgresWithReplica {
  /** Signed in as the superuser: for migrations, and to look. */
  readonly ownerUrl: string;
  /** For MUSTER_DATABASE_URL and MUSTER_REPLICA_URL: the login of the running program. */
  readonly runtimeUrl: string;
  readonly replicaUrl: string;
  readonly replicaOwnerUrl: string;
  /** From now on nothing that is written gets visible on the replica, though it gets there. */
  pauseReplay(): Promise<void>;
  resumeReplay(): Promise<void>;
  /** Resolves when the replica has all that is committed on the primary now. */
  caughtUp(): Promise<void>;
  killReplica(): Promise<void>;
  /** SIGSTOP: its connections stay open, and nothing answers. */
  freezeReplica(): void;
  thawReplica(): void;
  restartReplica(): Promise<void>;
  killPrimary(): Promise<void>;
  restartPrimary(): Promise<void>;
  /** Makes the replica a primary of its own; the old one is not touched. */
  promote(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A primary and a streaming replica of it, both migrated. `primarySettings` come on top; with
 * `{ synchronous_standby_names: 'replica' }` a commit waits for the replica.
 * @param primaryFolder where the primary keeps its data and log, if not beside the replica
 */
export const startPostgresWithReplica = async (
  primarySettings: Readonly<Record<string, string>> = {},
  primaryFolder?: string,
): Promise<PostgresWithReplica> => {
  const folder = await mkdtemp(join(tmpdir(), 'muster-server-'));
  // The OS user of PostgreSQL has to get through.
  await chmod(folder, 0o755);
  const programs = await findPrograms();
  const cluster = await prepareCluster(primaryFolder ?? folder, programs, password);
  const primary = new Server(programs, cluster, await freePort());
  const replica = new Server(programs, join(folder, 'replica'), await freePort());
  const stop = async (): Promise<void> => {
    await Promise.all([replica.kill(), primary.kill()]);
    await Promise.all([cluster, folder].map((path) => rm(path, { recursive: true, force: true, maxRetries: 5 })));
  };
  try {
    await primary.start(settings);
    await withClient(primary.url('postgres'), (client) => client.query(`CREATE DATABASE ${databaseName}`));
    await migrate({ ownerUrl: primary.url(), passwords: new Map([['runtime', password]]), contract: true });
    await migrateJobs(primary.url());
    await copyCluster(primary, replica, programs);
    await writeFile(join(folder, 'owner'), `${process.pid} 0`);
    await replica.start({ ...settings, max_standby_streaming_delay: '500ms' });
    if (Object.keys(primarySettings).length > 0) {
      await primary.kill();
      await primary.start({ ...settings, ...primarySettings });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const onReplica = (statement: string) => withClient(replica.url(), (client) => client.query(statement));
  return {
    ownerUrl: primary.url(),
    runtimeUrl: primary.url(databaseName, 'muster_runtime'),
    replicaUrl: replica.url(databaseName, 'muster_runtime'),
    replicaOwnerUrl: replica.url(),
    pauseReplay: async () => {
      await onReplica('SELECT pg_wal_replay_pause()');
      await replica.until(`pg_get_wal_replay_pause_state() = 'paused'`);
    },
    resumeReplay: async () => {
      // What is replayed at once may cancel the very query that asked for it.
      await onReplica('SELECT pg_wal_replay_resume()').catch((error: unknown) => {
        if ((error as { code?: string }).code !== '40001') throw error;
      });
    },
    caughtUp: async () => {
      const at = await withClient(primary.url(), async (client) => {
        // A record of its own, so that the place asked for is the end of one.
        const { rows } = await client.query<{ at: string }>(
          `SELECT pg_logical_emit_message(true, 'test', 'here')::text AS at`,
        );
        return rows[0]?.at ?? '';
      });
      await replica.until(`pg_last_wal_replay_lsn() >= '${at}'::pg_lsn`);
    },
    killReplica: () => replica.kill(),
    freezeReplica: () => replica.signal('SIGSTOP'),
    thawReplica: () => replica.signal('SIGCONT'),
    restartReplica: () => replica.restart(),
    killPrimary: () => primary.kill(),
    restartPrimary: () => primary.restart(),
    promote: async () => void (await onReplica('SELECT pg_promote(true, 20)')),
    stop,
  };
};

/** One postmaster on a folder and port of its own. */
class Server {
  readonly folder: string;
  readonly #programs: Programs;
  readonly port: number;
  #settings: Readonly<Record<string, string>> = {};
  #child: ChildProcess | undefined;
  readonly #endWithUs = (): void => void this.#child?.kill('SIGKILL');

  constructor(programs: Programs, folder: string, port: number) {
    this.#programs = programs;
    this.folder = folder;
    this.port = port;
    process.once('exit', this.#endWithUs);
  }

  url(database = databaseName, user = superuser): string {
    return `postgres://${user}:${password}@127.0.0.1:${this.port}/${database}`;
  }

  async start(given: Readonly<Record<string, string>>): Promise<void> {
    this.#settings = given;
    const args = Object.entries({ ...given, port: String(this.port) }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    const deadline = performance.now() + startWithinMs;
    for (;;) {
      const child = spawn(this.#programs.postgres, ['-D', this.folder, ...args], {
        ...this.#programs.user,
        cwd: '/',
        env: programEnvironment(),
        stdio: ['ignore', 'ignore', 'pipe'],
        // A group of its own, so that all its processes can be stopped at once.
        detached: true,
      });
      let output = '';
      child.stderr.on('data', (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-2_000);
      });
      this.#child = child;
      while (child.exitCode === null && child.signalCode === null) {
        if (await answers(this.url('postgres'))) return;
        if (performance.now() > deadline) throw new Error(`PostgreSQL does not answer: ${output}`);
        await sleep(50);
      }
      // Sessions of a killed server keep its memory until they notice.
      if (performance.now() > deadline) throw new Error(`PostgreSQL does not start: ${output}`);
      await sleep(200);
    }
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start(this.#settings);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  /** To the server and all its sessions. */
  signal(signal: NodeJS.Signals): void {
    const server = this.#child?.pid;
    if (server === undefined) return;
    process.kill(server, signal);
    for (const session of childrenOf(server)) {
      try {
        process.kill(session, signal);
      } catch {
        // A session that ended in between.
      }
    }
  }

  /** Waits until a condition holds in the database. */
  async until(condition: string): Promise<void> {
    await withClient(this.url(), async (client) => {
      const deadline = performance.now() + moveWithinMs;
      for (;;) {
        const { rows } = await client.query<{ holds: boolean }>(`SELECT ${condition} AS holds`);
        if (rows[0]?.holds === true) return;
        if (performance.now() > deadline) throw new Error(`It did not become true: ${condition}`);
        await sleep(20);
      }
    });
  }
}

/** What a copy must not have: it is the original's alone, or is made anew. */
const notCopied = new Set(['postmaster.pid', 'postmaster.opts']);
const emptyInCopy = new Set(['pg_wal', 'pg_replslot', 'pg_stat_tmp']);

/** A base backup, taken by hand: the npm package brings no pg_basebackup. */
const copyCluster = async (primary: Server, replica: Server, { user }: Programs): Promise<void> => {
  await withClient(primary.url(), async (client) => {
    await client.query('SELECT pg_create_physical_replication_slot($1, true)', [slot]);
    await client.query(`SELECT pg_backup_start('replica', true)`);
    await mkdir(replica.folder);
    for (const entry of await readdir(primary.folder)) {
      if (notCopied.has(entry)) continue;
      const target = join(replica.folder, entry);
      if (emptyInCopy.has(entry)) await mkdir(target);
      else await cp(join(primary.folder, entry), target, { recursive: true, verbatimSymlinks: true });
    }
    // The backup belongs to this connection.
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(true)');
    await writeFile(join(replica.folder, 'backup_label'), rows[0]?.labelfile ?? '');
  });
  await mkdir(join(replica.folder, 'pg_wal/archive_status'));
  await writeFile(join(replica.folder, 'standby.signal'), '');
  const source = `host=127.0.0.1 port=${primary.port} user=${superuser} password=${password} application_name=replica`;
  const lines = [
    `primary_conninfo = '${source}'`,
    `primary_slot_name = '${slot}'`,
    `wal_retrieve_retry_interval = 200ms`,
  ];
  await writeFile(join(replica.folder, 'postgresql.auto.conf'), `${lines.join('\n')}\n`);
  if (user !== undefined) {
    for (const entry of ['', ...(await readdir(replica.folder, { recursive: true }))]) {
      await lchown(join(replica.folder, entry), user.uid, user.gid);
    }
  }
  await chmod(replica.folder, 0o700);
};

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);

const withClient = async <T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  // What is cut here fails the next query; as an event nobody heard it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
};

const answers = (url: string): Promise<boolean> =>
  withClient(url, async (client) => (await client.query('SELECT 1')).rowCount === 1).catch(() => false);
