import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from '../ids.ts';
import { serviceNames } from './port.ts';
import { type TestDatabase, testDatabase } from './testing/test-database.ts';

/**
 * The worst that a forgotten condition can do. Whatever a query of a store lacks, it sees no more than its tables and
 * views show without any condition; so each of them is read whole, by each service that may, and searched for what
 * belongs to another organization or lies beyond the reach of whoever acts.
 */

let test: TestDatabase;
let relations: readonly Relation[];
const ours = { orgId: uuidv7(), canary: 'canary-of-ours' };
const theirs = { orgId: uuidv7(), canary: 'canary-of-theirs' };
/** Of our organization, tied to nobody. */
const teacherId = uuidv7();

interface Relation {
  readonly name: string;
  /** Null: its rows belong to no organization. */
  readonly orgColumn: string | null;
  readonly isTable: boolean;
}
interface Column {
  readonly name: string;
  readonly type: string;
}

beforeAll(async () => {
  test = await testDatabase();
  const { ownerPool } = test;
  // A copy of the database, to be thrown away: what keeps made-up rows out is of no use here.
  await ownerPool.query(`
    CREATE TABLE geo.position_of_the_test PARTITION OF geo.position DEFAULT;
    DO $$ DECLARE made record; BEGIN
      FOR made IN SELECT conrelid::regclass AS relation, conname AS name FROM pg_constraint
        WHERE contype IN ('c', 'f') AND conparentid = 0 AND coninhcount = 0 AND conrelid <> 0
          AND connamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'jobs') LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', made.relation, made.name);
      END LOOP;
    END $$`);
  relations = await readRelations(ownerPool);
  for (const { name, orgColumn, isTable } of relations) {
    if (!isTable || orgColumn === null) continue;
    const columns = await readColumns(ownerPool, name);
    for (const { orgId, canary } of [ours, theirs]) await plant(ownerPool, name, orgColumn, columns, orgId, canary);
  }
  await ownerPool.query(
    `INSERT INTO users.account (org_id, id, role, display_name) VALUES ($1, $2, 'supervisor', 'Teacher')`,
    [ours.orgId, teacherId],
  );
});
afterAll(() => test.drop());

const readRelations = async (pool: pg.Pool): Promise<Relation[]> => {
  const { rows } = await pool.query<Relation>(
    `
    SELECT c.oid::regclass::text AS name, c.relkind <> 'v' AS "isTable",
      CASE WHEN c.oid = 'users.organization'::regclass THEN 'id'
        ELSE (SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attname = 'org_id') END AS "orgColumn"
    FROM pg_class c
    WHERE c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition AND c.relname NOT LIKE 'kysely%'
      AND c.relname NOT LIKE 'pg\\_stat%'
      AND c.relnamespace::regnamespace::text = ANY ($1)`,
    [[...serviceNames, 'platform', 'published']],
  );
  return rows;
};

const readColumns = async (pool: pg.Pool, relation: string): Promise<Column[]> => {
  const { rows } = await pool.query<Column>(
    `SELECT attname::text AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = ''`,
    [relation],
  );
  return rows;
};

/** One row with the canary wherever there is room for text. */
const plant = async (
  pool: pg.Pool,
  relation: string,
  orgColumn: string,
  columns: readonly Column[],
  orgId: string,
  canary: string,
): Promise<void> => {
  const valueOf = ({ name, type }: Column): string => {
    if (name === orgColumn) return `'${orgId}'`;
    // Nobody has the role; everybody counts as a member.
    if (relation === 'users.account' && name === 'role') return `'member'`;
    if (name === 'status' && type === 'text') return `'active'`;
    if (name === 'kind' && relation === 'users.organization') return `'tenant'`;
    if (name === 'time_zone') return `'UTC'`;
    if (name === 'slug') return `'${canary}'`;
    if (type === 'text[]') return `ARRAY['${canary}']`;
    if (type.endsWith('[]')) return `'{}'`;
    const values: Record<string, string> = {
      uuid: `'${orgId}'`,
      text: `'${canary}'`,
      json: `'{"canary": "${canary}"}'`,
      jsonb: `'{"canary": "${canary}"}'`,
      bytea: `'${canary}'::bytea`,
      boolean: 'true',
      date: 'current_date',
      'timestamp with time zone': 'now()',
      xid8: 'pg_current_xact_id()',
    };
    return values[type] ?? '1';
  };
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  await pool.query(`INSERT INTO ${relation} (${names}) VALUES (${columns.map(valueOf).join(', ')})`);
};

type Begin = 'ours' | 'user' | 'nobody';
const settings: Record<Begin, string> = {
  ours: `SELECT set_config('muster.org_id', '${ours.orgId}', true)`,
  user: `SELECT * FROM platform.act('${ours.orgId}', '${ours.orgId}', '${teacherId}', 'members.see')`,
  nobody: `SELECT set_config('muster.org_id', '', true)`,
};

const may = async (service: string, relation: string, right: string): Promise<boolean> => {
  const { rows } = await test.ownerPool.query<{ may: boolean }>(
    `SELECT has_schema_privilege($1, relnamespace, 'USAGE') AND has_table_privilege($1, oid, $3) AS may
     FROM pg_class WHERE oid = $2::regclass`,
    [`muster_${service}`, relation, right],
  );
  return rows[0]?.may === true;
};

/** Every row of a relation as text; null where the service may not read it. */
const readWhole = async (service: string, begin: Begin, { name }: Relation): Promise<string[] | null> => {
  const client = await test.ownerPool.connect();
  try {
    if (!(await may(service, name, 'SELECT'))) return null;
    await client.query(`BEGIN; SET LOCAL ROLE muster_${service}; ${settings[begin]}`);
    const { rows } = await client.query<{ text: string }>(`SELECT relation::text AS text FROM ${name} relation`);
    return rows.map(({ text }) => text);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
};
const hexOf = (canary: string) => Buffer.from(canary).toString('hex');
const isOf = ({ orgId, canary }: typeof ours, row: string) =>
  row.includes(orgId) || row.includes(canary) || row.includes(hexOf(canary));

describe.each(serviceNames)('%s, reading everything without a condition', (service) => {
  it('finds rows of its own organization, and none of another', async () => {
    let found = 0;
    for (const relation of relations) {
      const rows = (await readWhole(service, 'ours', relation)) ?? [];
      expect([relation.name, rows.filter((row) => isOf(theirs, row))]).toEqual([relation.name, []]);
      found += rows.filter((row) => isOf(ours, row)).length;
    }
    expect(found).toBeGreaterThan(0);
  });

  it('finds nothing about members for a user who is tied to none', async () => {
    for (const relation of relations) {
      const rows = (await readWhole(service, 'user', relation)) ?? [];
      expect([relation.name, rows.filter((row) => isOf(theirs, row))]).toEqual([relation.name, []]);
      if (await isAboutMembers(relation)) expect([relation.name, rows]).toEqual([relation.name, []]);
    }
  });

  it('finds outside any organization only what a migration has opened to it by name', async () => {
    const { rows: opened } = await test.ownerPool.query<{ name: string }>(
      `SELECT DISTINCT polrelid::regclass::text AS name FROM pg_policy WHERE polname LIKE $1`,
      [`across\\_${service}\\_%`],
    );
    const names = opened.map(({ name }) => name);
    for (const relation of relations.filter(({ isTable, orgColumn }) => isTable && orgColumn !== null)) {
      const rows = (await readWhole(service, 'nobody', relation)) ?? [];
      if (rows.length > 0) expect(names).toContain(relation.name);
    }
  });
});

const isAboutMembers = async ({ name, isTable }: Relation): Promise<boolean> => {
  if (!isTable) return false;
  const { rows } = await test.ownerPool.query(
    `SELECT FROM pg_attribute WHERE attrelid = $1::regclass AND attname = 'member_id' AND NOT attisdropped`,
    [name],
  );
  return rows.length > 0;
};

describe('a write without a condition', () => {
  const affected = async (service: string, statement: (name: string, orgColumn: string) => string, right: string) => {
    const touched: Record<string, number | null> = {};
    for (const { name, orgColumn, isTable } of relations) {
      if (!isTable || orgColumn === null) continue;
      const client = await test.ownerPool.connect();
      try {
        if (!(await may(service, name, right))) continue;
        await client.query(`BEGIN; SET LOCAL ROLE muster_${service}; ${settings.ours}`);
        touched[name] = (await client.query(statement(name, orgColumn))).rowCount;
      } finally {
        await client.query('ROLLBACK');
        client.release();
      }
    }
    return touched;
  };

  it.each(serviceNames)('of %s removes and changes rows of its own organization only', async (service) => {
    const { rows } = await test.ownerPool.query<{ name: string; own: string }>(
      relations
        .filter(({ isTable, orgColumn }) => isTable && orgColumn !== null)
        .map(
          ({ name, orgColumn }) =>
            `SELECT '${name}' AS name, count(*) AS own FROM ${name} WHERE ${orgColumn} = '${ours.orgId}'`,
        )
        .join(' UNION ALL '),
    );
    const own = new Map(rows.map((row) => [row.name, Number(row.own)]));
    const removed = await affected(service, (name) => `DELETE FROM ${name}`, 'DELETE');
    const changed = await affected(service, (name, column) => `UPDATE ${name} SET ${column} = ${column}`, 'UPDATE');
    for (const [name, count] of [...Object.entries(removed), ...Object.entries(changed)]) {
      expect([name, count]).toEqual([name, own.get(name)]);
    }
  });

  it.each(serviceNames)('of %s gives no row to another organization', async (service) => {
    for (const { name, orgColumn, isTable } of relations) {
      if (!isTable || orgColumn === null || !(await may(service, name, 'UPDATE'))) continue;
      const client = await test.ownerPool.connect();
      await client.query(`BEGIN; SET LOCAL ROLE muster_${service}; ${settings.ours}`);
      const given = client.query(`UPDATE ${name} SET ${orgColumn} = '${theirs.orgId}'`);
      await expect(given, name).rejects.toThrow(/row-level security/);
      await client.query('ROLLBACK');
      client.release();
    }
  });
});
