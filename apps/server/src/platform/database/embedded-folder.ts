import { randomBytes } from 'node:crypto';
import { chown, lstat, mkdir, readdir, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { uuidv7 } from '../ids.ts';
import { processExists } from './folder-lock.ts';
import { canEnter, makePublicFolder, type Programs, publicFolder, runProgram } from './embedded-programs.ts';

export const superuser = 'postgres';

const majorVersion = '18';

/** What outlives a restart beside the data; readable by nobody but us. */
export interface EmbeddedSecrets {
  ownerPassword: string;
  runtimePassword: string;
}

export async function readOrMakeSecrets(dataFolder: string): Promise<EmbeddedSecrets> {
  const file = join(dataFolder, 'postgres.secrets.json');
  const existing = await readSecrets(file);
  if (existing !== undefined) return existing;
  if (await lstat(join(dataFolder, 'postgres')).catch(() => undefined)) {
    throw new Error(
      `${file} is missing or damaged, and without its passwords the data in ${join(dataFolder, 'postgres')} cannot be opened. Restore the file from a backup.`,
    );
  }
  const secrets = { ownerPassword: randomSecret(), runtimePassword: randomSecret() };
  await writeFile(`${file}.new`, JSON.stringify(secrets), { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
  return secrets;
}

async function readSecrets(file: string): Promise<EmbeddedSecrets | undefined> {
  try {
    const secrets = JSON.parse(await readFile(file, 'utf8')) as Partial<EmbeddedSecrets>;
    const { ownerPassword, runtimePassword } = secrets;
    return ownerPassword && runtimePassword ? { ownerPassword, runtimePassword } : undefined;
  } catch (error) {
    // Not ours to read is another matter, with a sentence of its own.
    if (error instanceof Error && 'code' in error && error.code !== 'ENOENT') throw error;
    return undefined;
  }
}

const randomSecret = () => randomBytes(24).toString('base64url');

/**
 * Makes `<dataFolder>/postgres` unless it is there, and gives its real path. The folder appears complete or not at
 * all: initdb works beside it, a rename finishes. When the OS user of PostgreSQL cannot enter the data folder, the
 * name becomes a link into the public folder.
 */
export async function prepareCluster(dataFolder: string, programs: Programs, password: string): Promise<string> {
  const cluster = join(dataFolder, 'postgres');
  await removeUnfinished(dataFolder);
  if (!(await lstat(cluster).catch(() => undefined))) {
    const reachable = programs.user === undefined || canEnter(dataFolder, programs.user);
    if (reachable) await initialize(cluster, programs, password);
    else await initializeElsewhere(cluster, programs, password);
  }
  const real = await realpath(cluster).catch(() => {
    throw new Error(
      `${cluster} points to a folder that is gone. Restore it from a backup, or remove the link to begin with an empty database.`,
    );
  });
  const version = (await readFile(join(real, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (version === '') {
    throw new Error(
      `${cluster} holds no data of PostgreSQL. Restore it from a backup, or move it away to begin with an empty database.`,
    );
  }
  if (version !== majorVersion) {
    throw new Error(
      `${cluster} holds data of PostgreSQL ${version}, this Muster brings ${majorVersion}. Start the Muster that wrote it, or move the folder away to begin with an empty database.`,
    );
  }
  return real;
}

async function initializeElsewhere(cluster: string, programs: Programs, password: string): Promise<void> {
  await makePublicFolder();
  await removeUnfinished(publicFolder);
  const target = join(publicFolder, uuidv7());
  await initialize(target, programs, password);
  await symlink(target, cluster);
}

async function initialize(target: string, programs: Programs, password: string): Promise<void> {
  const unfinished = `${target}.new-${process.pid}`;
  const passwordFile = `${unfinished}.password`;
  await mkdir(unfinished, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (programs.user) {
    await chown(unfinished, programs.user.uid, programs.user.gid);
    await chown(passwordFile, programs.user.uid, programs.user.gid);
  }
  // The built-in C.UTF-8 sorts alike on every machine and never changes with an OS library: indexes stay valid.
  // Names are sorted for people with an ICU collation where a query asks for it.
  const args = [
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--data-checksums',
  ];
  try {
    await runProgram(
      programs.initdb,
      [
        `--pgdata=${unfinished}`,
        `--username=${superuser}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        ...args,
      ],
      programs.user,
      120_000,
    );
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** What a process that died in the middle left behind. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /\.new-(\d+)(\.password)?$/.exec(name)?.[1];
    if (pid === undefined || (Number(pid) !== process.pid && processExists(Number(pid)))) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** The port of the last time if it is still free, so that addresses in tools and dashboards stay right. */
export async function choosePort(dataFolder: string): Promise<number> {
  const file = join(dataFolder, 'postgres.port');
  const last = portFrom(await readFile(file, 'utf8').catch(() => ''));
  const port = (await freePort(last)) ?? (await freePort(0));
  if (port === undefined) throw new Error('No free port on 127.0.0.1');
  if (port !== last) await writeFile(file, String(port));
  return port;
}

function portFrom(text: string): number {
  const port = Number(text);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0;
}

function freePort(wanted: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => resolve(port));
    });
  });
}
