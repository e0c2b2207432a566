import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { PostgresDatabase } from '../postgres.ts';

export interface TestDatabase {
  /** What the program uses: the runtime login, one role and one organization per transaction. */
  database: PostgresDatabase;
  /** Signed in as the superuser, past all policies: to look at, or to plant, what no service could. */
  ownerPool: pg.Pool;
  /** For the runtime login. */
  connectionString: string;
  drop: () => Promise<void>;
}

/** A migrated, empty database of its own, in a few dozen milliseconds. Drop it in `afterAll`. */
export async function testDatabase(options: { poolSize?: number } = {}): Promise<TestDatabase> {
  const { ownerUrl, runtimeUrl } = inject('testServer');
  const template = databaseOf(ownerUrl);
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(ownerUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  // Privileges on the database itself are not cloned.
  await onServer(ownerUrl, `REVOKE TEMPORARY ON DATABASE ${name} FROM PUBLIC`);
  const connectionString = withDatabase(runtimeUrl, name);
  const database = new PostgresDatabase({ connectionString, poolSize: options.poolSize ?? 5 });
  const ownerPool = new pg.Pool({ connectionString: withDatabase(ownerUrl, name), max: 3 });
  // The server cuts what is still connected when the database is dropped.
  ownerPool.on('error', () => {});
  return {
    database,
    ownerPool,
    connectionString,
    drop: async () => {
      await Promise.all([database.close(), ownerPool.end()]);
      await onServer(ownerUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** From outside the template: it cannot be cloned while anybody is connected to it. */
async function onServer(ownerUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: withDatabase(ownerUrl, 'postgres') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
