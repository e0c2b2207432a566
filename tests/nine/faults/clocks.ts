import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serviceNames } from '@muster/contracts';
import { findPackagedFile } from '../../../apps/server/src/platform/testing/servers/programs.ts';

/** After this libfaketime has read its file again. */
const noticedAfterMs = 2_000;

/** The clocks of the nine processes, each of which can be set by itself. */
export interface Clocks {
  /** What the fleet has to be started with. */
  readonly environment: Readonly<Record<string, string>>;
  /** Sets the clock of one process so many minutes ahead; negative is behind. Resolves when it goes so. */
  set(service: string, minutesAhead: number): Promise<void>;
  remove(): Promise<void>;
}

/** @throws ServerMissing where libfaketime cannot be had */
export const startClocks = async (): Promise<Clocks> => {
  const library = await findPackagedFile(findLibrary, ['libfaketime']);
  const folder = await mkdtemp(join(tmpdir(), 'muster-clocks-'));
  const write = async (service: string, minutesAhead: number): Promise<void> => {
    // In one piece: a process reads it at any moment.
    const file = join(folder, service);
    await writeFile(`${file}.new`, `${minutesAhead < 0 ? '-' : '+'}${Math.abs(minutesAhead)}m\n`);
    await rename(`${file}.new`, file);
  };
  for (const name of [...serviceNames, 'fleet']) await write(name, 0);
  return {
    environment: {
      LD_PRELOAD: library,
      // What is measured with a stopwatch goes on as it does when somebody sets a clock.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DISABLE_SHM: '1',
      FAKETIME_TIMESTAMP_FILE: join(folder, 'fleet'),
      FAKETIME_FOLDER: folder,
      NODE_OPTIONS: `--import=${join(import.meta.dirname, 'own-clock.ts')}`,
    },
    set: async (service, minutesAhead) => {
      await write(service, minutesAhead);
      await sleep(noticedAfterMs);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
};

const findLibrary = (): string | undefined => {
  const root = '/usr/lib';
  if (!existsSync(root)) return undefined;
  return ['', ...readdirSync(root)]
    .map((name) => join(root, name, 'faketime/libfaketime.so.1'))
    .find((file) => existsSync(file));
};
