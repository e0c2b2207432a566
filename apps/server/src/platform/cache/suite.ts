import { describe, expect, it } from 'vitest';
import type { SettableClock } from '../clock.ts';
import type { Cache } from './port.ts';

/** How every cache behaves; each adapter's test calls this. */
export const cacheSuite = (
  name: string,
  create: (clock: SettableClock) => Promise<Cache>,
  clock: SettableClock,
): void => {
  describe(`cache: ${name}`, () => {
    it('gives back what was set, as a copy', async () => {
      const cache = await create(clock);
      const value = { list: [1, 2], text: 'ü' };
      await cache.set('a', value, 10_000);
      value.list.push(3);
      expect(await cache.get('a')).toEqual({ list: [1, 2], text: 'ü' });
      await cache.close();
    });

    it('knows nothing of a key that was never set, deleted, or has expired', async () => {
      const cache = await create(clock);
      expect(await cache.get('never')).toBeNull();
      await cache.set('gone', 1, 10_000);
      await cache.delete('gone');
      expect(await cache.get('gone')).toBeNull();
      await cache.set('short', 1, 50);
      clock.advance(51);
      expect(await cache.get('short')).toBeNull();
      await cache.close();
    });

    it('lets a key be used as often as its limit, and says when it starts anew', async () => {
      const cache = await create(clock);
      for (const remaining of [2, 1, 0]) {
        expect(await cache.take('door', 3, 60_000)).toMatchObject({ allowed: true, remaining });
      }
      const refused = await cache.take('door', 3, 60_000);
      expect(refused.allowed).toBe(false);
      expect(refused.resetMs).toBeGreaterThan(0);
      expect(refused.resetMs).toBeLessThanOrEqual(60_000);
      expect((await cache.take('another door', 3, 60_000)).allowed).toBe(true);
      await cache.close();
    });

    it('counts uses that come at once exactly', async () => {
      const cache = await create(clock);
      const decisions = await Promise.all(Array.from({ length: 50 }, () => cache.take('race', 20, 60_000)));
      expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(20);
      await cache.close();
    });
  });
};
