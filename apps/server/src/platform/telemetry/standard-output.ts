import type { Writable } from 'node:stream';
import type { DestinationStream } from 'pino';

/** What may wait for a reader that is slow; more is dropped, because nothing must wait for the log. */
const maxWaitingBytes = 16 * 1024 * 1024;
/** Lines are written together: a system call for each would be a tenth of what a request costs. */
const gatherMs = 20;
const gatherLength = 16 * 1024;
/** Whatever goes wrong is written at once: it may be the last that a process says. */
const urgent = /^\{"log\.level":"(?:error|fatal)"/;

/** What has to be written before the process ends. */
const unwritten = new Set<() => void>();
process.on('exit', () => {
  for (const flush of unwritten) flush();
});

/**
 * The log on standard output, as containers want it. Never holds anything up: a reader that is slow loses lines, and one
 * that is gone is written to no more. (Pino's own destination waits for the first, and for the second without end.)
 */
export const standardOutput = (output: Writable = process.stdout): DestinationStream => {
  let gathered: string[] = [];
  let length = 0;
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;
  if (output.listenerCount('error') === 0) output.on('error', () => undefined);

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    unwritten.delete(flush);
    const lines = gathered;
    gathered = [];
    length = 0;
    if (!output.writable) return;
    if (output.writableLength > maxWaitingBytes) {
      dropped += lines.length;
      return;
    }
    if (dropped > 0)
      output.write(`{"log.level":"warn","message":"${dropped} lines were dropped: the log is read too slowly"}\n`);
    dropped = 0;
    output.write(lines.join(''));
  };

  return {
    write: (line) => {
      gathered.push(line);
      length += line.length;
      if (length >= gatherLength || urgent.test(line)) return flush();
      unwritten.add(flush);
      timer ??= setTimeout(flush, gatherMs);
    },
  };
};
