import {
  createPostgresBackend,
  type JobProgress,
  type PostgresConnectionOptions,
  type PostgresQueueBackend,
  Queue,
  Worker,
} from 'bullmq';
import pg from 'pg';
import type { JobData, JobsBackend } from './backend.ts';
import { jobsSchema } from './migrate-jobs.ts';

// BullMQ's types follow Redis unless every parameter up to the backend is named.
const PostgresQueue = Queue<
  JobData,
  void,
  string,
  JobData,
  void,
  string,
  PostgresQueueBackend,
  PostgresConnectionOptions
>;
const PostgresWorker = Worker<JobData, void, string, PostgresQueueBackend, JobProgress, PostgresConnectionOptions>;

/**
 * Queues in the schema `jobs` of the database. The connections are their own: a long job must not starve requests.
 * @param connectionString the runtime login; jobs take the role `muster_jobs`, which owns the schema
 */
export const postgresJobs = (connectionString: string): JobsBackend => {
  const login = { connectionString, options: '-c role=muster_jobs', application_name: 'muster jobs' };
  const connection = { ...login, schema: jobsSchema, max: 2 };
  return {
    openQueue: (name) => new PostgresQueue(name, { connection }, createPostgresBackend),
    openWorker: (name, run, settings) =>
      new PostgresWorker(name, run, { connection, ...settings }, createPostgresBackend),
    check: async () => {
      const client = new pg.Client({ ...login, connectionTimeoutMillis: 2_000 });
      // A connection that is cut between two steps tells so by an event; unheard, it would end the process.
      client.on('error', () => undefined);
      await client.connect();
      await client.end();
    },
    close: async () => undefined,
  };
};
