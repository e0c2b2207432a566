-- Roles, schemas, tenant isolation. Runs as the administrator given for migrations; every service migration
-- after it runs as muster_owner.
--
--   muster_owner      owns schemas and tables; nobody can sign in as it
--   muster_views      owns the views in "published": reads tables, subject to their policies
--   muster_runtime    the one login of the running program; owns nothing, bypasses nothing, inherits nothing:
--                     each transaction takes one of the roles below with SET LOCAL ROLE
--   muster_<service>  may write its own schema, read "published", append to the outbox and to the audit log
--   muster_relay      moves events: reads the outbox, keeps cursors, inbox, dead letters
--   muster_jobs       owns the schema "jobs" of the job queue
--
-- A service migration says, after CREATE TABLE:
--
--   SELECT platform.protect('geo.position', 'geo');                          -- a tenant table: it has org_id
--   SELECT platform.protect('geo.look', 'geo', 'SELECT, INSERT');            -- narrower privileges
--   SELECT platform.protect('users.organization', 'users', org_column => 'id');
--   SELECT platform.unscoped('auth.signing_key', 'auth', 'keys belong to the deployment');
--   SELECT platform.allow_across('users.user', 'auth');     -- auth, outside any organization, may SELECT
--   CREATE VIEW published.member AS SELECT …; SELECT platform.publish_view('published.member');
--
-- A partition needs nothing of this: it is reached through its parent only.

DO $$
DECLARE
  service text;
  services constant text[] := ARRAY['auth', 'users', 'attendance', 'geo', 'notifications', 'reports', 'fraud', 'audit', 'gateway'];
  role_name text;
BEGIN
  -- Roles belong to the whole server, so they may be there already from another database.
  FOREACH role_name IN ARRAY ARRAY['owner', 'views', 'runtime', 'relay', 'jobs'] || services LOOP
    role_name := 'muster_' || role_name;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT', role_name);
    END IF;
  END LOOP;
  ALTER ROLE muster_runtime LOGIN;
  GRANT muster_owner TO CURRENT_USER WITH INHERIT TRUE, SET TRUE;
  -- Replacing a view takes its owner's privileges, giving it away takes SET.
  GRANT muster_views TO muster_owner WITH INHERIT TRUE, SET TRUE;
  FOREACH role_name IN ARRAY ARRAY['relay', 'jobs'] || services LOOP
    EXECUTE format('GRANT %I TO muster_runtime WITH INHERIT FALSE, SET TRUE', 'muster_' || role_name);
  END LOOP;

  EXECUTE format('GRANT CREATE ON DATABASE %I TO muster_owner', current_database());
  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
  REVOKE ALL ON SCHEMA public FROM PUBLIC;

  -- The schema exists: the migrator keeps its own tables here.
  ALTER SCHEMA platform OWNER TO muster_owner;
  CREATE SCHEMA published AUTHORIZATION muster_owner;
  GRANT USAGE, CREATE ON SCHEMA published TO muster_views;
  GRANT USAGE ON SCHEMA platform TO muster_views, muster_relay;
  FOREACH service IN ARRAY services LOOP
    role_name := 'muster_' || service;
    EXECUTE format('CREATE SCHEMA %I AUTHORIZATION muster_owner', service);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I, muster_views', service, role_name);
    EXECUTE format('GRANT USAGE ON SCHEMA platform, published TO %I', role_name);
  END LOOP;
  GRANT muster_jobs TO CURRENT_USER WITH SET TRUE;
  CREATE SCHEMA jobs AUTHORIZATION muster_jobs;
END $$;

-- Exclusion constraints over (org_id, range), and search by part of a name.
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA platform;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA platform;

SET LOCAL ROLE muster_owner;

-- Functions are not for everyone unless they say so.
ALTER DEFAULT PRIVILEGES FOR ROLE muster_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- The organization of this transaction. After a transaction that set it, a session reads '' instead of NULL.
CREATE FUNCTION platform.org_id() RETURNS uuid
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('muster.org_id', true), '')::uuid;
GRANT EXECUTE ON FUNCTION platform.org_id() TO PUBLIC;

CREATE FUNCTION platform.service_role(service text) RETURNS name
  LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'muster_' || service) THEN
    RAISE EXCEPTION 'there is no service %', service;
  END IF;
  RETURN 'muster_' || service;
END $$;

CREATE FUNCTION platform.protect(
  tenant_table regclass,
  service text,
  privileges text DEFAULT 'SELECT, INSERT, UPDATE, DELETE',
  org_column name DEFAULT 'org_id'
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s OWNER TO muster_owner', tenant_table);
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant_table);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tenant_table);
  -- The scalar subselect is evaluated once a statement, not once a row.
  EXECUTE format(
    'CREATE POLICY organization ON %1$s USING (%2$I = (SELECT platform.org_id())) WITH CHECK (%2$I = (SELECT platform.org_id()))',
    tenant_table, org_column);
  -- FORCE binds the owner too; only the migrator turns this on, or its backfills would silently find no rows.
  EXECUTE format(
    'CREATE POLICY migration ON %1$s TO muster_owner USING (current_setting(''muster.migrating'', true) = ''on'') WITH CHECK (current_setting(''muster.migrating'', true) = ''on'')',
    tenant_table);
  EXECUTE format('GRANT %s ON %s TO %I', privileges, tenant_table, platform.service_role(service));
  EXECUTE format('GRANT SELECT ON %s TO muster_views', tenant_table);
END $$;

-- A table whose rows belong to no organization. The reason stays in the catalogue, where a test looks for it.
CREATE FUNCTION platform.unscoped(
  plain_table regclass,
  service text,
  reason text,
  privileges text DEFAULT 'SELECT, INSERT, UPDATE, DELETE'
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s OWNER TO muster_owner', plain_table);
  EXECUTE format('COMMENT ON TABLE %s IS %L', plain_table, 'no organization: ' || reason);
  EXECUTE format('GRANT %s ON %s TO %I', privileges, plain_table, platform.service_role(service));
  EXECUTE format('GRANT SELECT ON %s TO muster_views', plain_table);
END $$;

-- Rows of all organizations for one service, and only while it acts outside any organization. It holds through
-- published views as well: they do not change current_user.
CREATE FUNCTION platform.allow_across(tenant_table regclass, service text, command text DEFAULT 'SELECT')
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  condition text := format('((SELECT platform.org_id()) IS NULL AND current_user = %L)', platform.service_role(service));
  policy name := format('across_%s_%s', service, lower(command));
BEGIN
  EXECUTE format('CREATE POLICY %I ON %s FOR %s %s %s', policy, tenant_table, command,
    CASE WHEN upper(command) <> 'INSERT' THEN 'USING ' || condition END,
    CASE WHEN upper(command) IN ('INSERT', 'UPDATE', 'ALL') THEN 'WITH CHECK ' || condition END);
END $$;

-- A view runs with its owner's rights: muster_views is subject to the policies of the tables beneath.
CREATE FUNCTION platform.publish_view(view regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  service_role name;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_class WHERE oid = view AND relkind = 'v' AND relnamespace = 'published'::regnamespace) THEN
    RAISE EXCEPTION '% is not a plain view in the schema published', view;
  END IF;
  EXECUTE format('ALTER VIEW %s OWNER TO muster_views', view);
  FOR service_role IN
    SELECT 'muster_' || s FROM unnest(ARRAY['auth', 'users', 'attendance', 'geo', 'notifications', 'reports', 'fraud', 'audit', 'gateway']) s
  LOOP
    EXECUTE format('GRANT SELECT ON %s TO %I', view, service_role);
  END LOOP;
END $$;
