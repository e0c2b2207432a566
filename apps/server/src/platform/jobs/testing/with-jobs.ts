import { pino } from 'pino';
import { testDatabase } from '../../database/testing/test-database.ts';
import { OutboxBus } from '../../events/outbox-bus.ts';
import type { JobsBackend } from '../backend.ts';
import { createBullJobs } from '../bull.ts';
import type { JobsProcess, JobsUnderTest } from '../suite.ts';

/** Gives tests a job queue over a database of their own, as one or several processes see it, and takes all away again. */
export const withJobsOn =
  (openBackend: (connectionString: string) => JobsBackend) =>
  async (test: (given: JobsUnderTest) => Promise<void>): Promise<void> => {
    const { database, connectionString, drop } = await testDatabase();
    const stops: (() => Promise<void>)[] = [drop];
    const another = (): JobsProcess => {
      const events = new OutboxBus({ database, listenUrl: connectionString });
      const backend = openBackend(connectionString);
      const log = pino({ level: 'silent' });
      const jobs = createBullJobs({ backend, database, events, log, keepEveryMs: 500 });
      stops.push(async () => {
        await jobs.stop();
        await backend.close();
        await events.stop();
      });
      return { events, jobs };
    };
    try {
      await test({ database, another, ...another() });
    } finally {
      for (const stop of stops.toReversed()) await stop();
    }
  };
