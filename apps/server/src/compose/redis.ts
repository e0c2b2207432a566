import { type Configuration, ConfigurationError } from '../config/schema.ts';
import { createMemoryCache } from '../platform/cache/memory.ts';
import type { Cache } from '../platform/cache/port.ts';
import type { Clock } from '../platform/clock.ts';
import type { JobsBackend } from '../platform/jobs/backend.ts';
import { postgresJobs } from '../platform/jobs/postgres-backend.ts';
import { createMemoryRealtime } from '../platform/realtime/memory.ts';
import type { Realtime } from '../platform/realtime/port.ts';
import type { Telemetry } from '../platform/telemetry/telemetry.ts';
import type { Lifecycle } from './lifecycle.ts';

interface Passing {
  readonly cache: Cache;
  readonly realtime: Realtime;
  readonly jobsBackend: JobsBackend;
}

/**
 * Cache, fan-out and queues: in Redis where there is one; its clients are loaded only then.
 * @throws ConfigurationError when Redis is not what the configuration says
 */
export const openPassing = async (
  configuration: Configuration,
  databaseUrl: string,
  clock: Clock,
  telemetry: Telemetry,
  lifecycle: Lifecycle,
): Promise<Passing> => {
  const urls = configuration.MUSTER_REDIS_URL;
  const passing =
    urls.length === 0
      ? { cache: createMemoryCache(clock), realtime: createMemoryRealtime(), jobsBackend: postgresJobs(databaseUrl) }
      : await onRedis(urls, telemetry);
  lifecycle.started('cache', () => passing.cache.close());
  lifecycle.started('live messages', () => passing.realtime.close());
  lifecycle.started('job queues', () => passing.jobsBackend.close());
  return passing;
};

const onRedis = async (urls: readonly string[], telemetry: Telemetry): Promise<Passing> => {
  const [{ whatIsWrongWithRedis }, { createRedisCache }, { createRedisRealtime }, { redisJobs }] = await Promise.all([
    import('../platform/redis/probe.ts'),
    import('../platform/cache/redis.ts'),
    import('../platform/realtime/redis.ts'),
    import('../platform/jobs/redis-backend.ts'),
  ]);
  const wrong = await whatIsWrongWithRedis(urls);
  if (wrong !== undefined) throw new ConfigurationError([wrong]);
  return {
    cache: createRedisCache({ urls, telemetry }),
    realtime: createRedisRealtime({ urls, telemetry }),
    jobsBackend: redisJobs(urls, telemetry.log),
  };
};
