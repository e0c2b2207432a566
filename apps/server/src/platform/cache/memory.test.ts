import { SettableClock } from '../clock.ts';
import { createMemoryCache } from './memory.ts';
import { cacheSuite } from './suite.ts';

const clock = new SettableClock('2026-11-02T08:00:00Z');

cacheSuite(
  'memory',
  async () => createMemoryCache(clock),
  async (timeMs) => clock.advance(timeMs),
);
