import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { uuidv7 } from '../ids.ts';
import type { ObjectStore } from './port.ts';

/** How every object store behaves; each adapter's test calls this. */
export const objectsSuite = (name: string, create: () => Promise<ObjectStore>): void => {
  const newKey = (): string => `${uuidv7()}/reports/${uuidv7()}.csv`;

  describe(`objects: ${name}`, () => {
    it('gives back the very bytes, with what is known about them', async () => {
      const objects = await create();
      const key = newKey();
      const content = randomBytes(300_000);
      const stored = await objects.put(key, content, { contentType: 'text/csv' });
      const read = await objects.get(key);
      expect(read?.object).toEqual(stored);
      expect(stored).toMatchObject({ key, bytes: 300_000, contentType: 'text/csv' });
      expect(read && (await buffer(read.content)).equals(content)).toBe(true);
    });

    it('takes a stream, and replaces what was there', async () => {
      const objects = await create();
      const key = newKey();
      await objects.put(key, Buffer.from('first'), { contentType: 'text/plain' });
      await objects.put(key, Readable.from([Buffer.from('sec'), Buffer.from('ond')]), { contentType: 'text/plain' });
      const read = await objects.get(key);
      expect(read && (await buffer(read.content)).toString()).toBe('second');
      expect(read?.object.bytes).toBe(6);
    });

    it('keeps the old object when a new one breaks off', async () => {
      const objects = await create();
      const key = newKey();
      await objects.put(key, Buffer.from('whole'), { contentType: 'text/plain' });
      const broken = Readable.from(
        (function* () {
          yield Buffer.from('ha');
          throw new Error('the source broke');
        })(),
      );
      await expect(objects.put(key, broken, { contentType: 'text/plain' })).rejects.toThrow('the source broke');
      const read = await objects.get(key);
      expect(read && (await buffer(read.content)).toString()).toBe('whole');
    });

    it('knows nothing of what was never put or was deleted', async () => {
      const objects = await create();
      const key = newKey();
      expect(await objects.get(key)).toBeNull();
      await objects.put(key, Buffer.from('x'), { contentType: 'text/plain' });
      await objects.delete(key);
      await objects.delete(key);
      expect(await objects.get(key)).toBeNull();
    });

    it.each(['../etc/passwd', 'a/b/c', `${uuidv7()}/reports/../../x`, `${uuidv7()}/reports/%2e%2e`, ''])(
      'refuses the key "%s"',
      async (key) => {
        const objects = await create();
        await expect(objects.put(key, Buffer.from('x'), { contentType: 'text/plain' })).rejects.toThrow();
        await expect(objects.get(key)).rejects.toThrow();
      },
    );
  });
};
