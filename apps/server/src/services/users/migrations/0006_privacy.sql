-- Notices and consent, what becomes of guardians when a member comes of age, requests for data and for erasure, and how
-- long each class of data is kept.

-- ---------------------------------------------------------------------------------------------------------------------
-- Notices and consent

-- What an organization tells people about what it does with their data. A version is never changed; the next one takes
-- its place from the moment it is valid.
CREATE TABLE users.notice (
  org_id uuid NOT NULL REFERENCES users.organization (id),
  version int NOT NULL CHECK (version > 0),
  purposes text[] NOT NULL CHECK (cardinality(purposes) > 0 AND purposes <@ ARRAY['attendance', 'safety', 'guardian-live']),
  -- Of these, what does not rest on consent: it is told, and cannot be declined.
  necessary text[] NOT NULL CHECK (necessary <@ purposes),
  valid_from timestamptz NOT NULL,
  published_by uuid NOT NULL,
  published_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, version)
);
SELECT platform.protect('users.notice', 'users', 'SELECT, INSERT');

CREATE TABLE users.notice_text (
  org_id uuid NOT NULL,
  version int NOT NULL,
  language text NOT NULL,
  title text NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (org_id, version, language),
  FOREIGN KEY (org_id, version) REFERENCES users.notice (org_id, version)
);
SELECT platform.protect('users.notice_text', 'users', 'SELECT, INSERT');

-- One answer to one purpose of one version. The newest of a member and purpose counts.
CREATE TABLE users.consent (
  org_id uuid NOT NULL,
  id uuid NOT NULL,
  -- Whose data it is about.
  subject_id uuid NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('attendance', 'safety', 'guardian-live')),
  answer text NOT NULL CHECK (answer IN ('agreed', 'declined', 'told')),
  -- Who answered, and how it is known to be them.
  given_by uuid NOT NULL,
  method text NOT NULL CHECK (method IN ('signed-in', 'paper')),
  entered_by uuid,
  version int NOT NULL,
  language text NOT NULL,
  given_at timestamptz NOT NULL,
  withdrawn_at timestamptz,
  withdrawn_by uuid,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, version, language) REFERENCES users.notice_text (org_id, version, language),
  FOREIGN KEY (org_id, subject_id) REFERENCES users.account (org_id, id),
  CHECK ((method = 'paper') = (entered_by IS NOT NULL)),
  CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
);
CREATE INDEX consent_newest ON users.consent (org_id, subject_id, purpose, given_at DESC);
SELECT platform.protect('users.consent', 'users', 'SELECT, INSERT, UPDATE');
SELECT platform.protect_member_rows('users.consent', 'subject_id');

-- What of the above comes to "no", so that whoever stores positions need not read the history of answers.
CREATE TABLE users.refused_purpose (
  org_id uuid NOT NULL,
  member_id uuid NOT NULL,
  purpose text NOT NULL,
  refused_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, member_id, purpose)
);
SELECT platform.protect('users.refused_purpose', 'users', 'SELECT, INSERT, UPDATE, DELETE');
SELECT platform.protect_member_rows('users.refused_purpose');

-- Whoever watches is to be asked again what they may see.
CREATE FUNCTION users.note_refusal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO users.access_change (org_id) SELECT DISTINCT org_id FROM changed_rows;
  RETURN NULL;
END $$;
CREATE TRIGGER access_taken AFTER INSERT ON users.refused_purpose
  REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION users.note_refusal();
CREATE TRIGGER access_given AFTER DELETE ON users.refused_purpose
  REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION users.note_refusal();

-- ---------------------------------------------------------------------------------------------------------------------
-- Coming of age

ALTER TABLE users.account
  ADD COLUMN birth_date date,
  -- The account is an anonymous husk from then on.
  ADD COLUMN erased_at timestamptz;
ALTER TABLE users.guardianship
  -- What a member who has come of age gives back to a guardian.
  ADD COLUMN granted_see_at timestamptz,
  ADD COLUMN granted_live_at timestamptz;

-- From the beginning of the 18th birthday, at the place where the member belongs.
CREATE FUNCTION users.has_come_of_age(birth_date date, time_zone text) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN birth_date IS NOT NULL AND (birth_date + interval '18 years') <= (now() AT TIME ZONE coalesce(time_zone, 'UTC'))::date;
GRANT EXECUTE ON FUNCTION users.has_come_of_age(date, text) TO PUBLIC;

CREATE OR REPLACE VIEW published.member AS
SELECT account.org_id, account.id AS member_id, account.display_name, account.number,
  membership.group_id, member_group.name AS group_name, membership.site_id, site.time_zone,
  account.status, account.joined_on, users.has_come_of_age(account.birth_date, site.time_zone) AS of_age
FROM users.account
JOIN users.membership ON membership.org_id = account.org_id AND membership.member_id = account.id
JOIN users.site ON site.org_id = membership.org_id AND site.id = membership.site_id
LEFT JOIN users.member_group ON member_group.org_id = membership.org_id AND member_group.id = membership.group_id
WHERE account.role = 'member';

-- Links as they count today: from the 18th birthday on, only what the member has granted.
CREATE OR REPLACE VIEW published.guardianship AS
SELECT link.org_id, link.guardian_id, link.member_id,
  link.may_see AND (NOT now_is.of_age OR link.granted_see_at IS NOT NULL) AS may_see,
  link.is_told AND (NOT now_is.of_age OR link.granted_see_at IS NOT NULL) AS is_told,
  link.may_collect AND (NOT now_is.of_age OR link.granted_see_at IS NOT NULL) AS may_collect,
  CASE
    WHEN NOT now_is.of_age THEN link.live_agreed_at
    WHEN link.granted_see_at IS NOT NULL THEN link.granted_live_at
  END AS live_agreed_at,
  now_is.of_age
FROM users.guardianship link
JOIN users.account member ON member.org_id = link.org_id AND member.id = link.member_id
CROSS JOIN LATERAL (
  SELECT users.has_come_of_age(member.birth_date, (
    SELECT site.time_zone FROM users.membership
    JOIN users.site ON site.org_id = membership.org_id AND site.id = membership.site_id
    WHERE membership.org_id = member.org_id AND membership.member_id = member.id)) AS of_age
) now_is;

-- As before, with links as they count today.
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
SELECT viewer.org_id, viewer.id, link.member_id, 'linked'
FROM users.account viewer
JOIN published.guardianship link ON link.org_id = viewer.org_id AND link.guardian_id = viewer.id
WHERE viewer.role = 'guardian' AND viewer.status = 'active' AND link.may_see
UNION ALL
SELECT viewer.org_id, viewer.id, viewer.id, 'self'
FROM users.account viewer
WHERE viewer.role = 'member' AND viewer.status = 'active'
UNION ALL
SELECT member.org_id, platform.visitor_id(), member.id, 'organization'
FROM users.account member
WHERE member.role = 'member' AND platform.visitor_id() IS NOT NULL;

-- ---------------------------------------------------------------------------------------------------------------------
-- Requests, and how long data is kept

CREATE TABLE users.data_request (
  org_id uuid NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('export', 'erasure')),
  subject_id uuid NOT NULL,
  requested_by uuid NOT NULL,
  requested_at timestamptz NOT NULL,
  -- Of an erasure: why, by the words of the law.
  ground text,
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'failed', 'expired')),
  finished_at timestamptz,
  object_key text,
  bytes bigint,
  expires_at timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, subject_id) REFERENCES users.account (org_id, id),
  CHECK ((kind = 'erasure') = (ground IS NOT NULL)),
  CHECK ((object_key IS NULL) = (bytes IS NULL))
);
CREATE INDEX data_request_subject ON users.data_request (org_id, subject_id, requested_at DESC);
CREATE UNIQUE INDEX data_request_once ON users.data_request (org_id, subject_id, kind) WHERE state = 'running';
SELECT platform.protect('users.data_request', 'users');

-- What each service has answered to a request.
CREATE TABLE users.data_request_part (
  org_id uuid NOT NULL,
  request_id uuid NOT NULL,
  service text NOT NULL,
  -- Of an export: [{table, columns, objectKey, rows}]
  files jsonb NOT NULL,
  PRIMARY KEY (org_id, request_id, service),
  FOREIGN KEY (org_id, request_id) REFERENCES users.data_request (org_id, id) ON DELETE CASCADE
);
SELECT platform.protect('users.data_request_part', 'users');

-- While it stands, nothing about the person is erased.
CREATE TABLE users.legal_hold (
  org_id uuid NOT NULL,
  user_id uuid NOT NULL,
  reason text NOT NULL,
  set_by uuid NOT NULL,
  set_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, user_id),
  FOREIGN KEY (org_id, user_id) REFERENCES users.account (org_id, id) ON DELETE CASCADE
);
SELECT platform.protect('users.legal_hold', 'users');

CREATE TABLE users.retention (
  org_id uuid PRIMARY KEY REFERENCES users.organization (id),
  positions_days int NOT NULL CHECK (positions_days BETWEEN 7 AND 365),
  looks_days int NOT NULL CHECK (looks_days BETWEEN 30 AND 3650),
  punch_evidence_days int NOT NULL CHECK (punch_evidence_days BETWEEN 30 AND 3650),
  sign_ins_days int NOT NULL CHECK (sign_ins_days BETWEEN 7 AND 3650),
  notifications_days int NOT NULL CHECK (notifications_days BETWEEN 7 AND 3650),
  exports_days int NOT NULL CHECK (exports_days BETWEEN 1 AND 90),
  changed_at timestamptz NOT NULL
);
SELECT platform.protect('users.retention', 'users', 'SELECT, INSERT, UPDATE');
-- Partitions of positions hold all organizations.
SELECT platform.allow_across('users.retention', 'geo');

-- ---------------------------------------------------------------------------------------------------------------------
-- Published

CREATE VIEW published.refused_purpose AS
SELECT org_id, member_id, purpose, refused_at FROM users.refused_purpose;
SELECT platform.publish_view('published.refused_purpose');

CREATE VIEW published.retention AS
SELECT organization.id AS org_id,
  coalesce(set_to.positions_days, 30) AS positions_days,
  coalesce(set_to.looks_days, 365) AS looks_days,
  coalesce(set_to.punch_evidence_days, 180) AS punch_evidence_days,
  coalesce(set_to.sign_ins_days, 90) AS sign_ins_days,
  coalesce(set_to.notifications_days, 90) AS notifications_days,
  coalesce(set_to.exports_days, 7) AS exports_days
FROM users.organization
LEFT JOIN users.retention set_to ON set_to.org_id = organization.id;
SELECT platform.publish_view('published.retention');
