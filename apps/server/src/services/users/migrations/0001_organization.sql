-- Organizations, their places and their people, and the published views that every other service reads them by.

CREATE TABLE users.organization (
  id uuid PRIMARY KEY,
  slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text NOT NULL,
  vocabulary text NOT NULL CHECK (vocabulary IN ('campus', 'workforce')),
  -- What supervisors, and what the office, see of a location while nothing is wrong.
  supervisor_location text NOT NULL DEFAULT 'presence' CHECK (supervisor_location IN ('attendance', 'presence', 'full')),
  office_location text NOT NULL DEFAULT 'presence' CHECK (office_location IN ('attendance', 'presence', 'full')),
  tile_url text,
  created_at timestamptz NOT NULL DEFAULT now()
);
SELECT platform.protect('users.organization', 'users', org_column => 'id');
-- Everybody's jobs go from organization to organization.
SELECT platform.allow_across('users.organization', service)
FROM unnest(ARRAY['auth', 'users', 'attendance', 'geo', 'notifications', 'reports', 'fraud', 'audit', 'gateway']) service;

CREATE TABLE users.site (
  org_id uuid NOT NULL REFERENCES users.organization (id),
  id uuid NOT NULL,
  name text NOT NULL,
  address text NOT NULL,
  time_zone text NOT NULL,
  latitude double precision NOT NULL CHECK (latitude BETWEEN -90 AND 90),
  longitude double precision NOT NULL CHECK (longitude BETWEEN -180 AND 180),
  -- GeoJSON as the contract `sitePlan` describes it; null until one is uploaded or drawn.
  plan jsonb,
  PRIMARY KEY (org_id, id)
);
SELECT platform.protect('users.site', 'users');

CREATE TABLE users.geofence (
  org_id uuid NOT NULL,
  id uuid NOT NULL,
  site_id uuid NOT NULL,
  name text NOT NULL,
  -- As the contract `geofenceShape` describes it.
  shape jsonb NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, site_id) REFERENCES users.site (org_id, id) ON DELETE CASCADE
);
CREATE INDEX geofence_site ON users.geofence (org_id, site_id);
SELECT platform.protect('users.geofence', 'users');

CREATE TABLE users.gate (
  org_id uuid NOT NULL,
  id uuid NOT NULL,
  site_id uuid NOT NULL,
  name text NOT NULL,
  latitude double precision NOT NULL CHECK (latitude BETWEEN -90 AND 90),
  longitude double precision NOT NULL CHECK (longitude BETWEEN -180 AND 180),
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, site_id) REFERENCES users.site (org_id, id) ON DELETE CASCADE
);
CREATE INDEX gate_site ON users.gate (org_id, site_id);
SELECT platform.protect('users.gate', 'users');

CREATE TABLE users.member_group (
  org_id uuid NOT NULL,
  id uuid NOT NULL,
  site_id uuid NOT NULL,
  name text NOT NULL,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, id, site_id),
  UNIQUE (org_id, site_id, name),
  FOREIGN KEY (org_id, site_id) REFERENCES users.site (org_id, id)
);
SELECT platform.protect('users.member_group', 'users');

-- Everyone who can sign in. A member's id is the user's id.
CREATE TABLE users.account (
  org_id uuid NOT NULL REFERENCES users.organization (id),
  id uuid NOT NULL,
  role text NOT NULL CHECK (role IN ('platform_admin', 'platform_operator', 'platform_overseer', 'org_admin',
    'org_office', 'supervisor', 'guardian', 'member')),
  -- Sorted as people expect it, "Ümit" beside "Ulla", whatever the locale of the server.
  display_name text COLLATE "und-x-icu" NOT NULL,
  -- Roll or employee number.
  number text,
  email text,
  -- A stored column, because row-level security keeps an index on lower(email) from being used: lower() might leak.
  email_key text GENERATED ALWAYS AS (lower(email)) STORED,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'left')),
  language text NOT NULL DEFAULT 'en',
  joined_on date,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, number),
  UNIQUE (org_id, email_key)
);
CREATE INDEX account_name ON users.account (org_id, display_name, id);
-- Sign-in looks across organizations.
CREATE INDEX account_email_key ON users.account (email_key);
CREATE INDEX account_number ON users.account (number);
SELECT platform.protect('users.account', 'users');
SELECT platform.allow_across('users.account', 'auth');

-- Where a member belongs: one site always, one group mostly.
CREATE TABLE users.membership (
  org_id uuid NOT NULL,
  member_id uuid NOT NULL,
  site_id uuid NOT NULL,
  group_id uuid,
  PRIMARY KEY (org_id, member_id),
  FOREIGN KEY (org_id, member_id) REFERENCES users.account (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, site_id) REFERENCES users.site (org_id, id),
  FOREIGN KEY (org_id, group_id, site_id) REFERENCES users.member_group (org_id, id, site_id)
);
CREATE INDEX membership_group ON users.membership (org_id, group_id, member_id);
SELECT platform.protect('users.membership', 'users');

CREATE TABLE users.assignment (
  org_id uuid NOT NULL,
  supervisor_id uuid NOT NULL,
  group_id uuid NOT NULL,
  PRIMARY KEY (org_id, supervisor_id, group_id),
  FOREIGN KEY (org_id, supervisor_id) REFERENCES users.account (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, group_id) REFERENCES users.member_group (org_id, id) ON DELETE CASCADE
);
CREATE INDEX assignment_group ON users.assignment (org_id, group_id);
SELECT platform.protect('users.assignment', 'users');

CREATE TABLE users.guardianship (
  org_id uuid NOT NULL,
  guardian_id uuid NOT NULL,
  member_id uuid NOT NULL,
  may_see boolean NOT NULL DEFAULT true,
  is_told boolean NOT NULL DEFAULT true,
  may_collect boolean NOT NULL DEFAULT false,
  -- Since when guardian and member (or whoever decides for the member) agree to a live view; null: there is none.
  live_agreed_at timestamptz,
  PRIMARY KEY (org_id, guardian_id, member_id),
  FOREIGN KEY (org_id, guardian_id) REFERENCES users.account (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, member_id) REFERENCES users.account (org_id, id) ON DELETE CASCADE,
  CHECK (guardian_id <> member_id)
);
CREATE INDEX guardianship_member ON users.guardianship (org_id, member_id);
SELECT platform.protect('users.guardianship', 'users');
