import { Queue, Worker } from 'bullmq';
import type { Logger } from 'pino';
import { connectRedis, disconnect, isCluster, pingAll } from '../redis/connect.ts';
import type { JobData, JobsBackend } from './backend.ts';

const addWithinMs = 5_000;

/**
 * Queues in Redis or a Redis Cluster, which should run with `maxmemory-policy noeviction`.
 * @param urls one address, or several nodes of one Cluster
 */
export const redisJobs = (urls: readonly string[], log: Logger): JobsBackend => {
  // Who asks for a job hears at once that it cannot be asked for; who waits for jobs waits.
  const asking = connectRedis(urls, { name: 'muster-jobs', manner: { kind: 'now-or-never', withinMs: addWithinMs } });
  const working = connectRedis(urls, { name: 'muster-work', manner: { kind: 'patient' } });
  for (const redis of [asking, working])
    redis.on('error', (error: Error) => log.debug({ err: error }, 'the connection to Redis reported an error'));
  // The keys of a queue must lie on one shard, those of another queue may lie elsewhere.
  const prefixOf = (name: string): string => (isCluster(urls) ? `{muster:${name}}` : `muster:${name}`);
  return {
    openQueue: (name) => new Queue<JobData, void>(name, { connection: asking, prefix: prefixOf(name) }),
    openWorker: (name, run, settings) =>
      new Worker<JobData, void>(name, run, { connection: working, prefix: prefixOf(name), ...settings }),
    check: () => pingAll(asking),
    close: async () => {
      await Promise.all([disconnect(asking), disconnect(working)]);
    },
  };
};
