import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, inject } from 'vitest';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { ServerMissing } from './programs.ts';

/** Runs tests on a server of this run; where it is missing they are skipped, under a title that says how to get it. */
export const withServer = (name: 'redis' | 'redisCluster' | 's3', tests: (url: string) => void): void => {
  const server = inject(name);
  const url = 'url' in server ? server.url : undefined;
  const missing = 'missing' in server ? `: ${server.missing}` : '';
  describe.skipIf(url === undefined)(`${name}${missing}`, () => {
    tests(url ?? 'redis://nowhere');
  });
};

/** A server of a test's own, to be killed; the test is skipped where it cannot be had. */
export const ownServer = async <Server>(
  start: () => Promise<Server>,
  skip: (note: string) => never,
): Promise<Server> => {
  try {
    return await start();
  } catch (error) {
    if (error instanceof ServerMissing) skip(error.message);
    throw error;
  }
};

/** Says nothing, counts into a registry of its own. */
export const quietTelemetry = (): Telemetry => ({ log: pino({ level: 'silent' }), metrics: new Registry() });

/** Waits, with a deadline, until a condition holds. */
export const until = async (condition: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> => {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline)
      throw new Error(`It did not happen within ${withinMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
