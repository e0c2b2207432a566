import { createHash } from 'node:crypto';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StoredObject } from './port.ts';

export type Measured = Pick<StoredObject, 'bytes' | 'sha256'>;

/** Lets bytes through and measures them; at their end `whenDone` may still refuse them by throwing. */
export const measure = (whenDone: (measured: Measured) => void): Transform => {
  const hash = createHash('sha256');
  let bytes = 0;
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
    flush: (done) => {
      try {
        whenDone({ bytes, sha256: hash.digest('hex') });
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
};

/** The bytes of an object; they end with an error when they are not what was stored. */
export const verified = (bytes: Readable, object: StoredObject): Readable => {
  const meter = measure((measured) => {
    if (measured.bytes !== object.bytes || measured.sha256 !== object.sha256)
      throw new Error(`The object ${object.key} is not what was stored: its checksum differs.`);
  });
  // Whoever reads the meter hears of what goes wrong before it.
  pipeline(bytes, meter).catch(() => undefined);
  return meter;
};
