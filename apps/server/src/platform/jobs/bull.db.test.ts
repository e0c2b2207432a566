import { pino } from 'pino';
import { describe } from 'vitest';
import { testDatabase } from '../database/testing/test-database.ts';
import { OutboxBus } from '../events/outbox-bus.ts';
import { createBullJobs } from './bull.ts';
import { jobsSuite } from './suite.ts';

describe('jobs: BullMQ on PostgreSQL', () => {
  jobsSuite(async (test) => {
    const { database, connectionString, drop } = await testDatabase();
    const events = new OutboxBus({ database, listenUrl: connectionString });
    const jobs = createBullJobs({ connectionString, events, log: pino({ level: 'silent' }) });
    try {
      await test({ database, events, jobs });
    } finally {
      await jobs.stop();
      await events.stop();
      await drop();
    }
  });
});
