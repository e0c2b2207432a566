import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startRedis } from '../testing/servers/redis.ts';
import { ownServer, quietTelemetry, until, withServer } from '../testing/servers/with-server.ts';
import { type Realtime, RealtimeAwayError } from './port.ts';
import { createRedisRealtime } from './redis.ts';
import { realtimeSuite } from './suite.ts';

const open = async (url: string): Promise<Realtime> => {
  const realtime = createRedisRealtime({ urls: url.split(','), telemetry: quietTelemetry() });
  await until(() =>
    realtime.check().then(
      () => true,
      () => false,
    ),
  );
  return realtime;
};

withServer('redis', (url) => realtimeSuite('Redis', () => open(url)));
withServer('redisCluster', (url) => {
  realtimeSuite('Redis Cluster', () => open(url));

  it('reaches listeners of other processes on every shard', async () => {
    const [here, there] = [await open(url), await open(url)];
    onTestFinished(here.close);
    onTestFinished(there.close);
    const heard: unknown[] = [];
    const channels = Array.from({ length: 12 }, (_, number) => `class ${number}`);
    for (const channel of channels) await there.subscribe(channel, (message) => heard.push(message));
    for (const channel of channels) await here.publish(channel, channel);
    await until(() => heard.length === channels.length);
    expect(new Set(heard)).toEqual(new Set(channels));
  });
});

describe('a fan-out on Redis', () => {
  it('subscribes to what somebody listens to, once, and leaves it with the last one', async ({ skip }) => {
    const redis = await ownServer(startRedis, skip);
    onTestFinished(redis.stop);
    const admin = new Redis(redis.url);
    onTestFinished(() => admin.disconnect());
    const realtime = await open(redis.url);
    onTestFinished(realtime.close);
    const channels = () => admin.pubsub('CHANNELS', 'muster:live:*');
    expect(await channels()).toEqual([]);
    const leaveFirst = await realtime.subscribe('gate', () => undefined);
    const leaveSecond = await realtime.subscribe('gate', () => undefined);
    expect(await channels()).toEqual(['muster:live:gate']);
    await leaveFirst();
    expect(await channels()).toEqual(['muster:live:gate']);
    await leaveSecond();
    expect(await channels()).toEqual([]);
  });

  it('says so when it cannot publish, and that something was missed once Redis is back', async ({ skip }) => {
    const redis = await ownServer(startRedis, skip);
    onTestFinished(redis.stop);
    const realtime = await open(redis.url);
    onTestFinished(realtime.close);
    const heard: unknown[] = [];
    let missed = 0;
    await realtime.subscribe(
      'gate',
      (message) => heard.push(message),
      () => {
        missed += 1;
      },
    );
    await redis.kill();
    await expect(realtime.publish('gate', 'lost')).rejects.toThrow(RealtimeAwayError);
    const late: unknown[] = [];
    await realtime.subscribe('roll-call', (message) => late.push(message));
    await redis.restart();
    await until(() => missed > 0);
    await until(() =>
      realtime.publish('roll-call', 'here').then(
        () => late.length > 0,
        () => false,
      ),
    );
    await realtime.publish('gate', 'after');
    await until(() => heard.includes('after'));
    expect(missed).toBe(1);
  });
});
