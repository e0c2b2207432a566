import { Counter } from 'prom-client';
import { type RedisClient, within } from '../redis/connect.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** What a caller waits at most. */
const answerWithinMs = 50;
/** After this many failures in a row Redis is left alone for a moment: a request should not wait many times over. */
const failuresBeforeRest = 3;
const restMs = 1_000;
/** Keys whose old value is still to be removed; beyond this the oldest are left to their time to live. */
const maxOwed = 10_000;

/** What stands between the callers and a Redis that may fail in any way. */
export class Line {
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
