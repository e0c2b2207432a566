import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ServerMissing } from '../../../apps/server/src/platform/testing/servers/programs.ts';

const execute = promisify(execFile);
const pieceBytes = 4 * 1024 * 1024;
const pageBytes = 4096;
const lookAgainMs = 100;

/** A disk that can be filled up. */
export interface SmallDisk {
  readonly folder: string;
  /** Resolves when nothing fits any more; what gets free is filled again, until `free`. */
  fill(): Promise<void>;
  free(): Promise<void>;
  remove(): Promise<void>;
}

/** A file system in memory. @throws ServerMissing where it may not be mounted */
export const mountSmallDisk = async (megabytes: number): Promise<SmallDisk> => {
  const folder = await mkdtemp(join(tmpdir(), 'muster-disk-'));
  try {
    await execute('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder]);
  } catch {
    await rmdir(folder);
    throw new ServerMissing('A small disk cannot be mounted: run as root, on Linux');
  }
  const filler = join(folder, 'filler');
  let filling = false;
  let done: Promise<void> = Promise.resolve();
  const keepFull = async (): Promise<void> => {
    while (filling) {
      await sleep(lookAgainMs);
      if (filling) await fillUp(filler);
    }
  };
  return {
    folder,
    fill: async () => {
      filling = true;
      await fillUp(filler);
      done = keepFull();
    },
    free: async () => {
      filling = false;
      await done;
      await rm(filler, { force: true });
    },
    remove: async () => {
      filling = false;
      await done;
      await execute('umount', ['--lazy', folder]);
      await rmdir(folder);
    },
  };
};

/** Writes to the end of a file until not even a page fits. */
const fillUp = async (path: string): Promise<void> => {
  const file = await open(path, 'a');
  try {
    for (const size of [pieceBytes, pageBytes]) {
      const piece = Buffer.alloc(size);
      while (await fits(file.write(piece))) continue;
    }
  } finally {
    await file.close();
  }
};

const fits = (writing: Promise<unknown>): Promise<boolean> =>
  writing.then(
    () => true,
    (error: unknown) => {
      if ((error as { code?: string }).code === 'ENOSPC') return false;
      throw error;
    },
  );
