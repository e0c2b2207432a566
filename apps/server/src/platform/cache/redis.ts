import { connectRedis, disconnect, pingAll } from '../redis/connect.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { Line } from './line.ts';
import { LocalLimits } from './local-limits.ts';
import type { Cache } from './port.ts';
import { redisPlaces } from './redis-places.ts';
import { SharedLimits } from './shared-limits.ts';

const prefix = 'muster:cache:';

export interface RedisCacheOptions {
  /** One address, or several nodes of one Cluster. */
  readonly urls: readonly string[];
  readonly telemetry: Telemetry;
}

/**
 * In Redis or a Redis Cluster. When it is gone, slow or refusing, nobody is told: a value is not there, a write is
 * dropped, a limit counts in this process. An old value that could not be replaced or removed is removed as soon as Redis
 * answers again, and is not read here before that.
 */
export const createRedisCache = ({ urls, telemetry }: RedisCacheOptions): Cache => {
  const redis = connectRedis(urls, {
    name: 'muster-cache',
    // Nobody waits that long, but an answer that comes late shows that Redis is there.
    manner: { kind: 'now-or-never', withinMs: 1_000 },
  });
  const line = new Line(redis, telemetry);
  const limits = new SharedLimits(redis);
  const local = new LocalLimits();

  const write = async (key: string, work: () => Promise<unknown>): Promise<void> => {
    const done = await line.ask(async () => {
      await work();
      return true;
    });
    if (done !== true) line.owe(prefix + key);
  };

  return {
    get: async <Value>(key: string) => {
      if (line.owes(prefix + key)) return null;
      const json = await line.ask(() => redis.get(prefix + key));
      return json === undefined || json === null ? null : (JSON.parse(json) as Value);
    },
    set: (key, value, timeToLiveMs) =>
      write(key, () => redis.set(prefix + key, JSON.stringify(value), 'PX', Math.max(1, Math.round(timeToLiveMs)))),
    delete: (key) => write(key, () => redis.del(prefix + key)),
    take: async (key, limit, windowMs) =>
      limits.takeHeld(key, limit, windowMs) ??
      (await line.ask(() => limits.take(key, limit, windowMs))) ??
      local.take(key, limit, windowMs),
    places: redisPlaces(redis, line),
    check: () => pingAll(redis),
    close: async () => {
      line.close();
      await disconnect(redis);
    },
  };
};
