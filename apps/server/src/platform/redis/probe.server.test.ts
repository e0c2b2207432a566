import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startRedis } from '../testing/servers/redis.ts';
import { ownServer, withServer } from '../testing/servers/with-server.ts';
import { whatIsWrongWithRedis } from './probe.ts';

withServer('redis', (url) => {
  it('finds nothing wrong with one Redis, and that twice the same is no Cluster', async () => {
    expect(await whatIsWrongWithRedis([url])).toBeUndefined();
    expect(await whatIsWrongWithRedis([url, url])).toMatch(/no Redis Cluster: name one/);
  });
});

withServer('redisCluster', (url) => {
  it('finds nothing wrong with the nodes of a Cluster, and one of them to be too few', async () => {
    const urls = url.split(',');
    expect(await whatIsWrongWithRedis(urls)).toBeUndefined();
    expect(await whatIsWrongWithRedis(urls.slice(0, 1))).toMatch(/belongs to a Cluster: name several/);
  });
});

describe('a Redis', () => {
  it('that wants a password is told apart from one that is away', async ({ skip }) => {
    const server = await ownServer(startRedis, skip);
    onTestFinished(server.stop);
    const admin = new Redis(server.url);
    await admin.config('SET', 'requirepass', 'right');
    admin.disconnect();
    const refused = 'Redis refuses the credentials: check user and password in MUSTER_REDIS_URL.';
    expect(await whatIsWrongWithRedis([server.url])).toBe(refused);
    expect(await whatIsWrongWithRedis([server.url.replace('//', '//:wrong@')])).toBe(refused);
    expect(await whatIsWrongWithRedis([server.url.replace('//', '//:right@')])).toBeUndefined();
    await server.kill();
    expect(await whatIsWrongWithRedis([server.url])).toBeUndefined();
    expect(await whatIsWrongWithRedis(['redis://nowhere.invalid'])).toMatch(/names a host that does not exist/);
  });
});
