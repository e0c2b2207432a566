-- Personal values of entries, apart from the entries: the log itself holds a commitment to each, SHA-256 over a salt and
-- the value. As long as both are here, anybody can verify that this value is the one that was entered; without them the
-- commitment says nothing, and the log is as it was.

CREATE TABLE audit.personal_value (
  org_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  field text NOT NULL,
  -- Whom it is about: erased with them.
  subject_id uuid NOT NULL,
  salt bytea NOT NULL CHECK (octet_length(salt) = 32),
  -- The text that was hashed after the salt: JSON.
  value text NOT NULL,
  PRIMARY KEY (org_id, entry_id, field)
);
CREATE INDEX personal_value_subject ON audit.personal_value (org_id, subject_id);
SELECT platform.protect('audit.personal_value', 'audit', 'SELECT, INSERT, DELETE');
CREATE POLICY deployment ON audit.personal_value FOR INSERT
  WITH CHECK ((SELECT platform.org_id()) IS NULL AND org_id = '00000000-0000-0000-0000-000000000000');
GRANT INSERT ON audit.personal_value TO muster_auth, muster_users, muster_attendance, muster_geo,
  muster_notifications, muster_reports, muster_fraud, muster_gateway;
