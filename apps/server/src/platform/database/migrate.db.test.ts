import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { migrate } from './migrate.ts';
import { type TestDatabase, testDatabase } from './testing/test-database.ts';

let db: TestDatabase;
let ownerUrl: string;
beforeAll(async () => {
  db = await testDatabase();
  const url = new URL(inject('testServer').ownerUrl);
  url.pathname = new URL(db.connectionString).pathname;
  ownerUrl = url.href;
});
afterAll(() => db.drop());

/** As if a newer version had migrated. */
const newerHasRun = (name: string) =>
  db.ownerPool.query(`INSERT INTO platform.kysely_migration (name, timestamp) VALUES ($1, '2030-01-01T00:00:00Z')`, [
    name,
  ]);
const permissionRows = async () => {
  const { rows } = await db.ownerPool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM platform.role_permission',
  );
  return rows[0]?.count;
};

describe('a version of Muster', () => {
  it('has nothing to do where it has migrated before', async () => {
    expect(await migrate({ ownerUrl, contract: true })).toEqual({ ran: [], waiting: [] });
  });

  it('starts beside a newer one that has added to the database, and writes nothing of its own over it', async () => {
    await newerHasRun('40-geo/9000_hints');
    await db.ownerPool.query('DELETE FROM platform.role_permission');
    expect(await migrate({ ownerUrl, contract: false })).toEqual({ ran: [], waiting: [] });
    expect(await permissionRows()).toBe(0);
  });

  it('does not start where a newer one has taken away what it needs, and says so', async () => {
    await newerHasRun('40-geo/9001_hints.contract');
    await expect(migrate({ ownerUrl, contract: false })).rejects.toThrow(
      'A newer Muster has changed this database for good (40-geo/9001_hints.contract): start that version or a later one.',
    );
  });

  it('says which database it means when there is none', async () => {
    const nowhere = ownerUrl.replace(/\/[^/]*$/, '/nowhere');
    await expect(migrate({ ownerUrl: nowhere, contract: false })).rejects.toBeInstanceOf(pg.DatabaseError);
  });
});
