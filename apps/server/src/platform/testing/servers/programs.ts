import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const installWithinMs = 180_000;
const buildWithinMs = 600_000;

/** How to run a program: here, or in a container that shares this machine's network. */
export type Program =
  | { readonly kind: 'native'; readonly file: string }
  | { readonly kind: 'docker'; readonly image: string; readonly file: string };

/** Thrown where a server cannot be had; the message says what would help. */
export class ServerMissing extends Error {
  override name = 'ServerMissing';
}

/** Finds a program; on Debian, as root, installs it; else takes its container. */
export const findProgram = async (name: string, debianPackages: string[], image: string): Promise<Program> => {
  const found = onPath(name) ?? ((await installed(debianPackages)) ? onPath(name) : undefined);
  if (found !== undefined) return { kind: 'native', file: found };
  if (await dockerAnswers()) return { kind: 'docker', image, file: name };
  throw new ServerMissing(`${name} is missing: apt-get install ${debianPackages.join(' ')}, or start Docker`);
};

/** Finds a file that a Debian package brings; as root on Debian installs the package. */
export const findPackagedFile = async (find: () => string | undefined, packages: string[]): Promise<string> => {
  const file = find() ?? ((await installed(packages)) ? find() : undefined);
  if (file !== undefined) return file;
  throw new ServerMissing(`${packages.join(' and ')} cannot be had: apt-get install ${packages.join(' ')}`);
};

/** A Go program in the cache outside the repository; built there when it is missing and Go is not. */
export const findGoProgram = async (name: string, module: string, version: string): Promise<Program | undefined> => {
  const file = join(homedir(), '.cache/muster', `${name}-${version}`);
  if (existsSync(file)) return { kind: 'native', file };
  if (onPath('go') === undefined) return undefined;
  await mkdir(join(file, '..'), { recursive: true });
  const folder = await mkdtemp(`${file}-`);
  try {
    await execute('go', ['install', `${module}@v${version}`], {
      env: { ...process.env, GOBIN: folder },
      timeout: buildWithinMs,
    });
    await rename(join(folder, name), file);
    return { kind: 'native', file };
  } catch {
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** The path of a program that may be executed. */
export const onPath = (name: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .concat('/usr/bin', '/usr/sbin')
    .map((folder) => join(folder, name))
    .find(isProgram);

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const installed = async (packages: readonly string[]): Promise<boolean> => {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  const allow = await holdBackServices();
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const options = { env, timeout: installWithinMs };
    await execute('apt-get', ['update', '-qq'], options);
    await execute('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options);
    return true;
  } catch {
    return false;
  } finally {
    await allow();
  }
};

/** Debian starts what it installs, unless this file says no. */
const holdBackServices = async (): Promise<() => Promise<void>> => {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return async () => undefined;
  await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  return () => rm(policy, { force: true });
};

const dockerAnswers = (): Promise<boolean> =>
  execute('docker', ['info'], { timeout: 10_000 }).then(
    () => true,
    () => false,
  );
