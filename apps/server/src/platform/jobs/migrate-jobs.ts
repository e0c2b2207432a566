import { runMigrations } from 'bullmq';
import pg from 'pg';

/** Where BullMQ keeps its tables; owned by the role that the job queue takes. */
export const jobsSchema = 'jobs';

/**
 * Brings the job queue's own tables up to date, as the role that will use them. BullMQ insists on a `CREATE SCHEMA IF
 * NOT EXISTS`, which needs a right on the database that the role has only while this runs.
 */
export const migrateJobs = async (ownerUrl: string): Promise<void> => {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'muster migrate jobs' });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>('SELECT quote_ident(current_database()) AS name');
    const database = rows[0]?.name ?? '';
    await client.query(`GRANT CREATE ON DATABASE ${database} TO muster_jobs`);
    try {
      await client.query('SET ROLE muster_jobs');
      await runMigrations(client, jobsSchema);
    } finally {
      await client.query('RESET ROLE');
      await client.query(`REVOKE CREATE ON DATABASE ${database} FROM muster_jobs`);
    }
  } finally {
    await client.end();
  }
};
