import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contractionsIn, isContraction } from './contractions.ts';

describe('a migration breaks processes of the version before by', () => {
  it.each([
    'DROP TABLE geo.position;',
    'DROP VIEW IF EXISTS published.member;',
    'ALTER TABLE users.account DROP COLUMN email;',
    'ALTER TABLE users.account RENAME COLUMN email TO mail;',
    'ALTER TABLE users.account\n  ALTER COLUMN email TYPE citext;',
    'ALTER TABLE users.account ALTER email SET NOT NULL;',
    'ALTER TABLE users.account ADD COLUMN nickname text NOT NULL;',
    "ALTER TABLE users.account ADD COLUMN a text DEFAULT '', ADD COLUMN b text NOT NULL;",
    "ALTER TABLE users.account ADD CONSTRAINT short CHECK (length(display_name) < 40 AND email <> 'x;y');",
    'CREATE UNIQUE INDEX one_name ON users.account (org_id, display_name);',
    "-- it's only a comment; really\nREVOKE SELECT ON users.account FROM muster_geo;",
  ])('%s', (migration) => {
    expect(contractionsIn(migration)).toHaveLength(1);
  });
});

describe('they go on beside a migration with', () => {
  it.each([
    'CREATE TABLE geo.hint (id uuid PRIMARY KEY); ALTER TABLE geo.hint ADD CHECK (id IS NOT NULL);',
    'CREATE TABLE geo.hint (id uuid); CREATE UNIQUE INDEX hint_id ON geo.hint (id);',
    'ALTER TABLE users.account ADD COLUMN nickname text;',
    "ALTER TABLE users.account ADD COLUMN nickname text NOT NULL DEFAULT '';",
    "ALTER TABLE users.account ADD COLUMN a text NOT NULL DEFAULT '', ADD COLUMN b text;",
    'ALTER TABLE users.account ADD COLUMN key text NOT NULL GENERATED ALWAYS AS (lower(email)) STORED;',
    'CREATE INDEX account_email ON users.account (email); GRANT SELECT ON users.account TO muster_geo;',
    'CREATE OR REPLACE VIEW published.member AS SELECT 1; DROP INDEX users.account_email;',
    'ALTER TABLE users.account ALTER COLUMN email DROP NOT NULL; ALTER TABLE users.account DROP CONSTRAINT short;',
    'CREATE FUNCTION geo.f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE geo.position; END $$;',
    "-- DROP TABLE geo.position;\nSELECT 'ALTER TABLE users.account DROP COLUMN email;';",
  ])('%s', (migration) => {
    expect(contractionsIn(migration)).toEqual([]);
  });
});

const source = join(import.meta.dirname, '../..');
const migrations = globSync('**/migrations/*.sql', { cwd: source }).sort();
/** Before there was a version that anybody runs. */
const beforeTheFirstVersion = [
  'platform/database/migrations/0004_outbox_payload.sql',
  'platform/database/migrations/0008_scope.sql',
  'services/auth/migrations/0001_sessions.sql',
  'services/auth/migrations/0002_security.sql',
  'services/auth/migrations/0020_device_keys.sql',
  'services/users/migrations/0003_permissions.sql',
  'services/users/migrations/0004_people.sql',
];

describe('the migrations', () => {
  it('take nothing away from the version before, but for those that wait until it is gone', () => {
    const breaking = migrations.filter(
      (file) =>
        !isContraction(file.replace(/\.sql$/, '')) &&
        contractionsIn(readFileSync(join(source, file), 'utf8')).length > 0,
    );
    expect(migrations.length).toBeGreaterThan(30);
    expect(breaking.filter((file) => !beforeTheFirstVersion.includes(file))).toEqual([]);
  });
});
