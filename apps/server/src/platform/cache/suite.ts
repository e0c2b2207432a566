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

    it('counts many uses exactly, however they come', async () => {
      const cache = await create();
      const atOnce = await Promise.all(Array.from({ length: 300 }, () => cache.take(keyOf('gate'), 500, 60_000)));
      expect(atOnce.every(({ allowed }) => allowed)).toBe(true);
      const later = [];
      for (let use = 0; use < 250; use += 1) later.push(await cache.take(keyOf('gate'), 500, 60_000));
      expect(later.map(({ allowed }) => allowed)).toEqual(Array.from({ length: 250 }, (_, use) => use < 200));
      await cache.close();
    });

    describe('places', () => {
      const center = { latitude: 46.92, longitude: 15.87 };
      /** So many meters north of the center. */
      const north = (meters: number) => ({ ...center, latitude: center.latitude + meters / 111_170 });
      const placesAt = (meters: Record<string, number>) =>
        new Map(Object.entries(meters).map(([name, each]) => [name, north(each)]));
      const minuteMs = 60_000;
      let count = 0;
      const given = async (meters: Record<string, number>, timeToLiveMs = minuteMs) => {
        const cache = await create();
        const index = keyOf(`places ${(count += 1)}`);
        const { version } = await cache.places.near(index, center, 1);
        await cache.places.replace(index, version, 'first', placesAt(meters), timeToLiveMs);
        const near = async (radiusMeters: number) => {
          const { found } = await cache.places.near(index, center, radiusMeters);
          return found && { mark: found.mark, names: found.names.toSorted() };
        };
        const seen = async () => (await cache.places.near(index, center, 1)).version;
        return { cache, places: cache.places, index, near, seen };
      };

      it('finds all within a radius, with the mark up to which they are complete', async () => {
        const { cache, near } = await given({ a: 0, b: 90, c: 101, d: 200, e: 3_000 });
        expect(await near(99)).toEqual({ mark: 'first', names: ['a', 'b', 'c'] });
        expect(await near(50)).toEqual({ mark: 'first', names: ['a'] });
        expect((await near(10_000))?.names).toHaveLength(5);
        await cache.close();
      });

      it('knows no index that was never made, and an empty one as complete', async () => {
        const { cache, places, near } = await given({});
        expect(await near(100)).toEqual({ mark: 'first', names: [] });
        expect((await places.near(keyOf('no places'), center, 100)).found).toBeNull();
        await cache.close();
      });

      it('moves places on, also into one that was empty', async () => {
        const { cache, places, index, near, seen } = await given({});
        await places.advance(index, await seen(), 'second', placesAt({ a: 10 }));
        expect(await near(100)).toEqual({ mark: 'second', names: ['a'] });
        await places.advance(index, await seen(), 'third', placesAt({ a: 500, b: 20 }));
        expect(await near(100)).toEqual({ mark: 'third', names: ['b'] });
        await cache.close();
      });

      it('does nothing on an old version, so that nobody brings back what is gone', async () => {
        const { cache, places, index, near, seen } = await given({ a: 10, b: 20 });
        const version = await seen();
        await places.remove(index, ['a']);
        await places.advance(index, version, 'late', placesAt({ a: 10 }));
        await places.replace(index, version, 'late', placesAt({ a: 10 }), minuteMs);
        expect(await near(100)).toEqual({ mark: 'first', names: ['b'] });
        const none = keyOf('removed before it was made');
        const before = (await places.near(none, center, 1)).version;
        await places.remove(none, ['a']);
        await places.replace(none, before, 'late', placesAt({ a: 10 }), minuteMs);
        expect((await places.near(none, center, 100)).found).toBeNull();
        await cache.close();
      });

      it('advances nothing where there is no index, and removes the last one', async () => {
        const { cache, places, index, near } = await given({ a: 10 });
        await places.remove(index, ['a', 'nobody']);
        expect(await near(100)).toEqual({ mark: 'first', names: [] });
        const none = keyOf('no index');
        await places.advance(none, (await places.near(none, center, 1)).version, 'second', placesAt({ a: 10 }));
        expect((await places.near(none, center, 100)).found).toBeNull();
        await cache.close();
      });

      it('forgets an index after its time, however much it is used', async () => {
        const { cache, places, index, near, seen } = await given({ a: 10 }, 400);
        await places.advance(index, await seen(), 'second', placesAt({ a: 20 }));
        expect(await near(100)).not.toBeNull();
        await elapse(450);
        expect(await near(100)).toBeNull();
        await cache.close();
      });

      it('takes many at once', async () => {
        const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, each) => [`m${each}`, each / 10]));
        const { cache, near } = await given(many);
        expect((await near(10_000))?.names).toHaveLength(5_000);
        await cache.close();
      });
    });
  });
};
