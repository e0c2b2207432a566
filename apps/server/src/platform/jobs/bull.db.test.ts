import { describe } from 'vitest';
import { postgresJobs } from './postgres-backend.ts';
import { jobsSuite } from './suite.ts';
import { withJobsOn } from './testing/with-jobs.ts';

describe('jobs: BullMQ on PostgreSQL', () => {
  jobsSuite(withJobsOn((connectionString) => postgresJobs(connectionString)));
});
