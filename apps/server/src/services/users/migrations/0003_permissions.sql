-- What an organization has changed about who may do what, what that comes to for everyone, and the organization of those
-- who run the platform.

ALTER TABLE users.organization ADD COLUMN kind text NOT NULL DEFAULT 'tenant' CHECK (kind IN ('tenant', 'platform'));
-- One, at most: its accounts act inside all the others.
CREATE UNIQUE INDEX organization_platform ON users.organization (kind) WHERE kind = 'platform';

CREATE FUNCTION users.check_role() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.role LIKE 'platform\_%'
    AND NOT EXISTS (SELECT FROM users.organization WHERE id = NEW.org_id AND kind = 'platform') THEN
    RAISE EXCEPTION 'only the organization of the platform has the role %', NEW.role USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER account_role BEFORE INSERT OR UPDATE OF role ON users.account
  FOR EACH ROW WHEN (NEW.role LIKE 'platform\_%') EXECUTE FUNCTION users.check_role();

CREATE TABLE users.permission_override (
  org_id uuid NOT NULL,
  -- For everyone of a role, or for one user.
  role text,
  user_id uuid,
  permission text NOT NULL,
  effect text NOT NULL CHECK (effect IN ('grant', 'deny')),
  ties text[] NOT NULL CHECK (cardinality(ties) > 0 AND ties <@ ARRAY['all', 'organization', 'assigned', 'linked', 'self']),
  set_by uuid NOT NULL,
  set_at timestamptz NOT NULL,
  UNIQUE NULLS NOT DISTINCT (org_id, permission, user_id, role, effect),
  FOREIGN KEY (org_id, user_id) REFERENCES users.account (org_id, id) ON DELETE CASCADE,
  CHECK (num_nonnulls(role, user_id) = 1)
);
CREATE INDEX permission_override_user ON users.permission_override (org_id, user_id) WHERE user_id IS NOT NULL;
SELECT platform.protect('users.permission_override', 'users', 'SELECT, INSERT, DELETE');

-- That something changed about what somebody may do or see; user_id null: perhaps about everybody. Every process asks
-- once a second, so that what it remembers is forgotten although no message came. Kept for some minutes.
CREATE TABLE users.access_change (
  org_id uuid NOT NULL,
  user_id uuid,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX access_change_changed_at ON users.access_change (changed_at);
SELECT platform.protect('users.access_change', 'users', 'SELECT, INSERT, UPDATE, DELETE');
SELECT platform.allow_across('users.access_change', 'gateway');

CREATE FUNCTION users.note_access_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  CASE TG_TABLE_NAME
    WHEN 'account' THEN
      INSERT INTO users.access_change (org_id, user_id)
      SELECT new_row.org_id, new_row.id
      FROM new_rows new_row JOIN old_rows old_row ON old_row.org_id = new_row.org_id AND old_row.id = new_row.id
      WHERE (old_row.role, old_row.status) IS DISTINCT FROM (new_row.role, new_row.status);
    WHEN 'assignment' THEN
      INSERT INTO users.access_change (org_id, user_id)
      SELECT DISTINCT org_id, supervisor_id FROM changed_rows;
    WHEN 'guardianship' THEN
      INSERT INTO users.access_change (org_id, user_id)
      SELECT DISTINCT org_id, guardian_id FROM changed_rows;
    WHEN 'permission_override' THEN
      INSERT INTO users.access_change (org_id, user_id)
      SELECT DISTINCT org_id, user_id FROM changed_rows;
    ELSE
      INSERT INTO users.access_change (org_id)
      SELECT DISTINCT old_row.org_id
      FROM new_rows new_row JOIN old_rows old_row
        ON old_row.org_id = new_row.org_id AND old_row.member_id = new_row.member_id
      WHERE old_row.group_id IS DISTINCT FROM new_row.group_id;
  END CASE;
  DELETE FROM users.access_change WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM users.access_change WHERE changed_at < clock_timestamp() - interval '10 minutes'
    LIMIT 100 FOR UPDATE SKIP LOCKED));
  RETURN NULL;
END $$;
CREATE TRIGGER access_changed AFTER UPDATE ON users.account
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION users.note_access_change();
-- Whoever is moved to another group is seen by others from then on.
CREATE TRIGGER access_changed AFTER UPDATE ON users.membership
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION users.note_access_change();
CREATE TRIGGER access_given AFTER INSERT ON users.assignment
  REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION users.note_access_change();
CREATE TRIGGER access_taken AFTER DELETE ON users.assignment
  REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION users.note_access_change();
CREATE TRIGGER access_given AFTER INSERT ON users.guardianship
  REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION users.note_access_change();
CREATE TRIGGER access_changed AFTER UPDATE ON users.guardianship
  REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION users.note_access_change();
CREATE TRIGGER access_taken AFTER DELETE ON users.guardianship
  REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION users.note_access_change();
CREATE TRIGGER access_given AFTER INSERT ON users.permission_override
  REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION users.note_access_change();
CREATE TRIGGER access_taken AFTER DELETE ON users.permission_override
  REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION users.note_access_change();

-- ---------------------------------------------------------------------------------------------------------------------
-- Published

CREATE OR REPLACE VIEW published.organization AS
SELECT id AS org_id, name, slug, vocabulary, supervisor_location, office_location, kind FROM users.organization;

CREATE VIEW published.access_change AS
SELECT org_id, user_id, changed_at FROM users.access_change;
SELECT platform.publish_view('published.access_change');

-- What every active account holds of every permission, now: the rule of packages/contracts/src/access-rule.ts, tie by tie.
-- The word about the user before the word about the role, a denial before a grant, the table where nothing was said.
CREATE VIEW published.permission AS
SELECT account.org_id, account.id AS user_id, account.role, base.permission,
  CASE WHEN base.is_fixed THEN base.ties ELSE ARRAY(
    SELECT each.tie
    FROM unnest(ARRAY['all', 'organization', 'assigned', 'linked', 'self']) WITH ORDINALITY AS each (tie, position)
    WHERE each.tie = ANY (base.attainable) AND CASE
      WHEN each.tie = ANY (said.user_denies) THEN false
      WHEN each.tie = ANY (said.user_grants) THEN true
      WHEN each.tie = ANY (said.role_denies) THEN false
      WHEN each.tie = ANY (said.role_grants) THEN true
      ELSE each.tie = ANY (base.ties)
    END
    ORDER BY each.position) END AS ties
FROM users.account
JOIN users.organization ON organization.id = account.org_id
JOIN platform.role_permission base ON base.role = account.role
CROSS JOIN LATERAL (
  SELECT
    coalesce(array_agg(word.tie) FILTER (WHERE word.user_id IS NOT NULL AND word.effect = 'deny'), '{}') AS user_denies,
    coalesce(array_agg(word.tie) FILTER (WHERE word.user_id IS NOT NULL AND word.effect = 'grant'), '{}') AS user_grants,
    coalesce(array_agg(word.tie) FILTER (WHERE word.user_id IS NULL AND word.effect = 'deny'), '{}') AS role_denies,
    coalesce(array_agg(word.tie) FILTER (WHERE word.user_id IS NULL AND word.effect = 'grant'), '{}') AS role_grants
  FROM (
    SELECT override.user_id, override.effect, unnest(override.ties) AS tie
    FROM users.permission_override override
    WHERE override.org_id = account.org_id AND override.permission = base.permission
      AND (override.user_id = account.id OR override.role = account.role)
  ) word
) said
WHERE account.status = 'active' AND (account.role NOT LIKE 'platform\_%' OR organization.kind = 'platform');
SELECT platform.publish_view('published.permission');

-- As before, and: a supervisor who was given something for the whole organization is tied to all of it, an office may be
-- narrowed to assigned groups, and an account of the platform reaches everybody while it acts here. Which of these ties
-- count is said by the permission that is asked for.
CREATE OR REPLACE VIEW published.reach AS
SELECT viewer.org_id, viewer.id AS user_id, member.id AS member_id, 'organization' AS via
FROM users.account viewer
JOIN users.account member ON member.org_id = viewer.org_id AND member.role = 'member'
WHERE viewer.status = 'active' AND (viewer.role IN ('org_admin', 'org_office') OR viewer.role = 'supervisor' AND EXISTS (
  SELECT FROM users.permission_override override
  WHERE override.org_id = viewer.org_id AND (override.user_id = viewer.id OR override.role = viewer.role)
    AND override.effect = 'grant' AND 'organization' = ANY (override.ties)))
UNION ALL
SELECT viewer.org_id, viewer.id, membership.member_id, 'assigned'
FROM users.account viewer
JOIN users.assignment ON assignment.org_id = viewer.org_id AND assignment.supervisor_id = viewer.id
JOIN users.membership ON membership.org_id = assignment.org_id AND membership.group_id = assignment.group_id
WHERE viewer.role IN ('supervisor', 'org_office') AND viewer.status = 'active'
UNION ALL
SELECT viewer.org_id, viewer.id, guardianship.member_id, 'linked'
FROM users.account viewer
JOIN users.guardianship ON guardianship.org_id = viewer.org_id AND guardianship.guardian_id = viewer.id
WHERE viewer.role = 'guardian' AND viewer.status = 'active' AND guardianship.may_see
UNION ALL
SELECT viewer.org_id, viewer.id, viewer.id, 'self'
FROM users.account viewer
WHERE viewer.role = 'member' AND viewer.status = 'active'
UNION ALL
SELECT member.org_id, platform.visitor_id(), member.id, 'organization'
FROM users.account member
WHERE member.role = 'member' AND platform.visitor_id() IS NOT NULL;

GRANT SELECT ON published.organization, published.permission, published.reach TO muster_scope;

-- ---------------------------------------------------------------------------------------------------------------------
-- Rows within reach

SELECT platform.protect_member_rows('users.account', 'id', 'role <> ''member''');
SELECT platform.protect_member_rows('users.membership');
SELECT platform.protect_member_rows('users.guardianship');
