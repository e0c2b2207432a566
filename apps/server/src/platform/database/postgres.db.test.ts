import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from '../ids.ts';
import { loginRole } from './migrate.ts';
import type { Tx } from './port.ts';
import { PostgresDatabase } from './postgres.ts';
import { type TestDatabase, testDatabase } from './testing/test-database.ts';

let test: TestDatabase;
const orgA = uuidv7();
const orgB = uuidv7();

beforeAll(async () => {
  test = await testDatabase({ poolSize: 5 });
  await test.ownerPool.query(`
    SET ROLE muster_owner;
    CREATE TABLE geo.note (org_id uuid NOT NULL, text text NOT NULL);
    SELECT platform.protect('geo.note', 'geo');
    SELECT platform.allow_across('geo.note', 'auth');
    CREATE VIEW published.note AS SELECT org_id, text FROM geo.note;
    SELECT platform.publish_view('published.note');
    RESET ROLE`);
  for (const orgId of [orgA, orgB]) await test.database.inOrganization('geo', orgId, (tx) => write(tx, orgId));
});
afterAll(() => test.drop());

const write = (tx: Tx, orgId: string) => sql`INSERT INTO geo.note VALUES (${orgId}, ${`of ${orgId}`})`.execute(tx);

async function orgsIn(tx: Tx, table: 'geo.note' | 'published.note'): Promise<string[]> {
  const { rows } = await sql<{ org_id: string }>`SELECT DISTINCT org_id FROM ${sql.table(table)}`.execute(tx);
  return rows.map((row) => row.org_id);
}

describe('an organization', () => {
  it('sees its own rows, in tables and through published views', async () => {
    expect(await test.database.inOrganization('geo', orgA, (tx) => orgsIn(tx, 'geo.note'))).toEqual([orgA]);
    expect(await test.database.inOrganization('reports', orgB, (tx) => orgsIn(tx, 'published.note'))).toEqual([orgB]);
  });

  it('cannot write, move or remove rows of another', async () => {
    const inA = (work: (tx: Tx) => Promise<unknown>) => test.database.inOrganization('geo', orgA, work);
    await expect(inA((tx) => write(tx, orgB))).rejects.toThrow(/row-level security/);
    await expect(inA((tx) => sql`UPDATE geo.note SET org_id = ${orgB}`.execute(tx))).rejects.toThrow(/row-level/);
    const removed = inA((tx) => sql`DELETE FROM geo.note WHERE org_id = ${orgB}`.execute(tx));
    await expect(removed).resolves.toMatchObject({ numAffectedRows: 0n });
  });

  it('is a UUID or nothing at all is sent', async () => {
    const work = () => Promise.reject(new Error('never called'));
    await expect(test.database.inOrganization('geo', `'; DROP TABLE geo.note; --`, work)).rejects.toThrow(/not a UUID/);
    await expect(test.database.inOrganization('geo; --' as 'geo', orgA, work)).rejects.toThrow(/No such role/);
  });
});

describe('without an organization', () => {
  it('there are no rows, also on a connection that had one before', async () => {
    for (let round = 0; round < 10; round += 1) {
      await test.database.inOrganization('geo', orgA, (tx) => orgsIn(tx, 'geo.note'));
      expect(await test.database.acrossOrganizations('geo', (tx) => orgsIn(tx, 'geo.note'))).toEqual([]);
    }
  });

  it('a service that was allowed across sees all of them through the view, and only then', async () => {
    const across = await test.database.acrossOrganizations('auth', (tx) => orgsIn(tx, 'published.note'));
    expect(across.sort()).toEqual([orgA, orgB].sort());
    expect(await test.database.acrossOrganizations('fraud', (tx) => orgsIn(tx, 'published.note'))).toEqual([]);
    expect(await test.database.inOrganization('auth', orgA, (tx) => orgsIn(tx, 'published.note'))).toEqual([orgA]);
  });
});

describe('a service', () => {
  it.each([
    ['read a table of another', 'SELECT FROM geo.note'],
    ['read the outbox', 'SELECT FROM platform.outbox'],
    ['read the audit log', 'SELECT FROM audit.entry'],
    ['create a table', 'CREATE TABLE fraud.own (id uuid)'],
    ['create a temporary table', 'CREATE TEMPORARY TABLE own (id uuid)'],
    ['call the helpers of migrations', `SELECT platform.protect('geo.note', 'fraud')`],
  ])('cannot %s', async (_, statement) => {
    const attempt = test.database.inOrganization('fraud', orgA, (tx) => sql.raw(statement).execute(tx));
    await expect(attempt).rejects.toThrow(/permission denied/);
  });
});

describe('the login of a service that runs alone', () => {
  it('acts as this service, and as no other', async () => {
    const url = new URL(test.connectionString);
    url.username = loginRole('geo');
    url.password = 'geo-alone';
    // Roles belong to the whole server; nobody else uses this one.
    await test.ownerPool.query(`ALTER ROLE ${loginRole('geo')} PASSWORD 'geo-alone'`);
    const alone = new PostgresDatabase({ connectionString: url.href, poolSize: 1 });
    try {
      await expect(alone.inOrganization('geo', orgA, async () => 'in')).resolves.toBe('in');
      await expect(alone.inOrganization('users', orgA, async () => 'in')).rejects.toThrow(/permission denied/);
    } finally {
      await alone.close();
    }
  });
});

describe('a transaction', () => {
  it('leaves nothing behind in 5,000 interleaved ones of two organizations on 5 connections', async () => {
    const seen = await Promise.all(
      Array.from({ length: 5000 }, async (_, index) => {
        const orgId = index % 2 === 0 ? orgA : orgB;
        if (index % 10 === 9)
          return (await test.database.acrossOrganizations('geo', (tx) => orgsIn(tx, 'geo.note'))).length;
        const failing = index % 7 === 0;
        const found = await test.database
          .inOrganization('geo', orgId, async (tx) => {
            const orgs = await orgsIn(tx, 'geo.note');
            if (failing) await sql`SELECT 1 / 0`.execute(tx).catch(() => {});
            return orgs;
          })
          .catch(() => [orgId]);
        return found.filter((org) => org !== orgId).length;
      }),
    );
    expect(seen.filter((leaked) => leaked > 0)).toEqual([]);
  }, 60_000);

  it('fails when a failed statement in it was swallowed, instead of pretending to have committed', async () => {
    const attempt = test.database.inOrganization('geo', orgA, async (tx) => {
      await write(tx, orgA);
      await sql`SELECT 1 / 0`.execute(tx).catch(() => {});
    });
    await expect(attempt).rejects.toThrow(/rolled back/);
  });

  it('refuses queries after its end, when the connection may serve somebody else', async () => {
    let kept: Tx | undefined;
    await test.database.inOrganization('geo', orgA, async (tx) => {
      kept = tx;
    });
    await expect(orgsIn(kept as Tx, 'geo.note')).rejects.toThrow(/over/);
  });

  it('is tried again after a serialization failure when asked to', async () => {
    let tries = 0;
    const failTwice = async (tx: Tx) => {
      tries += 1;
      if (tries < 3) await sql`DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$`.execute(tx);
      return tries;
    };
    expect(await test.database.inOrganization('geo', orgA, failTwice, { retry: true })).toBe(3);
    tries = 0;
    await expect(test.database.inOrganization('geo', orgA, failTwice)).rejects.toThrow('conflict');
  });

  it('survives a connection that the server cuts', async () => {
    const attempt = test.database.inOrganization('geo', orgA, async (tx) => {
      const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(tx);
      await test.ownerPool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
      return orgsIn(tx, 'geo.note');
    });
    await expect(attempt).rejects.toThrow();
    await expect(test.database.check()).resolves.toBeUndefined();
    expect(await test.database.inOrganization('geo', orgA, (tx) => orgsIn(tx, 'geo.note'))).toEqual([orgA]);
  });

  it('delivers numbers, days, instants and JSON as the types say', async () => {
    const query = sql`SELECT 42::int8 AS count, 9007199254740993::int8 AS huge, '2026-03-29'::date AS day,
      ARRAY['2026-03-29'::date] AS days, '2026-03-29T01:02:03Z'::timestamptz AS at, '{"a":[1]}'::jsonb AS json, 1.50::numeric AS exact`;
    const { rows } = await test.database.acrossOrganizations('geo', (tx) => query.execute(tx));
    expect(rows[0]).toEqual({
      count: 42,
      huge: '9007199254740993',
      day: '2026-03-29',
      days: ['2026-03-29'],
      at: new Date('2026-03-29T01:02:03Z'),
      json: { a: [1] },
      exact: '1.50',
    });
  });
});

describe('the audit log', () => {
  it.each(['UPDATE audit.entry SET action = action', 'DELETE FROM audit.entry', 'TRUNCATE audit.entry'])(
    'refuses even the superuser: %s',
    async (statement) => {
      await expect(test.ownerPool.query(statement)).rejects.toThrow(/append-only/);
      await expect(test.ownerPool.query(`SET session_replication_role = replica; ${statement}`)).rejects.toThrow(
        /append-only/,
      );
    },
  );
});
