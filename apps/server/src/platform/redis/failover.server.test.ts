import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createRedisCache } from '../cache/redis.ts';
import { uuidv7 } from '../ids.ts';
import { redisJobs } from '../jobs/redis-backend.ts';
import { withJobsOn } from '../jobs/testing/with-jobs.ts';
import { createRedisRealtime } from '../realtime/redis.ts';
import { ServerMissing } from '../testing/servers/programs.ts';
import { type RedisCluster, startRedisCluster } from '../testing/servers/redis.ts';
import { quietTelemetry, until } from '../testing/servers/with-server.ts';

// What takes over may take a while on a busy machine.
const failoverMs = 45_000;

let cluster: RedisCluster | undefined;
let missing = '';
beforeAll(async () => {
  try {
    cluster = await startRedisCluster();
  } catch (error) {
    if (!(error instanceof ServerMissing)) throw error;
    missing = error.message;
  }
});
afterAll(() => cluster?.stop());

it('loses a master of its Cluster: cache, fan-out and jobs go on with the replica', { timeout: 120_000 }, async ({
  skip,
}) => {
  if (cluster === undefined) return skip(missing);
  const { url, killMasterOf } = cluster;
  const telemetry = quietTelemetry();
  const urls = url.split(',');
  const cache = createRedisCache({ urls, telemetry });
  onTestFinished(cache.close);
  const realtime = createRedisRealtime({ urls, telemetry });
  onTestFinished(realtime.close);
  const heard: unknown[] = [];
  let missedOnce = false;
  await Promise.all([cache.check(), realtime.check()]);
  await realtime.subscribe(
    'gate',
    (message) => heard.push(message),
    () => {
      missedOnce = true;
    },
  );
  await realtime.publish('gate', 'before');
  await until(() => heard.includes('before'));

  await withJobsOn(() => redisJobs(urls, pino({ level: 'silent' })))(async ({ database, events, jobs }) => {
    const orgId = uuidv7();
    const ran = new Set<unknown>();
    jobs.handle('reports.generate', async ({ payload }) => {
      ran.add(payload['number']);
    });
    await jobs.start();
    await events.start();
    const ask = (number: number) =>
      database.inOrganization('reports', orgId, (tx) =>
        jobs.enqueue(tx, orgId, { name: 'reports.generate', payload: { number } }),
      );
    await ask(1);
    await until(() => ran.has(1));

    // One of these, or two, or all three may stand on the same shard.
    await killMasterOf('muster:live:gate');
    await ask(2);
    await until(() => ran.has(2), failoverMs);
    expect(await events.deadLetters()).toEqual([]);
  });

  await until(async () => {
    await realtime.publish('gate', 'after').catch(() => undefined);
    return heard.includes('after');
  }, failoverMs);
  await until(() => missedOnce, failoverMs);
  await until(async () => {
    await cache.set('gate', 'again', 60_000);
    return (await cache.get('gate')) === 'again';
  }, failoverMs);
});
