import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const lockName = 'muster.lock';

interface Holder {
  pid: number;
  /** Tells a process from a later one with the same number; '' where the system does not say. */
  startedAt: string;
}

/**
 * Makes this process the only one that uses a data folder; the lock of a dead process is taken over.
 * @returns the function that gives the folder back
 * @throws Error with a sentence for the operator when a living process holds it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const lock = join(folder, lockName);
  const own = `${lock}.${process.pid}`;
  const content = JSON.stringify({ pid: process.pid, startedAt: await startOf(process.pid) } satisfies Holder);
  await writeFile(own, content);
  try {
    // A hard link is atomic, and the file is complete before anybody can see it under the lock's name.
    while (!(await tryLink(own, lock))) await removeStale(lock, folder);
  } finally {
    await rm(own, { force: true });
  }
  return async () => {
    if ((await read(lock)) === content) await rm(lock, { force: true });
  };
}

/** The process that holds the folder, if it is alive. */
export async function folderHolder(folder: string): Promise<number | undefined> {
  const holder = parse(await read(join(folder, lockName)));
  return holder && (await isAlive(holder)) ? holder.pid : undefined;
}

async function removeStale(lock: string, folder: string): Promise<void> {
  const seen = await read(lock);
  const holder = parse(seen);
  if (holder && (await isAlive(holder))) {
    throw new Error(
      `The data folder ${folder} is in use by another Muster (process ${holder.pid}). Stop that one first, or give this one a folder of its own.`,
    );
  }
  const aside = `${lock}.stale.${process.pid}`;
  await rename(lock, aside).catch(ignoreMissing);
  // Somebody else may have taken over between our look and our move: then it is theirs again.
  if ((await read(aside)) !== seen) await link(aside, lock).catch(() => {});
  await rm(aside, { force: true });
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function parse(text: string | undefined): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    const known = typeof value === 'object' && value !== null && 'pid' in value && typeof value.pid === 'number';
    return known
      ? { pid: value.pid as number, startedAt: String((value as Partial<Holder>).startedAt ?? '') }
      : undefined;
  } catch {
    return undefined;
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  return processExists(holder.pid) && (await startOf(holder.pid)) === holder.startedAt;
}

/**
 * True also for a process that belongs to somebody else; false for one that has ended and only waits for its parent
 * to notice, which in a container without an init may be never.
 */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false;
  }
  return stateOf(pid) !== 'Z';
}

function stateOf(pid: number): string | undefined {
  try {
    return fieldsAfterName(readFileSync(`/proc/${pid}/stat`, 'utf8'))[0];
  } catch {
    return undefined;
  }
}

/** The second field of /proc/…/stat is the program's name in brackets and may contain spaces; state is the third. */
function fieldsAfterName(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Boot and start time on Linux; nothing elsewhere, where a reused process number keeps a stale lock alive. */
async function startOf(pid: number): Promise<string> {
  const [stat, boot] = await Promise.all([read(`/proc/${pid}/stat`), read('/proc/sys/kernel/random/boot_id')]);
  const ticks = stat === undefined ? undefined : fieldsAfterName(stat)[19];
  return ticks === undefined ? '' : `${boot?.trim() ?? ''}/${ticks}`;
}

function read(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
