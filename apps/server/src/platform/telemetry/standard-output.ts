import type { Writable } from 'node:stream';
import type { DestinationStream } from 'pino';

/** What may wait for a reader that is slow; more is dropped, because nothing must wait for the log. */
const maxWaitingBytes = 16 * 1024 * 1024;

/**
 * The log on standard output, as containers want it. Never holds anything up: a reader that is slow loses lines, and one
 * that is gone is written to no more. (Pino's own destination waits for the first, and for the second without end.)
 */
export const standardOutput = (output: Writable = process.stdout): DestinationStream => {
  let dropped = 0;
  if (output.listenerCount('error') === 0) output.on('error', () => undefined);
  return {
    write: (line) => {
      if (!output.writable) return;
      if (output.writableLength > maxWaitingBytes) {
        dropped += 1;
        return;
      }
      if (dropped > 0)
        output.write(`{"log.level":"warn","message":"${dropped} lines were dropped: the log is read too slowly"}\n`);
      dropped = 0;
      output.write(line);
    },
  };
};
