import type { ClientBase, Pool } from 'pg';
import { serviceNames } from './port.ts';

/**
 * Reads the system catalogue and names everything by which an organization or a service could reach what is not its
 * own. An empty list is the only good answer. Sign in as the superuser: others do not see every privilege.
 */
export async function findIsolationGaps(connection: Pool | ClientBase): Promise<string[]> {
  const gaps: string[] = [];
  for (const { sentence, query } of rules) {
    const { rows } = await connection.query<{ name: string }>(query);
    gaps.push(...rows.map((row) => `${row.name}: ${sentence}`));
  }
  return gaps.sort();
}

const services = `ARRAY[${serviceNames.map((name) => `'${name}'`).join(', ')}]`;

/** Tables that something can be read from directly; a partition is reached through its parent. */
const ownTables = `
  SELECT c.oid, c.oid::regclass::text AS name, c.relrowsecurity, c.relforcerowsecurity, c.relowner
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND n.nspname = ANY (${services} || 'platform'::text) AND c.relname NOT LIKE 'kysely%'`;

const isTenantTable = `EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND p.polname = 'organization')`;
const isUnscoped = `coalesce(obj_description(t.oid, 'pg_class'), '') LIKE 'no organization: %'`;
const hasOrgId = `EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'org_id' AND NOT a.attisdropped)`;

const actingUser = '\\( SELECT platform.acting_user_id\\(\\) AS acting_user_id\\)';
const memberScope =
  "^\\(\\( SELECT platform.scope_is_wide\\(\\) AS scope_is_wide\\) OR (\\(role <> ''member''::text\\) OR )?" +
  '\\([a-z_]+ IN \\( SELECT platform.members_in_scope\\(\\) AS members_in_scope\\)\\)\\)$';

/** What platform.protect, allow_across, protect_member_rows, protect_own_rows and the two tables of the platform itself may say. */
const knownPolicies: readonly [policy: string, pattern: string][] = [
  ['migration', `^\\(current_setting\\(''muster.migrating''::text, true\\) = ''on''::text\\)$`],
  [
    'across\\_%',
    `^\\(\\(\\( SELECT platform.org_id\\(\\) AS org_id\\) IS NULL\\) AND \\(CURRENT_USER = ''muster_[a-z]+''::name\\)\\)$`,
  ],
  ['relay%', `^\\(\\( SELECT platform.org_id\\(\\) AS org_id\\) IS NULL\\)$`],
  ['member\\_scope', memberScope],
  ['own\\_rows', `^\\(\\( SELECT platform.is_system\\(\\) AS is_system\\) OR \\([a-z_]+ = ${actingUser}\\)\\)$`],
  ['deployment', `IS NULL\\) AND \\(org_id = ''00000000-0000-0000-0000-000000000000''::uuid\\)\\)$`],
];
const conditionOf = (column: string) => `coalesce(pg_get_expr(p.${column}, p.polrelid), '')`;
const isKnownPolicy = knownPolicies
  .map(([name, pattern]) =>
    ['polqual', 'polwithcheck']
      .map((column) => `${conditionOf(column)} ~ '^$|${pattern}'`)
      .reduce((both, one) => `${both} AND ${one}`, `p.polname LIKE '${name}'`),
  )
  .join(' OR ');

const servicesOf = `SELECT 'muster_' || s AS role, s AS schema FROM unnest(${services}) s`;

/** Run as their owner, whoever calls them: each was looked at. They belong to roles that policies bind. */
const definerFunctions = [
  'geo.drop_partitions(date)',
  'geo.make_partitions(date,date)',
  'platform.act(uuid,uuid,uuid,text)',
  'platform.members_in_scope()',
  'users.refresh_statistics()',
];

const ourSchemas = `ARRAY(SELECT oid FROM pg_namespace WHERE nspname = ANY (${services} || '{platform,published}'))`;
const extensionMember = (catalogue: string) =>
  `EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalogue}'::regclass AND d.deptype = 'e' AND d.objid =`;

const rules: readonly { sentence: string; query: string }[] = [
  {
    sentence: 'has neither platform.protect nor platform.unscoped',
    query: `SELECT name FROM (${ownTables}) t WHERE NOT ${isTenantTable} AND NOT ${isUnscoped}`,
  },
  {
    sentence: 'has org_id but is not protected',
    query: `SELECT name FROM (${ownTables}) t WHERE ${hasOrgId} AND NOT ${isTenantTable}`,
  },
  {
    sentence: 'row-level security is not forced',
    query: `SELECT name FROM (${ownTables}) t WHERE ${isTenantTable} AND NOT (relrowsecurity AND relforcerowsecurity)`,
  },
  {
    sentence: 'its policy does not compare the organization for reading and writing, every command, every role',
    query: `SELECT name FROM (${ownTables}) t JOIN pg_policy p ON p.polrelid = t.oid AND p.polname = 'organization'
      WHERE p.polcmd <> '*' OR p.polroles <> '{0}' OR NOT p.polpermissive
        OR ${conditionOf('polqual')} !~ '^\\([a-z_]+ = \\( SELECT platform.org_id\\(\\) AS org_id\\)\\)$'
        OR ${conditionOf('polqual')} <> ${conditionOf('polwithcheck')}`,
  },
  {
    sentence: 'has a policy that is not one of the platform’s',
    query: `SELECT name || ' ' || p.polname AS name FROM (${ownTables}) t JOIN pg_policy p ON p.polrelid = t.oid
      WHERE p.polname <> 'organization' AND NOT (${isKnownPolicy})
        OR p.polname LIKE 'relay%' AND p.polroles <> ARRAY['muster_relay'::regrole::oid]
        OR p.polname = 'migration' AND p.polroles <> ARRAY['muster_owner'::regrole::oid]`,
  },
  {
    sentence: 'is about members, but has neither platform.protect_member_rows nor platform.protect_own_rows',
    query: `SELECT name FROM (${ownTables}) t WHERE ${isTenantTable}
      AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'member_id' AND NOT a.attisdropped)
      AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND p.polname IN ('member_scope', 'own_rows'))`,
  },
  {
    sentence: 'its scope does not hold for reading and writing, every command, every role',
    query: `SELECT name || ' ' || p.polname AS name FROM (${ownTables}) t JOIN pg_policy p ON p.polrelid = t.oid
      WHERE p.polname IN ('member_scope', 'own_rows') AND (p.polcmd <> '*' OR p.polroles <> '{0}' OR p.polpermissive
        OR ${conditionOf('polqual')} <> ${conditionOf('polwithcheck')})`,
  },
  {
    sentence: 'runs with the rights of its owner, and is not one that was looked at',
    query: `SELECT f.oid::regprocedure::text AS name FROM pg_proc f
      WHERE f.prosecdef AND f.pronamespace = ANY (${ourSchemas})
        AND NOT (f.oid::regprocedure::text = ANY ('{${definerFunctions.map((name) => `"${name}"`).join()}}')
          AND f.proowner IN ('muster_owner'::regrole, 'muster_scope'::regrole)
          AND EXISTS (SELECT FROM unnest(f.proconfig) c WHERE c LIKE 'search\\_path=%'))`,
  },
  {
    sentence: 'is a view outside published, or one that keeps what it saw',
    query: `SELECT c.oid::regclass::text AS name FROM pg_class c
      WHERE c.relnamespace = ANY (${ourSchemas}) AND c.relkind IN ('v', 'm')
        AND (c.relkind = 'm' OR c.relnamespace <> 'published'::regnamespace) AND NOT ${extensionMember('pg_class')} c.oid)`,
  },
  {
    sentence: 'is more than who works out the scope may own or read',
    query: `SELECT 'function ' || f.oid::regprocedure AS name FROM pg_proc f
      WHERE f.proowner = 'muster_scope'::regrole
        AND f.oid::regprocedure::text NOT IN ('platform.act(uuid,uuid,uuid,text)', 'platform.members_in_scope()')
      UNION ALL SELECT c.oid::regclass::text FROM pg_class c WHERE c.relowner = 'muster_scope'::regrole
      UNION ALL SELECT a.privilege_type || ' ' || c.oid::regclass FROM pg_class c, aclexplode(c.relacl) a
        WHERE a.grantee = 'muster_scope'::regrole
          AND NOT (c.relnamespace = 'published'::regnamespace AND a.privilege_type = 'SELECT')
      UNION ALL SELECT 'CREATE in ' || n.nspname FROM pg_namespace n
        WHERE n.nspname NOT LIKE 'pg\\_%' AND has_schema_privilege('muster_scope', n.oid, 'CREATE')`,
  },
  {
    sentence: 'belongs to a role that policies do not bind',
    query: `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_roles o ON o.oid = c.relowner
      WHERE c.relnamespace = 'published'::regnamespace AND c.relkind <> 'c'
        AND (o.rolsuper OR o.rolbypassrls OR o.rolname <> 'muster_views' OR c.relkind <> 'v')`,
  },
  {
    sentence: 'does not belong to muster_owner',
    query: `SELECT name FROM (${ownTables}) t WHERE relowner <> 'muster_owner'::regrole`,
  },
  {
    sentence: 'is a role with a power it must not have',
    query: `SELECT rolname AS name FROM pg_roles WHERE rolname LIKE 'muster\\_%'
      AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication OR rolinherit
        OR rolcanlogin AND rolname <> 'muster_runtime' AND rolname NOT LIKE 'muster\\_%\\_login')`,
  },
  {
    sentence: 'is a member of another role',
    query: `SELECT m.member::regrole || ' in ' || m.roleid::regrole AS name FROM pg_auth_members m
      WHERE m.member::regrole::text LIKE 'muster\\_%'
        AND NOT (m.member = 'muster_owner'::regrole AND m.roleid = 'muster_views'::regrole)
        AND NOT (m.member = 'muster_runtime'::regrole AND NOT m.inherit_option
          AND m.roleid::regrole::text NOT IN ('muster_owner', 'muster_views'))
        AND NOT (m.member::regrole::text LIKE 'muster\\_%\\_login' AND NOT m.inherit_option
          AND (m.member::regrole::text = m.roleid::regrole || '_login'
            OR m.roleid::regrole::text IN ('muster_relay', 'muster_gateway')))`,
  },
  {
    sentence: 'a service may do more than its own schema, published, outbox and audit log allow',
    query: `SELECT s.role || ' ' || g.privilege_type || ' ' || c.oid::regclass AS name
      FROM (${servicesOf}) s
      JOIN pg_class c ON c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      CROSS JOIN LATERAL (
        SELECT a.grantee, a.privilege_type, '' AS column_name FROM aclexplode(c.relacl) a
        UNION SELECT a.grantee, a.privilege_type, t.attname::text
          FROM pg_attribute t, aclexplode(t.attacl) a WHERE t.attrelid = c.oid
      ) g
      WHERE (g.grantee = s.role::regrole OR g.grantee = 0 AND c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema'))
        AND c.relnamespace::regnamespace::text <> s.schema
        AND NOT (c.relnamespace = 'published'::regnamespace AND g.privilege_type = 'SELECT')
        AND NOT (c.oid IN ('platform.outbox'::regclass, 'audit.entry'::regclass, 'audit.personal_value'::regclass) AND g.privilege_type = 'INSERT')
        -- Answers by Idempotency-Key stand in the transaction of the write they answer, whichever service it is.
        AND NOT (c.oid = 'platform.idempotency'::regclass AND (g.privilege_type IN ('SELECT', 'INSERT') OR s.schema = 'gateway'))
        -- The platform acts as the gateway where it acts as no other service.
        AND NOT (c.oid = 'platform.job'::regclass AND s.schema = 'gateway')
        -- Of dead letters everything but what the events say and whom they are about.
        AND NOT (c.oid = 'platform.dead_letter'::regclass AND s.schema = 'gateway'
          AND (g.privilege_type = 'SELECT' AND g.column_name IN ('consumer', 'id', 'type', 'org_id', 'occurred_at', 'reason',
              'tries', 'failed_at', 'replay_requested_at')
            OR g.privilege_type = 'UPDATE' AND g.column_name = 'replay_requested_at'))
        AND c.relname NOT LIKE 'pg\\_stat\\_statements%'`,
  },
  {
    sentence: 'a service may TRUNCATE, REFERENCE or set triggers, which policies do not hold back',
    query: `SELECT a.grantee::regrole || ' ' || a.privilege_type || ' ' || c.oid::regclass AS name
      FROM pg_class c, aclexplode(c.relacl) a JOIN (${servicesOf}) s ON a.grantee = s.role::regrole
      WHERE a.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'USAGE')`,
  },
  {
    sentence: 'a partition can be reached past the policies of its parent',
    query: `SELECT a.grantee::regrole || ' ' || c.oid::regclass AS name
      FROM pg_class c, aclexplode(c.relacl) a JOIN (${servicesOf}) s ON a.grantee = s.role::regrole
      WHERE c.relispartition AND c.relkind IN ('r', 'p')`,
  },
  {
    sentence: 'a service may create objects',
    query: `SELECT s.role || ' in ' || n.nspname AS name FROM (${servicesOf}) s, pg_namespace n
      WHERE has_schema_privilege(s.role, n.oid, 'CREATE')`,
  },
];
