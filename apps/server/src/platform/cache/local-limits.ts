import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateDecision } from './port.ts';

/** Counts uses in this process only. */
export class LocalLimits {
  readonly #limiters = new Map<string, RateLimiterMemory>();

  async take(key: string, limit: number, windowMs: number): Promise<RateDecision> {
    const name = `${limit}/${windowMs}`;
    let limiter = this.#limiters.get(name);
    if (limiter === undefined) {
      limiter = new RateLimiterMemory({ keyPrefix: name, points: limit, duration: windowMs / 1000 });
      this.#limiters.set(name, limiter);
    }
    return decisionOf(limiter.consume(key));
  }
}

/** A limiter resolves with what remains and rejects with the same when nothing does; other errors go on. */
export const decisionOf = async (consumed: Promise<RateLimiterRes>): Promise<RateDecision> => {
  try {
    const { remainingPoints, msBeforeNext } = await consumed;
    return { allowed: true, remaining: remainingPoints, resetMs: msBeforeNext };
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    return { allowed: false, remaining: 0, resetMs: refusal.msBeforeNext };
  }
};
