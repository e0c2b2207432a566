import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Clock } from '../clock.ts';
import type { Cache } from './port.ts';

/** Entries beyond this are forgotten, the oldest first: a cache must not grow with its callers. */
const maxEntries = 100_000;

interface Entry {
  readonly json: string;
  readonly expiresAtMs: number;
}

/** In this process's memory; the right choice for one process. */
export const createMemoryCache = (clock: Clock): Cache => {
  const entries = new Map<string, Entry>();
  const limiters = new Map<string, RateLimiterMemory>();

  const limiterFor = (limit: number, windowMs: number): RateLimiterMemory => {
    const name = `${limit}/${windowMs}`;
    let limiter = limiters.get(name);
    if (limiter === undefined) {
      limiter = new RateLimiterMemory({ keyPrefix: name, points: limit, duration: windowMs / 1000 });
      limiters.set(name, limiter);
    }
    return limiter;
  };

  return {
    get: async <Value>(key: string) => {
      const entry = entries.get(key);
      if (entry === undefined) return null;
      if (entry.expiresAtMs <= clock.now().getTime()) {
        entries.delete(key);
        return null;
      }
      return JSON.parse(entry.json) as Value;
    },
    set: async (key, value, timeToLiveMs) => {
      entries.delete(key);
      entries.set(key, { json: JSON.stringify(value), expiresAtMs: clock.now().getTime() + timeToLiveMs });
      if (entries.size > maxEntries) {
        const oldest = entries.keys().next();
        if (!oldest.done) entries.delete(oldest.value);
      }
    },
    delete: async (key) => {
      entries.delete(key);
    },
    take: async (key, limit, windowMs) => {
      try {
        const state = await limiterFor(limit, windowMs).consume(key);
        return { allowed: true, remaining: state.remainingPoints, resetMs: state.msBeforeNext };
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        return { allowed: false, remaining: 0, resetMs: refusal.msBeforeNext };
      }
    },
    check: async () => undefined,
    close: async () => {
      entries.clear();
    },
  };
};
