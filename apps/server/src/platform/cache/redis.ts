import { RateLimiterRedis } from 'rate-limiter-flexible';
import { Counter } from 'prom-client';
import { connectRedis, disconnect, pingAll, type RedisClient, within } from '../redis/connect.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { decisionOf, LocalLimits } from './local-limits.ts';
import type { Cache } from './port.ts';

/** What a caller waits at most. */
const answerWithinMs = 50;
/** After this many failures in a row Redis is left alone for a moment: a request should not wait many times over. */
const failuresBeforeRest = 3;
const restMs = 1_000;
/** Keys whose old value is still to be removed; beyond this the oldest are left to their time to live. */
const maxOwed = 10_000;
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
      (await line.ask(() => limits.take(key, limit, windowMs))) ?? local.take(key, limit, windowMs),
    check: () => pingAll(redis),
    close: async () => {
      line.close();
      await disconnect(redis);
    },
  };
};

class SharedLimits {
  readonly #redis: RedisClient;
  readonly #limiters = new Map<string, RateLimiterRedis>();

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  take(key: string, limit: number, windowMs: number) {
    // The limiter counts in whole seconds, and a window of none would never end.
    const duration = Math.max(1, Math.ceil(windowMs / 1000));
    const name = `muster:limit:${limit}/${duration}`;
    let limiter = this.#limiters.get(name);
    if (limiter === undefined) {
      limiter = new RateLimiterRedis({ storeClient: this.#redis, keyPrefix: name, points: limit, duration });
      this.#limiters.set(name, limiter);
    }
    return decisionOf(limiter.consume(key));
  }
}

/** What stands between the callers and a Redis that may fail in any way. */
class Line {
  readonly #redis: RedisClient;
  readonly #log: Telemetry['log'];
  readonly #failures: Counter;
  readonly #owed = new Set<string>();
  #failed = 0;
  #restsUntilMs = 0;
  #isPaying = false;

  constructor(redis: RedisClient, { log, metrics }: Telemetry) {
    this.#redis = redis;
    this.#log = log;
    this.#failures = new Counter({
      name: 'muster_cache_failures_total',
      help: 'Uses of the cache that Redis did not answer',
      registers: [metrics],
    });
    redis.on('error', (error: Error) => this.#log.debug({ err: error }, 'the connection to Redis reported an error'));
    redis.on('ready', () => void this.#pay());
  }

  /** Undefined when Redis does not answer in time. */
  async ask<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (performance.now() < this.#restsUntilMs) {
      this.#failures.inc();
      return undefined;
    }
    void this.#pay();
    try {
      return this.#succeeded(await within(answerWithinMs, work()));
    } catch (error) {
      this.#failedWith(error);
      return undefined;
    }
  }

  /** True for a key that Redis still has an old value of, as far as we know. */
  owes(key: string): boolean {
    return this.#owed.has(key);
  }

  owe(key: string): void {
    this.#owed.delete(key);
    this.#owed.add(key);
    for (const oldest of this.#owed) {
      if (this.#owed.size <= maxOwed) break;
      this.#owed.delete(oldest);
    }
  }

  close(): void {
    this.#owed.clear();
  }

  /** Removes what had to be left in Redis. */
  async #pay(): Promise<void> {
    if (this.#owed.size === 0 || this.#isPaying) return;
    this.#isPaying = true;
    try {
      for (const key of this.#owed) {
        await within(answerWithinMs, this.#redis.del(key));
        this.#owed.delete(key);
      }
    } catch (error) {
      this.#failedWith(error);
    } finally {
      this.#isPaying = false;
    }
  }

  #succeeded<T>(answer: T): T {
    if (this.#failed >= failuresBeforeRest) this.#log.info('Redis answers again');
    this.#failed = 0;
    return answer;
  }

  #failedWith(error: unknown): void {
    this.#failures.inc();
    this.#failed += 1;
    if (this.#failed === failuresBeforeRest)
      this.#log.warn({ err: error }, 'Redis does not answer: the cache is empty and limits count in this process');
    if (this.#failed >= failuresBeforeRest) this.#restsUntilMs = performance.now() + restMs;
  }
}
