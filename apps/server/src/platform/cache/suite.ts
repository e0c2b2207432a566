import { describe, expect, it } from 'vitest';
import { uuidv7 } from '../ids.ts';
import type { Cache } from './port.ts';

/** How every cache behaves; each adapter's test calls this. `elapse` lets the cache's time pass. */
export const cacheSuite = (
  name: string,
  create: () => Promise<Cache>,
  elapse: (timeMs: number) => Promise<void>,
): void => {
  // Others may use the same server.
  const run = uuidv7();
  const keyOf = (word: string): string => `${run} ${word}`;

  describe(`cache: ${name}`, () => {
    it('gives back what was set, as a copy', async () => {
      const cache = await create();
      const value = { list: [1, 2], text: 'ü' };
      await cache.set(keyOf('a'), value, 10_000);
      value.list.push(3);
      expect(await cache.get(keyOf('a'))).toEqual({ list: [1, 2], text: 'ü' });
      await cache.close();
    });

    it('knows nothing of a key that was never set, deleted, or has expired', async () => {
      const cache = await create();
      expect(await cache.get(keyOf('never'))).toBeNull();
      await cache.set(keyOf('gone'), 1, 10_000);
      await cache.delete(keyOf('gone'));
      expect(await cache.get(keyOf('gone'))).toBeNull();
      await cache.set(keyOf('short'), 1, 50);
      await elapse(60);
      expect(await cache.get(keyOf('short'))).toBeNull();
      await cache.close();
    });

    it('lets a key be used as often as its limit, and says when it starts anew', async () => {
      const cache = await create();
      for (const remaining of [2, 1, 0]) {
        expect(await cache.take(keyOf('door'), 3, 60_000)).toMatchObject({ allowed: true, remaining });
      }
      const refused = await cache.take(keyOf('door'), 3, 60_000);
      expect(refused.allowed).toBe(false);
      expect(refused.resetMs).toBeGreaterThan(0);
      expect(refused.resetMs).toBeLessThanOrEqual(60_000);
      expect((await cache.take(keyOf('another door'), 3, 60_000)).allowed).toBe(true);
      await cache.close();
    });

    it('counts uses that come at once exactly', async () => {
      const cache = await create();
      const decisions = await Promise.all(Array.from({ length: 50 }, () => cache.take(keyOf('race'), 20, 60_000)));
      expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(20);
      await cache.close();
    });
  });
};
