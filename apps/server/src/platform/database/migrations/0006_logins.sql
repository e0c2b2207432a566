-- One login for each service that runs apart from the others: it may act as that service and do the platform's own
-- chores (moving events, keeping jobs), and nothing else. `muster_runtime`, the login of a process that runs them all,
-- may act as any. Runs as the administrator, as 0001 did.

DO $$
DECLARE
  service text;
  login name;
  role_name text;
BEGIN
  FOREACH service IN ARRAY ARRAY['auth', 'users', 'attendance', 'geo', 'notifications', 'reports', 'fraud', 'audit', 'gateway'] LOOP
    login := format('muster_%s_login', service);
    -- Roles belong to the whole server, so they may be there already from another database.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
      EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT', login);
    END IF;
    FOR role_name IN SELECT DISTINCT unnest(ARRAY['muster_' || service, 'muster_relay', 'muster_gateway']) LOOP
      EXECUTE format('GRANT %I TO %I WITH INHERIT FALSE, SET TRUE', role_name, login);
    END LOOP;
  END LOOP;
END $$;
