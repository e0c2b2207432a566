import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { RedisClient } from '../redis/connect.ts';
import { decisionOf } from './local-limits.ts';
import type { RateDecision } from './port.ts';

/** What is taken from Redis at once: a fiftieth of a limit, or less, so that it divides the limit. */
const packets = 50;
/** Beyond so many keys, those whose window is over are looked for. */
const maxHeld = 10_000;

interface Held {
  /** Uses that Redis has counted and that nobody has made yet. */
  left: number;
  /** What Redis had left for others. */
  readonly remaining: number;
  readonly endsAtMs: number;
}

/**
 * Counts uses for all processes in Redis. A process takes several at once and hands them out itself: asking for each
 * would cost as much as many a request. What it holds when a window ends is lost, so processes together never let more
 * through than the limit, and may let a little less through.
 */
export class SharedLimits {
  readonly #redis: RedisClient;
  readonly #limiters = new Map<string, RateLimiterRedis>();
  readonly #held = new Map<string, Held>();

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /** Of what this process holds; undefined when Redis has to be asked. */
  takeHeld(key: string, limit: number, windowMs: number): RateDecision | undefined {
    const held = this.#held.get(nameOf(key, limit, windowMs));
    if (held === undefined || held.left === 0) return undefined;
    const resetMs = held.endsAtMs - performance.now();
    if (resetMs <= 0) return undefined;
    held.left -= 1;
    return { allowed: true, remaining: held.remaining + held.left, resetMs };
  }

  async take(key: string, limit: number, windowMs: number): Promise<RateDecision> {
    const size = packetOf(limit);
    const { allowed, remaining, resetMs } = await decisionOf(this.#limiter(limit, windowMs).consume(key, size));
    // While Redis was asked, somebody else may have brought more than they needed.
    if (!allowed) return this.takeHeld(key, limit, windowMs) ?? { allowed, remaining, resetMs };
    if (size === 1) return { allowed, remaining, resetMs };
    this.#hold(nameOf(key, limit, windowMs), {
      left: size - 1,
      remaining,
      endsAtMs: performance.now() + resetMs,
    });
    return { allowed, remaining: remaining + size - 1, resetMs };
  }

  #hold(name: string, packet: Held): void {
    const before = this.#held.get(name);
    // Several asked at once: what each of them brought counts, as far as it is of the same window.
    if (before !== undefined && before.endsAtMs > performance.now()) packet.left += before.left;
    this.#held.set(name, packet);
    if (this.#held.size <= maxHeld) return;
    for (const [each, { endsAtMs }] of this.#held) if (endsAtMs <= performance.now()) this.#held.delete(each);
    // All of them in use: what the oldest hold is lost.
    for (const each of this.#held.keys()) {
      if (this.#held.size <= maxHeld) break;
      this.#held.delete(each);
    }
  }

  #limiter(limit: number, windowMs: number): RateLimiterRedis {
    // The limiter counts in whole seconds, and a window of none would never end.
    const duration = Math.max(1, Math.ceil(windowMs / 1000));
    const name = `muster:limit:${limit}/${duration}`;
    let limiter = this.#limiters.get(name);
    if (limiter === undefined) {
      limiter = new RateLimiterRedis({ storeClient: this.#redis, keyPrefix: name, points: limit, duration });
      this.#limiters.set(name, limiter);
    }
    return limiter;
  }
}

const nameOf = (key: string, limit: number, windowMs: number): string => `${limit}/${windowMs} ${key}`;

/** Divides the limit, so that what is counted in packets ends exactly at it. */
const packetOf = (limit: number): number => {
  let size = Math.max(1, Math.floor(limit / packets));
  while (limit % size !== 0) size -= 1;
  return size;
};
