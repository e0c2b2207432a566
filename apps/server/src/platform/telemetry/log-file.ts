import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { pino } from 'pino';

/** What may wait for room on the disk; more is dropped. */
const maxWaitingBytes = 16 * 1024 * 1024;

/**
 * The log in a file. Nothing waits for it, and a full disk ends nothing: what could not be written waits in memory, and
 * is written with the first line for which there is room again.
 *
 * @throws Error when its folder cannot be made
 */
export const logFile = (path: string): ReturnType<typeof pino.destination> => {
  mkdirSync(dirname(path), { recursive: true });
  const file = pino.destination({ dest: path, sync: false, maxLength: maxWaitingBytes });
  file.on('error', () => undefined);
  return file;
};
