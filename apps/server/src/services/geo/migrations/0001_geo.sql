-- Positions, presence, excursions, phone clients, and who looked.

-- ---------------------------------------------------------------------------------------------------------------------
-- Positions: one partition for each UTC day, so that retention drops a table instead of deleting rows.

CREATE TABLE geo.position (
  org_id uuid NOT NULL,
  member_id uuid NOT NULL,
  -- Never null: outside a tracking session nothing is kept.
  session_id uuid NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('attendance', 'safety')),
  -- The device of a sign-in, or the phone client.
  device_id uuid NOT NULL,
  fixed_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  latitude double precision NOT NULL,
  longitude double precision NOT NULL,
  accuracy_meters double precision,
  altitude_meters double precision,
  speed_meters_per_second double precision,
  heading_degrees double precision,
  battery_fraction double precision,
  mock boolean,
  -- The phone was alive then, but the position may be an old one.
  is_ping boolean NOT NULL,
  -- Phones repeat themselves: the same fix of the same device is one row. The time of a fix decides its session, so the
  -- session adds nothing to the identity; in front it makes this the one index that everything is read by.
  PRIMARY KEY (org_id, session_id, fixed_at, device_id, latitude, longitude)
) PARTITION BY RANGE (fixed_at);
SELECT platform.protect('geo.position', 'geo', 'SELECT, INSERT');

-- Makes the missing partitions of the days from first_day to last_day (UTC); answers how many were made.
-- Creating tables is the owner's right; the service may only ask for days near today.
CREATE FUNCTION geo.make_partitions(first_day date, last_day date) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' SET lock_timeout = '10s' AS $$
DECLARE
  today constant date := (now() AT TIME ZONE 'UTC')::date;
  partition name;
  made integer := 0;
  day date;
BEGIN
  IF first_day IS NULL OR last_day IS NULL OR first_day < today - 40 OR last_day > today + 40 THEN
    RAISE EXCEPTION 'partitions are made for days within 40 days of today' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  -- Two processes may start together.
  PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('geo.position partitions'));
  FOR day IN SELECT d::date FROM pg_catalog.generate_series(first_day, last_day, interval '1 day') d LOOP
    partition := 'position_' || pg_catalog.to_char(day, 'YYYYMMDD');
    CONTINUE WHEN pg_catalog.to_regclass('geo.' || partition) IS NOT NULL;
    -- Made apart and attached, because CREATE … PARTITION OF would lock out everyone who writes.
    EXECUTE pg_catalog.format('CREATE TABLE geo.%I (LIKE geo.position INCLUDING CONSTRAINTS)', partition);
    EXECUTE pg_catalog.format(
      'ALTER TABLE geo.position ATTACH PARTITION geo.%I FOR VALUES FROM (%L) TO (%L)',
      partition, day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00');
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;
GRANT EXECUTE ON FUNCTION geo.make_partitions TO muster_geo;

-- Forgets all positions fixed before a day (UTC); answers how many partitions went. The last seven days are safe,
-- because phones still deliver into them.
CREATE FUNCTION geo.drop_partitions(before_day date) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' SET lock_timeout = '10s' AS $$
DECLARE
  partition name;
  dropped integer := 0;
BEGIN
  IF before_day IS NULL OR before_day > (now() AT TIME ZONE 'UTC')::date - 7 THEN
    RAISE EXCEPTION 'positions of the last 7 days are not dropped' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('geo.position partitions'));
  FOR partition IN
    SELECT child.relname
    FROM pg_catalog.pg_inherits link JOIN pg_catalog.pg_class child ON child.oid = link.inhrelid
    WHERE link.inhparent = 'geo.position'::pg_catalog.regclass
      AND child.relname < 'position_' || pg_catalog.to_char(before_day, 'YYYYMMDD')
  LOOP
    EXECUTE pg_catalog.format('DROP TABLE geo.%I', partition);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;
GRANT EXECUTE ON FUNCTION geo.drop_partitions TO muster_geo;

-- The newest fix of a member. Outside a tracking session, where a guardian's live view was agreed to, it is all there is.
CREATE TABLE geo.last_position (
  org_id uuid NOT NULL,
  member_id uuid NOT NULL,
  -- Null with the purpose guardian-live: staff never see it.
  session_id uuid,
  purpose text NOT NULL CHECK (purpose IN ('attendance', 'safety', 'guardian-live')),
  device_id uuid NOT NULL,
  fixed_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  latitude double precision NOT NULL,
  longitude double precision NOT NULL,
  accuracy_meters double precision,
  speed_meters_per_second double precision,
  heading_degrees double precision,
  PRIMARY KEY (org_id, member_id),
  CHECK ((session_id IS NULL) = (purpose = 'guardian-live'))
) WITH (fillfactor = 70);
SELECT platform.protect('geo.last_position', 'geo');
-- Retention forgets it with the positions.
SELECT platform.allow_across('geo.last_position', 'geo');
SELECT platform.allow_across('geo.last_position', 'geo', 'DELETE');

-- Fixes that were dropped because tracking was off: their number is the only trace.
CREATE TABLE geo.dropped_counter (
  org_id uuid NOT NULL,
  member_id uuid NOT NULL,
  -- UTC, of receipt.
  day date NOT NULL,
  fixes bigint NOT NULL,
  PRIMARY KEY (org_id, member_id, day)
);
SELECT platform.protect('geo.dropped_counter', 'geo', 'SELECT, INSERT, UPDATE');

-- Messages of authenticated phones that could not be used. They were answered with success, or they would block the
-- phone's queue for ever.
CREATE TABLE geo.quarantine (
  org_id uuid NOT NULL,
  quarantine_id uuid NOT NULL,
  member_id uuid NOT NULL,
  device_id uuid NOT NULL,
  -- A phone client, or 'muster' for the own app.
  client text NOT NULL,
  reason text NOT NULL,
  -- How many parts of one message were put aside for this reason; the excerpt is of the first.
  parts integer NOT NULL,
  -- The beginning of what came, every number that could be a coordinate blanked.
  excerpt text NOT NULL CHECK (octet_length(excerpt) <= 2048),
  received_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, quarantine_id)
);
CREATE INDEX quarantine_received_at ON geo.quarantine (received_at);
SELECT platform.protect('geo.quarantine', 'geo', 'SELECT, INSERT, DELETE');
SELECT platform.allow_across('geo.quarantine', 'geo');
SELECT platform.allow_across('geo.quarantine', 'geo', 'DELETE');

-- ---------------------------------------------------------------------------------------------------------------------
-- Presence and excursions

-- One row for each tracking session: what the rules have made of its fixes so far.
CREATE TABLE geo.presence_state (
  org_id uuid NOT NULL,
  session_id uuid NOT NULL,
  member_id uuid NOT NULL,
  presence text NOT NULL CHECK (presence IN ('inside', 'outside', 'unknown')),
  since timestamptz NOT NULL,
  last_heard_at timestamptz,
  ended_at timestamptz,
  -- The state of rules/excursions.ts; it opens and closes excursions and can go on after any restart.
  fold jsonb NOT NULL,
  PRIMARY KEY (org_id, session_id)
) WITH (fillfactor = 70);
CREATE INDEX presence_state_of_member ON geo.presence_state (org_id, member_id);
-- For the watch over silent phones.
CREATE INDEX presence_state_heard ON geo.presence_state (last_heard_at) WHERE ended_at IS NULL AND presence <> 'unknown';
SELECT platform.protect('geo.presence_state', 'geo');
SELECT platform.allow_across('geo.presence_state', 'geo');
-- Retention blanks the newest position in "fold".
SELECT platform.allow_across('geo.presence_state', 'geo', 'UPDATE');

CREATE TABLE geo.excursion (
  org_id uuid NOT NULL,
  excursion_id uuid NOT NULL,
  member_id uuid NOT NULL,
  session_id uuid NOT NULL,
  date date NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  ended_by text CHECK (ended_by IN ('return', 'exit')),
  -- Time of the fix that made it an excursion.
  decided_at timestamptz NOT NULL,
  farthest_meters double precision NOT NULL,
  farthest_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, excursion_id),
  CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX excursion_of_session ON geo.excursion (org_id, session_id, started_at);
CREATE INDEX excursion_of_day ON geo.excursion (org_id, member_id, date);
SELECT platform.protect('geo.excursion', 'geo');

-- ---------------------------------------------------------------------------------------------------------------------
-- Looks and phone clients

CREATE TABLE geo.look (
  org_id uuid NOT NULL,
  look_id uuid NOT NULL,
  member_id uuid NOT NULL,
  viewer_id uuid NOT NULL,
  viewer_role text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('presence', 'live', 'history')),
  purpose text NOT NULL CHECK (purpose IN ('attendance', 'safety', 'guardian-live')),
  reason text,
  looked_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, look_id)
);
CREATE INDEX look_at_member ON geo.look (org_id, member_id, look_id DESC);
-- To recognise a list that is loaded again and again.
CREATE INDEX look_of_viewer ON geo.look (org_id, viewer_id, looked_at);
SELECT platform.protect('geo.look', 'geo', 'SELECT, INSERT');

CREATE TABLE geo.phone_client (
  org_id uuid NOT NULL,
  -- Also the device id of its positions.
  phone_client_id uuid NOT NULL,
  user_id uuid NOT NULL,
  client text NOT NULL CHECK (client IN ('owntracks', 'traccar', 'overland', 'gpslogger')),
  name text NOT NULL,
  -- SHA-256 of 256 random bits: nothing to guess, so a plain hash is enough.
  secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
  added_at timestamptz NOT NULL,
  last_heard_at timestamptz,
  PRIMARY KEY (org_id, phone_client_id)
);
CREATE UNIQUE INDEX phone_client_secret ON geo.phone_client (secret_hash);
CREATE INDEX phone_client_of_user ON geo.phone_client (org_id, user_id);
SELECT platform.protect('geo.phone_client', 'geo');
-- The secret alone says which organization a phone belongs to.
SELECT platform.allow_across('geo.phone_client', 'geo');

-- ---------------------------------------------------------------------------------------------------------------------
-- Published

CREATE VIEW published.excursion AS
SELECT org_id, excursion_id, member_id, session_id, date, started_at, ended_at, farthest_meters
FROM geo.excursion;
SELECT platform.publish_view('published.excursion');

-- One row for each open tracking session, also before its first fix.
CREATE VIEW published.presence AS
SELECT
  session.org_id, session.member_id, session.session_id,
  coalesce(state.presence, 'unknown') AS state,
  coalesce(state.since, session.entered_at) AS since,
  state.last_heard_at
FROM published.tracking_session session
LEFT JOIN geo.presence_state state USING (org_id, session_id)
WHERE session.exited_at IS NULL AND session.ends_by > now();
SELECT platform.publish_view('published.presence');

-- What a viewer may see of a member at this moment. Staff: nothing outside a tracking session, so that EXIT ends it at
-- once; within one, what the organization has set, and everything while an excursion is open (unless the organization
-- has set attendance only). Guardians: where the live view was agreed to. History: staff with full sight, and oneself.
CREATE VIEW published.location_access AS
SELECT
  reach.org_id, reach.user_id AS viewer_id, reach.member_id, reach.via,
  CASE
    WHEN reach.via = 'self' THEN 'full'
    WHEN reach.via = 'linked' THEN CASE WHEN tie.agreed THEN 'full' ELSE 'attendance' END
    WHEN NOT now_on.tracked THEN 'attendance'
    WHEN staff.level = 'presence' AND now_on.away THEN 'full'
    ELSE staff.level
  END AS live_level,
  CASE
    WHEN reach.via = 'self' THEN 'full'
    WHEN reach.via <> 'linked' AND staff.level = 'full' THEN 'full'
    ELSE 'attendance'
  END AS history_level,
  CASE
    WHEN reach.via = 'linked' THEN 'guardian-live'
    WHEN reach.via <> 'self' AND staff.level = 'presence' AND now_on.away THEN 'safety'
    ELSE 'attendance'
  END AS purpose
FROM published.reach reach
JOIN published.account viewer USING (org_id, user_id)
JOIN published.organization organization USING (org_id)
CROSS JOIN LATERAL (
  SELECT CASE viewer.role
    WHEN 'org_admin' THEN 'full'
    WHEN 'org_office' THEN organization.office_location
    WHEN 'supervisor' THEN organization.supervisor_location
    ELSE 'attendance'
  END AS level
) staff
CROSS JOIN LATERAL (
  SELECT count(*) > 0 AS tracked, coalesce(bool_or(excursion.excursion_id IS NOT NULL), false) AS away
  FROM published.tracking_session session
  LEFT JOIN geo.excursion excursion
    ON excursion.org_id = session.org_id AND excursion.session_id = session.session_id AND excursion.ended_at IS NULL
  WHERE session.org_id = reach.org_id AND session.member_id = reach.member_id
    AND session.exited_at IS NULL AND session.ends_by > now()
) now_on
CROSS JOIN LATERAL (
  SELECT count(*) > 0 AS agreed
  FROM published.guardianship link
  WHERE reach.via = 'linked' AND link.org_id = reach.org_id AND link.guardian_id = reach.user_id
    AND link.member_id = reach.member_id AND link.may_see AND link.live_agreed_at IS NOT NULL
) tie
WHERE viewer.status = 'active';
SELECT platform.publish_view('published.location_access');
