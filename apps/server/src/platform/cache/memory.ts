import type { Clock } from '../clock.ts';
import { LocalLimits } from './local-limits.ts';
import { createMemoryPlaces } from './memory-places.ts';
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
  const limits = new LocalLimits();

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
    take: (key, limit, windowMs) => limits.take(key, limit, windowMs),
    places: createMemoryPlaces(clock),
    check: async () => undefined,
    close: async () => {
      entries.clear();
    },
  };
};
