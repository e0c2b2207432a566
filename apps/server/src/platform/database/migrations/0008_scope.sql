-- Who acts, and how far: besides the organization, a transaction may be for one user, through the ties by which that
-- user holds the permission of the call. Rows about members are then only those within reach, whatever a query
-- forgets (docs/adr/0011-permissions-in-the-database.md). Runs as the administrator, as 0001 did.
--
--   muster.user_id       who acts; unset: the system itself (jobs, consumers, sign-in), which sees the organization
--   muster.scope         unset or 'organization': everybody; 'none'; else ties, as 'assigned,self'
--   muster.home_org_id   set for an account of the platform that acts inside another organization
--
-- A service migration says, besides protect, of every table whose rows are about a member:
--
--   SELECT platform.protect_member_rows('geo.position');
--   SELECT platform.protect_member_rows('users.account', 'id', 'role <> ''member''');     -- other rows are free
--   SELECT platform.protect_own_rows('notifications.inbox_item');                         -- only the user's own

DO $$
BEGIN
  -- Works out who is within reach, so what it reads cannot be limited to that. It owns two functions and nothing else.
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'muster_scope') THEN
    CREATE ROLE muster_scope NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT;
  END IF;
  GRANT muster_scope TO CURRENT_USER WITH INHERIT FALSE, SET TRUE;
  GRANT USAGE ON SCHEMA platform, published TO muster_scope;
  GRANT CREATE ON SCHEMA platform TO muster_scope;
END $$;

SET LOCAL ROLE muster_owner;

-- The table of packages/contracts/src/access.ts; the migrator writes it each time, so that it is the program's.
CREATE TABLE platform.role_permission (
  role text NOT NULL,
  permission text NOT NULL,
  ties text[] NOT NULL,
  -- What no override goes beyond.
  attainable text[] NOT NULL,
  -- No override changes it.
  is_fixed boolean NOT NULL,
  PRIMARY KEY (permission, role)
);
COMMENT ON TABLE platform.role_permission IS 'no organization: the same for every one';
GRANT SELECT ON platform.role_permission TO muster_views;

CREATE FUNCTION platform.acting_user_id() RETURNS uuid
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('muster.user_id', true), '')::uuid;

-- An account of the platform inside an organization that is not its own; null for everybody else.
CREATE FUNCTION platform.visitor_id() RETURNS uuid
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN CASE WHEN coalesce(current_setting('muster.home_org_id', true), '') <> '' THEN platform.acting_user_id() END;

-- Nobody acts: a job, a consumer, sign-in.
CREATE FUNCTION platform.is_system() RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(current_setting('muster.scope', true), '') = '';

CREATE FUNCTION platform.scope_is_wide() RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(current_setting('muster.scope', true), '') IN ('', 'organization') OR current_user = 'muster_scope';

-- Restrictive: it takes away from what the policy "organization" shows, and no other policy gives it back. Both
-- subselects are evaluated at most once a statement, the second only where the first says no.
CREATE FUNCTION platform.protect_member_rows(
  tenant_table regclass,
  member_column name DEFAULT 'member_id',
  other_rows text DEFAULT NULL
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  condition text := format(
    '((SELECT platform.scope_is_wide()) OR %s%I IN (SELECT platform.members_in_scope()))',
    CASE WHEN other_rows IS NULL THEN '' ELSE '(' || other_rows || ') OR ' END, member_column);
BEGIN
  EXECUTE format('CREATE POLICY member_scope ON %1$s AS RESTRICTIVE USING %2$s WITH CHECK %2$s', tenant_table, condition);
END $$;

CREATE FUNCTION platform.protect_own_rows(tenant_table regclass, user_column name DEFAULT 'user_id')
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  condition text := format(
    '((SELECT platform.is_system()) OR %I = (SELECT platform.acting_user_id()))', user_column);
BEGIN
  EXECUTE format('CREATE POLICY own_rows ON %1$s AS RESTRICTIVE USING %2$s WITH CHECK %2$s', tenant_table, condition);
END $$;

GRANT EXECUTE ON FUNCTION platform.acting_user_id(), platform.visitor_id(), platform.is_system(), platform.scope_is_wide()
  TO PUBLIC;

SET LOCAL ROLE muster_scope;
-- The views they read are made by the services, later.

CREATE FUNCTION platform.members_in_scope() RETURNS SETOF uuid
  LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER ROWS 100 SET search_path = '' AS $$
BEGIN
  RETURN QUERY
    SELECT reach.member_id FROM published.reach
    WHERE reach.user_id = platform.acting_user_id()
      AND reach.via = ANY (pg_catalog.string_to_array(pg_catalog.current_setting('muster.scope', true), ','));
END $$;

-- From here to the end of the transaction somebody acts. Answers the role and the ties through which they hold a
-- permission at this moment (null: no permission in particular, which is through what they see members), and limits
-- rows to what those ties reach; nothing where the account is not active any more. Only who holds a permission for all
-- organizations acts outside their own.
CREATE FUNCTION platform.act(home uuid, organization uuid, actor uuid, named text)
RETURNS TABLE (role text, ties text[])
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  reached text[];
BEGIN
  PERFORM pg_catalog.set_config('muster.org_id', home::text, true),
    pg_catalog.set_config('muster.user_id', actor::text, true),
    pg_catalog.set_config('muster.scope', 'none', true),
    pg_catalog.set_config('muster.home_org_id', '', true);
  SELECT held.role, held.ties INTO role, ties
  FROM published.permission held
  WHERE held.user_id = actor AND held.permission = coalesce(named, 'members.see');
  IF role IS NULL THEN
    RETURN;
  END IF;
  IF organization <> home THEN
    PERFORM pg_catalog.set_config('muster.org_id', organization::text, true),
      pg_catalog.set_config('muster.home_org_id', home::text, true);
    IF NOT ('all' = ANY (ties)) OR NOT EXISTS (SELECT FROM published.organization) THEN
      ties := '{}';
    END IF;
  END IF;
  IF 'all' = ANY (ties) THEN
    ties := ties || '{organization}';
  END IF;
  reached := CASE WHEN named IS NULL THEN ties || '{self}' ELSE ties END;
  PERFORM pg_catalog.set_config('muster.scope', CASE
    WHEN 'organization' = ANY (reached) THEN 'organization'
    WHEN reached = '{}' THEN 'none'
    ELSE pg_catalog.array_to_string(reached, ',') END, true);
  IF named IS NULL THEN
    ties := '{}';
  END IF;
  RETURN NEXT;
END $$;

GRANT EXECUTE ON FUNCTION platform.members_in_scope(), platform.act(uuid, uuid, uuid, text) TO PUBLIC;

RESET ROLE;
REVOKE CREATE ON SCHEMA platform FROM muster_scope;
