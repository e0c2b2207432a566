import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { logFile } from './log-file.ts';

/** Linux has a device that is always full. */
const full = '/dev/full';

describe.skipIf(!existsSync(full))('a log on a full disk', () => {
  it('ends nothing and holds nothing up', async () => {
    const log = pino(logFile(full));
    for (let line = 0; line < 100; line += 1) {
      log.info('something happened');
      if (line % 10 === 0) await sleep(1);
    }
    await sleep(20);
    expect(() => log.info('and goes on')).not.toThrow();
  });
});
