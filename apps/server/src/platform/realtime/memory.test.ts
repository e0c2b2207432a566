import { createMemoryRealtime } from './memory.ts';
import { realtimeSuite } from './suite.ts';

realtimeSuite('memory', async () => createMemoryRealtime());
