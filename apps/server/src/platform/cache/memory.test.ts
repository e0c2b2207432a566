import { SettableClock } from '../clock.ts';
import { createMemoryCache } from './memory.ts';
import { cacheSuite } from './suite.ts';

cacheSuite('memory', async (clock) => createMemoryCache(clock), new SettableClock('2026-11-02T08:00:00Z'));
