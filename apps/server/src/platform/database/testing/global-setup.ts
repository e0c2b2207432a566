import { chmod, lstat, mkdtemp, readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { publicFolder } from '../embedded-programs.ts';
import { startEmbeddedPostgres } from '../embedded.ts';
import { folderHolder } from '../folder-lock.ts';
import { migrateJobs } from '../../jobs/migrate-jobs.ts';
import { migrate } from '../migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server of this test run; its database is the template that tests clone. */
    testServer: { ownerUrl: string; runtimeUrl: string };
  }
}

const prefix = 'muster-test-';

/** Losing the data of a crashed test run is no loss. */
const fastSettings = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
  max_connections: '300',
};

/** Vitest's globalSetup for `*.db.test.ts`: one server per run, migrated once. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeAbandoned();
  const dataFolder = await mkdtemp(join(tmpdir(), prefix));
  // The OS user of PostgreSQL has to get through.
  await chmod(dataFolder, 0o755);
  const server = await startEmbeddedPostgres({ dataFolder, settings: fastSettings });
  const tearDown = async () => {
    await server.stop();
    await removeFolder(dataFolder);
  };
  try {
    await migrate({
      ownerUrl: server.ownerUrl,
      passwords: new Map([['runtime', server.runtimePassword]]),
      contract: true,
    });
    await migrateJobs(server.ownerUrl);
  } catch (error) {
    await tearDown();
    throw error;
  }
  project.provide('testServer', { ownerUrl: server.ownerUrl, runtimeUrl: server.runtimeUrl });
  return tearDown;
}

/** Runs that were killed leave a server and a folder behind. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const folder = join(tmpdir(), name);
    if (!name.startsWith(prefix) || (await folderHolder(folder)) !== undefined) continue;
    const locked = await lstat(join(folder, 'muster.lock')).catch(() => undefined);
    // Without a lock it may be one that is just being made.
    if (!locked) continue;
    await killServer(join(folder, 'postgres'));
    await removeFolder(folder).catch(() => {});
  }
}

async function killServer(cluster: string): Promise<void> {
  const pid = Number.parseInt(await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => ''), 10);
  const worksIn = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  if (worksIn === (await realpath(cluster).catch(() => cluster))) process.kill(pid, 'SIGKILL');
}

async function removeFolder(folder: string): Promise<void> {
  const cluster = await realpath(join(folder, 'postgres')).catch(() => undefined);
  if (cluster?.startsWith(`${publicFolder}/`)) await rm(cluster, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
