import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findIsolationGaps } from './catalogue.ts';
import { type TestDatabase, testDatabase } from './testing/test-database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

describe('the catalogue', () => {
  it('has no gap between organizations or services', async () => {
    expect(await findIsolationGaps(test.ownerPool)).toEqual([]);
  });

  /** Mistakes that a migration could make, and what the check must say about each. */
  const mistakes: [mistake: string, sql: string, said: RegExp][] = [
    ['an unprotected tenant table', 'CREATE TABLE geo.planted (org_id uuid)', /geo\.planted: has org_id but/],
    ['a table nobody decided about', 'CREATE TABLE geo.planted (id uuid)', /geo\.planted: has neither/],
    [
      'a policy that is not forced on the owner',
      `CREATE TABLE geo.planted (org_id uuid); SELECT platform.protect('geo.planted', 'geo');
       ALTER TABLE geo.planted NO FORCE ROW LEVEL SECURITY`,
      /geo\.planted: row-level security is not forced/,
    ],
    [
      'a policy without WITH CHECK',
      `CREATE TABLE geo.planted (org_id uuid); SELECT platform.protect('geo.planted', 'geo');
       DROP POLICY organization ON geo.planted;
       CREATE POLICY organization ON geo.planted USING (org_id = (SELECT platform.org_id()))`,
      /geo\.planted: its policy does not compare/,
    ],
    [
      'a second policy that opens the table',
      `CREATE TABLE geo.planted (org_id uuid); SELECT platform.protect('geo.planted', 'geo');
       CREATE POLICY everyone ON geo.planted USING (true)`,
      /geo\.planted everyone: has a policy/,
    ],
    [
      'a platform policy given to somebody else',
      `CREATE TABLE geo.planted (org_id uuid); SELECT platform.protect('geo.planted', 'geo');
       CREATE POLICY relay ON geo.planted USING (true)`,
      /geo\.planted relay: has a policy/,
    ],
    [
      'a relay that sees every organization from inside of one',
      `ALTER POLICY relay ON platform.outbox USING (true)`,
      /platform\.outbox relay: has a policy/,
    ],
    [
      'rows about members that everybody in the organization gets',
      `CREATE TABLE geo.planted (org_id uuid, member_id uuid); SELECT platform.protect('geo.planted', 'geo')`,
      /geo\.planted: is about members, but/,
    ],
    [
      'a scope that widens instead of narrowing',
      `CREATE TABLE geo.planted (org_id uuid, member_id uuid); SELECT platform.protect('geo.planted', 'geo');
       SELECT platform.protect_member_rows('geo.planted');
       DROP POLICY member_scope ON geo.planted;
       CREATE POLICY member_scope ON geo.planted
         USING ((SELECT platform.scope_is_wide()) OR member_id IN (SELECT platform.members_in_scope()))`,
      /geo\.planted member_scope: its scope does not hold/,
    ],
    [
      'a scope that lets everything through',
      `CREATE TABLE geo.planted (org_id uuid, member_id uuid); SELECT platform.protect('geo.planted', 'geo');
       CREATE POLICY member_scope ON geo.planted AS RESTRICTIVE USING (true)`,
      /geo\.planted member_scope: has a policy that is not/,
    ],
    [
      'a scope for writing left out',
      `CREATE TABLE geo.planted (org_id uuid, member_id uuid); SELECT platform.protect('geo.planted', 'geo');
       CREATE POLICY member_scope ON geo.planted AS RESTRICTIVE FOR SELECT
         USING ((SELECT platform.scope_is_wide()) OR member_id IN (SELECT platform.members_in_scope()))`,
      /geo\.planted member_scope: its scope does not hold/,
    ],
    [
      'a function that runs as the superuser',
      `CREATE FUNCTION geo.planted() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM users.account'`,
      /geo\.planted\(\): runs with the rights of its owner/,
    ],
    [
      'a known function given to somebody whom policies do not bind',
      'ALTER FUNCTION platform.members_in_scope() OWNER TO CURRENT_USER',
      /platform\.members_in_scope\(\): runs with the rights/,
    ],
    [
      'a view that keeps what it saw',
      'CREATE MATERIALIZED VIEW geo.planted AS SELECT * FROM users.account',
      /geo\.planted: is a view outside published/,
    ],
    [
      'a table that whoever works out the scope may read',
      'GRANT SELECT ON geo.position TO muster_scope',
      /SELECT geo\."?position"?: is more than/,
    ],
    [
      'a role that takes the place of who works out the scope',
      'GRANT muster_scope TO muster_geo',
      /muster_geo in muster_scope: is a member/,
    ],
    ['a view of the superuser', 'CREATE VIEW published.planted AS SELECT 1 AS one', /published\.planted: belongs to/],
    ['a grant on a foreign table', 'GRANT SELECT ON audit.entry TO muster_geo', /muster_geo SELECT audit\.entry/],
    ['a grant on one column', 'GRANT SELECT (org_id) ON audit.entry TO muster_geo', /muster_geo SELECT audit\.entry/],
    ['a grant to everyone', 'GRANT SELECT ON audit.entry TO PUBLIC', /muster_geo SELECT audit\.entry/],
    ['TRUNCATE', 'GRANT TRUNCATE ON platform.outbox TO muster_geo', /muster_geo TRUNCATE/],
    ['CREATE in a schema', 'GRANT CREATE ON SCHEMA geo TO muster_geo', /muster_geo in geo: a service may create/],
    ['a role that bypasses policies', 'ALTER ROLE muster_geo BYPASSRLS', /muster_geo: is a role with a power/],
    ['a role inside another', 'GRANT muster_audit TO muster_geo', /muster_geo in muster_audit: is a member/],
    [
      'a login that may act as another service',
      'GRANT muster_audit TO muster_geo_login WITH INHERIT FALSE',
      /muster_geo_login in muster_audit: is a member/,
    ],
    [
      'a partition with privileges of its own',
      `CREATE TABLE geo.planted (org_id uuid, day date) PARTITION BY RANGE (day);
       SELECT platform.protect('geo.planted', 'geo');
       CREATE TABLE geo.planted_1 PARTITION OF geo.planted DEFAULT; GRANT SELECT ON geo.planted_1 TO muster_geo`,
      /muster_geo geo\.planted_1: a partition/,
    ],
  ];

  it.each(mistakes)('finds %s', async (_, sql, said) => {
    const client = await test.ownerPool.connect();
    try {
      // Roles belong to the whole server: the transaction keeps the mistake from everybody else.
      await client.query(`BEGIN; ${sql}`);
      const gaps = await findIsolationGaps(client);
      expect(gaps).toEqual(expect.arrayContaining([expect.stringMatching(said)]));
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });
});
