import { Cluster } from 'ioredis';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { uuidv7 } from '../ids.ts';
import { connectRedis, type RedisClient } from '../redis/connect.ts';
import { startRedis } from '../testing/servers/redis.ts';
import { ownServer, until, withServer } from '../testing/servers/with-server.ts';
import { redisJobs } from './redis-backend.ts';
import { type JobsUnderTest, jobsSuite } from './suite.ts';
import { withJobsOn } from './testing/with-jobs.ts';

const log = pino({ level: 'silent' });
const orgId = uuidv7();

const onRedis = (url: string) => withJobsOn(() => redisJobs(url.split(','), log));

const ask = ({ database, jobs }: JobsUnderTest, name: string): Promise<void> =>
  database.inOrganization('reports', orgId, (tx) => jobs.enqueue(tx, orgId, { name, payload: {} }));

/** Loses everything that Redis knows. */
const wipe = async (url: string): Promise<void> => {
  const redis: RedisClient = connectRedis(url.split(','), { name: 'wipe', manner: { kind: 'patient' } });
  await redis.ping();
  const masters = redis instanceof Cluster ? redis.nodes('master') : [redis];
  for (const master of masters) await master.flushall();
  redis.disconnect();
};

for (const [name, title] of [
  ['redis', 'Redis'],
  ['redisCluster', 'Redis Cluster'],
] as const) {
  withServer(name, (url) => {
    // Left by the tests before: schedules, above all.
    const onEmptyRedis: ReturnType<typeof onRedis> = async (test) => {
      await wipe(url);
      await onRedis(url)(test);
    };

    describe(`jobs: BullMQ on ${title}`, () => {
      jobsSuite(onEmptyRedis);

      it('runs a job once though all was forgotten before anybody worked', () =>
        onEmptyRedis(async (given) => {
          const ran: string[] = [];
          given.jobs.handle('reports.generate', async ({ id }) => {
            ran.push(id);
          });
          // Asked for, in the queue, and lost there.
          await given.events.start();
          await ask(given, 'reports.generate');
          await until(async () => (await given.events.lag()).every(({ waiting }) => waiting === 0));
          await wipe(url);
          await given.jobs.start();
          await until(() => ran.length > 0);
          await new Promise((resolve) => setTimeout(resolve, 1_500));
          expect(ran).toHaveLength(1);
        }));

      it('goes on with its schedules though they were forgotten', () =>
        onEmptyRedis(async ({ events, jobs }) => {
          let rounds = 0;
          jobs.every('reports.tick', 200, async () => {
            rounds += 1;
          });
          await jobs.start();
          await events.start();
          await until(() => rounds > 0);
          await wipe(url);
          const before = rounds;
          await until(() => rounds > before + 2);
        }));
    });
  });
}

describe('jobs whose Redis is killed', () => {
  it('wait for it, also those asked for meanwhile, and run once it is back', async ({ skip }) => {
    const redis = await ownServer(startRedis, skip);
    try {
      await onRedis(redis.url)(async (given) => {
        const ran: string[] = [];
        given.jobs.handle<{ name: string }>('reports.generate', async ({ id }) => {
          ran.push(id);
        });
        await given.jobs.start();
        await given.events.start();
        await ask(given, 'reports.generate');
        await until(() => ran.length === 1);
        await redis.kill();
        await expect(given.jobs.check()).rejects.toThrow();
        await ask(given, 'reports.generate');
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        expect(ran).toHaveLength(1);
        await redis.restart();
        await until(() => ran.length === 2);
        expect(await given.events.deadLetters()).toEqual([]);
      });
    } finally {
      await redis.stop();
    }
  });

  it('run once it is there, though it was away when their processes started', async ({ skip }) => {
    const redis = await ownServer(startRedis, skip);
    try {
      await redis.kill();
      await onRedis(redis.url)(async (given) => {
        let ran = 0;
        let rounds = 0;
        given.jobs.handle('reports.generate', async () => {
          ran += 1;
        });
        given.jobs.every('reports.tick', 200, async () => {
          rounds += 1;
        });
        await given.jobs.start();
        await given.events.start();
        await ask(given, 'reports.generate');
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        expect(await given.jobs.depth()).toEqual([]);
        await redis.restart();
        await until(() => ran === 1 && rounds >= 2);
        expect(await given.events.deadLetters()).toEqual([]);
      });
    } finally {
      await redis.stop();
    }
  });

  it('do not hold up a stop', async ({ skip }) => {
    const redis = await ownServer(startRedis, skip);
    try {
      await onRedis(redis.url)(async ({ jobs, events }) => {
        jobs.every('reports.tick', 60_000, async () => undefined);
        jobs.handle('fraud.look', async () => undefined);
        await jobs.start();
        await events.start();
        await redis.kill();
        await new Promise((resolve) => setTimeout(resolve, 300));
        const startedAt = performance.now();
        await jobs.stop();
        // It would be for ever; two seconds are meant.
        expect(performance.now() - startedAt).toBeLessThan(15_000);
      });
    } finally {
      await redis.stop();
    }
  });
});
