-- Schedules, gate codes, scans, punches, tracking sessions and the days judged from them.
-- Members, groups, sites and gates belong to users: only their ids stand here, without foreign keys.

CREATE TABLE attendance.schedule (
  org_id uuid NOT NULL,
  id uuid NOT NULL,
  group_id uuid NOT NULL,
  name text NOT NULL,
  -- Of the site when the schedule was made: a schedule keeps meaning the same instants.
  time_zone text NOT NULL,
  weekdays smallint[] NOT NULL CHECK (cardinality(weekdays) > 0 AND weekdays <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint[]),
  entry_time text NOT NULL CHECK (entry_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  exit_time text NOT NULL CHECK (exit_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  opens_before_minutes integer NOT NULL CHECK (opens_before_minutes >= 0),
  free_until_minutes integer NOT NULL CHECK (free_until_minutes >= 0),
  late_after_minutes integer NOT NULL CHECK (late_after_minutes >= 0),
  closes_after_minutes integer NOT NULL CHECK (closes_after_minutes >= 0),
  valid_from date NOT NULL,
  valid_to date,
  -- Every day up to and including this one has been closed: nobody's day is missing.
  closed_through date,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  CHECK (valid_to IS NULL OR valid_to >= valid_from),
  -- A group has one schedule on any day.
  CONSTRAINT schedule_no_overlap
    EXCLUDE USING gist (org_id WITH =, group_id WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
);
SELECT platform.protect('attendance.schedule', 'attendance');

-- Made when a gate is first used. Printed and rotating codes come from the same secret.
CREATE TABLE attendance.gate_code (
  org_id uuid NOT NULL,
  gate_id uuid NOT NULL,
  secret bytea NOT NULL CHECK (octet_length(secret) >= 32),
  -- Of the printed code that is valid now; codes with a lower one are revoked.
  printed_version integer NOT NULL DEFAULT 1 CHECK (printed_version >= 1),
  -- SHA-256 of what the screen at the gate sends; the secret itself is shown once and never stored.
  kiosk_secret_hash bytea,
  kiosk_opened_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, gate_id)
);
CREATE INDEX gate_code_kiosk ON attendance.gate_code (kiosk_secret_hash) WHERE kiosk_secret_hash IS NOT NULL;
SELECT platform.protect('attendance.gate_code', 'attendance');
-- A kiosk brings a secret and no organization.
SELECT platform.allow_across('attendance.gate_code', 'attendance');

-- One accepted scan: the nonce that the member's page holds for five minutes, as a hash.
CREATE TABLE attendance.scan (
  org_id uuid NOT NULL,
  nonce_hash bytea NOT NULL,
  member_id uuid NOT NULL,
  device_id uuid NOT NULL,
  gate_id uuid NOT NULL,
  site_id uuid NOT NULL,
  -- Which code it was and how fresh, as the rule found it.
  code jsonb NOT NULL,
  scanned_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  punch_id uuid,
  PRIMARY KEY (org_id, nonce_hash),
  CHECK ((used_at IS NULL) = (punch_id IS NULL))
);
CREATE INDEX scan_expires_at ON attendance.scan (org_id, expires_at);
SELECT platform.protect('attendance.scan', 'attendance');

-- One ENTER or EXIT as it happened, with its evidence. Never changed, never removed: what a supervisor decides about
-- a held one stands beside it.
CREATE TABLE attendance.punch (
  org_id uuid NOT NULL,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  direction text NOT NULL CHECK (direction IN ('ENTER', 'EXIT')),
  verdict text NOT NULL CHECK (verdict IN ('accepted', 'accepted-with-signals', 'held', 'refused')),
  -- Of a refused punch: the problem that was answered.
  problem_code text,
  -- [{code, sentence}]
  findings jsonb NOT NULL,
  evidence jsonb NOT NULL,
  -- The day it belongs to: of the schedule it started in.
  date date NOT NULL,
  schedule_id uuid,
  occurred_at timestamptz NOT NULL,
  gate_id uuid NOT NULL,
  site_id uuid NOT NULL,
  device_id uuid NOT NULL,
  reason text,
  late_by_minutes integer NOT NULL CHECK (late_by_minutes >= 0),
  left_early_by_minutes integer NOT NULL CHECK (left_early_by_minutes >= 0),
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  CHECK ((verdict = 'refused') = (problem_code IS NOT NULL))
);
CREATE INDEX punch_member_date ON attendance.punch (org_id, member_id, date);
CREATE INDEX punch_device ON attendance.punch (org_id, device_id, occurred_at);
CREATE INDEX punch_held ON attendance.punch (org_id, occurred_at) WHERE verdict = 'held';
-- One ENTER and one EXIT a day, whatever the program believes.
CREATE UNIQUE INDEX punch_once_a_day ON attendance.punch (org_id, member_id, date, direction)
  WHERE verdict IN ('accepted', 'accepted-with-signals');
SELECT platform.protect('attendance.punch', 'attendance', 'SELECT, INSERT');

CREATE TABLE attendance.punch_decision (
  org_id uuid NOT NULL,
  punch_id uuid NOT NULL,
  accepted boolean NOT NULL,
  decided_by uuid NOT NULL,
  decided_as text NOT NULL,
  reason text NOT NULL,
  decided_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, punch_id),
  FOREIGN KEY (org_id, punch_id) REFERENCES attendance.punch (org_id, id)
);
SELECT platform.protect('attendance.punch_decision', 'attendance', 'SELECT, INSERT');

-- From an accepted ENTER to the EXIT, or to the closing of the site: when staff may see positions.
CREATE TABLE attendance.tracking_session (
  org_id uuid NOT NULL,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  site_id uuid NOT NULL,
  date date NOT NULL,
  enter_punch_id uuid NOT NULL,
  entered_at timestamptz NOT NULL,
  exited_at timestamptz,
  planned_exit_at timestamptz NOT NULL,
  -- The site closes: over in any case.
  ends_by timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, enter_punch_id) REFERENCES attendance.punch (org_id, id)
);
CREATE UNIQUE INDEX tracking_session_one_open ON attendance.tracking_session (org_id, member_id) WHERE exited_at IS NULL;
CREATE INDEX tracking_session_member ON attendance.tracking_session (org_id, member_id, date);
CREATE INDEX tracking_session_open ON attendance.tracking_session (org_id, ends_by) WHERE exited_at IS NULL;
SELECT platform.protect('attendance.tracking_session', 'attendance');

-- What a member's day came to. Derived: it can be worked out again from punches, decisions and schedules.
CREATE TABLE attendance.attendance_day (
  org_id uuid NOT NULL,
  member_id uuid NOT NULL,
  date date NOT NULL,
  schedule_id uuid,
  code text NOT NULL CHECK (code IN ('P', 'L', 'LE', 'HD', 'OD', 'A', 'AE', 'ML', 'H', 'OFF', 'NM')),
  entered_at timestamptz,
  exited_at timestamptz,
  late_by_minutes integer NOT NULL DEFAULT 0,
  left_early_by_minutes integer NOT NULL DEFAULT 0,
  worked_minutes integer NOT NULL DEFAULT 0,
  no_exit boolean NOT NULL DEFAULT false,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, member_id, date)
);
CREATE INDEX attendance_day_date ON attendance.attendance_day (org_id, date);
SELECT platform.protect('attendance.attendance_day', 'attendance');

CREATE VIEW published.schedule AS
  SELECT org_id, id AS schedule_id, group_id, name, time_zone, weekdays, entry_time, exit_time, opens_before_minutes,
    free_until_minutes, late_after_minutes, closes_after_minutes, valid_from, valid_to
  FROM attendance.schedule;
SELECT platform.publish_view('published.schedule');

CREATE VIEW published.tracking_session AS
  SELECT org_id, id AS session_id, member_id, site_id, date, entered_at, exited_at, ends_by
  FROM attendance.tracking_session;
SELECT platform.publish_view('published.tracking_session');

CREATE VIEW published.attendance_day AS
  SELECT org_id, member_id, date, code, entered_at, exited_at, late_by_minutes, left_early_by_minutes, worked_minutes,
    no_exit
  FROM attendance.attendance_day;
SELECT platform.publish_view('published.attendance_day');
