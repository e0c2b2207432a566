import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type RedisServer, startRedis } from '../testing/servers/redis.ts';
import { ownServer, quietTelemetry, until, withServer } from '../testing/servers/with-server.ts';
import type { Cache } from './port.ts';
import { createRedisCache } from './redis.ts';
import { cacheSuite } from './suite.ts';

const open = async (url: string, telemetry = quietTelemetry()): Promise<Cache> => {
  const cache = createRedisCache({ urls: url.split(','), telemetry });
  await until(() =>
    cache.check().then(
      () => true,
      () => false,
    ),
  );
  return cache;
};

withServer('redis', (url) => cacheSuite('Redis', () => open(url), sleep));
withServer('redisCluster', (url) => cacheSuite('Redis Cluster', () => open(url), sleep));

withServer('redis', (url) => {
  it('limits two processes together', async () => {
    const processes = [await open(url), await open(url)];
    const key = `two processes ${Math.random()}`;
    const allowed = [0, 0];
    for (let use = 0; use < 500; use += 1) {
      for (const [index, cache] of processes.entries()) {
        if ((await cache.take(key, 200, 60_000)).allowed) allowed[index] = (allowed[index] ?? 0) + 1;
      }
    }
    expect(allowed).toEqual([100, 100]);
    for (const cache of processes) await cache.close();
  });
});

describe('a cache whose Redis', () => {
  const given = async (skip: (note: string) => never): Promise<{ redis: RedisServer; cache: Cache }> => {
    const redis = await ownServer(startRedis, skip);
    onTestFinished(redis.stop);
    const cache = await open(redis.url);
    onTestFinished(cache.close);
    return { redis, cache };
  };
  const timed = async <T>(work: () => Promise<T>): Promise<{ answer: T; tookMs: number }> => {
    const startedAt = performance.now();
    return { answer: await work(), tookMs: performance.now() - startedAt };
  };
  // 50 ms, and what a busy machine adds.
  const soonMs = 1_000;

  it.for(['killed', 'frozen'] as const)(
    'was %s knows nothing, takes nothing, and limits here',
    async (fault, { skip }) => {
      const { redis, cache } = await given(skip);
      await cache.set('session', 'known', 60_000);
      if (fault === 'killed') await redis.kill();
      else redis.freeze();
      for (let round = 0; round < 5; round += 1) {
        const { answer, tookMs } = await timed(() => cache.get('session'));
        expect(answer).toBeNull();
        expect(tookMs).toBeLessThan(soonMs);
      }
      expect((await timed(() => cache.set('session', 'newer', 60_000))).tookMs).toBeLessThan(soonMs);
      const decisions = [];
      for (let use = 0; use < 4; use += 1) decisions.push(await cache.take('door', 3, 60_000));
      expect(decisions.map(({ allowed }) => allowed)).toEqual([true, true, true, false]);
      await expect(cache.check()).rejects.toThrow();
      if (fault === 'frozen') redis.thaw();
    },
  );

  it('comes back is used again', async ({ skip }) => {
    const { redis, cache } = await given(skip);
    await redis.kill();
    expect(await cache.get('anything')).toBeNull();
    await redis.restart();
    await until(async () => {
      await cache.set('again', 1, 60_000);
      return (await cache.get('again')) === 1;
    });
  });

  it('could not be told of a deletion forgets the value as soon as it answers', async ({ skip }) => {
    const { redis, cache } = await given(skip);
    const other = await open(redis.url);
    onTestFinished(other.close);
    await cache.set('session', 'valid', 60_000);
    redis.freeze();
    await cache.delete('session');
    redis.thaw();
    expect(await cache.get('session')).toBeNull();
    await until(async () => (await other.get('session')) === null);
  });

  it('was flushed has forgotten values and limits, and nothing fails', async ({ skip }) => {
    const { redis, cache } = await given(skip);
    await cache.set('session', 'known', 60_000);
    const admin = new Redis(redis.url);
    await admin.flushall();
    await admin.quit();
    expect(await cache.get('session')).toBeNull();
    expect(await cache.take('door', 1, 60_000)).toMatchObject({ allowed: true });
  });

  it('was flushed, or was away for a moment, has no index of places any more', async ({ skip }) => {
    const { redis, cache } = await given(skip);
    const { places } = cache;
    const here = { latitude: 46.92, longitude: 15.87 };
    const make = async () => {
      const { version } = await places.near('org', here, 1);
      await places.replace('org', version, 'mark', new Map([['a', here]]), 60_000);
    };
    const found = async () => (await places.near('org', here, 100)).found;
    await make();
    const admin = new Redis(redis.url);
    await admin.flushall();
    expect(await found()).toBeNull();
    await make();
    expect(await found()).toEqual({ mark: 'mark', names: ['a'] });
    // A Redis that makes room may drop one of the keys.
    await admin.del('muster:places:{org}:at');
    expect(await found()).toBeNull();
    await make();
    redis.freeze();
    expect(await found()).toBeNull();
    await places.remove('org', ['a']);
    redis.thaw();
    await until(async () => (await admin.zcard('muster:places:{org}:at')) === 0);
    expect(await found()).toBeNull();
    admin.disconnect();
  });
});
