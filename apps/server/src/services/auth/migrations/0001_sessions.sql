-- Passwords, devices, sign-ins and the keys that sign access tokens.

CREATE TABLE auth.credential (
  org_id uuid NOT NULL,
  user_id uuid NOT NULL,
  -- Argon2id in the PHC string format: parameters and salt stand in it.
  password_hash text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, user_id)
);
SELECT platform.protect('auth.credential', 'auth');
-- Who signs in has named no organization yet.
SELECT platform.allow_across('auth.credential', 'auth');

-- One row for each user on each device (an installation of the app).
CREATE TABLE auth.device (
  org_id uuid NOT NULL,
  device_id uuid NOT NULL,
  user_id uuid NOT NULL,
  name text NOT NULL,
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  -- Null: signed in there, but it is not the member's own device.
  bound_at timestamptz,
  revoked_at timestamptz,
  PRIMARY KEY (org_id, user_id, device_id)
);
-- A device is bound to one member, a member to one device.
CREATE UNIQUE INDEX device_bound_once ON auth.device (org_id, device_id) WHERE bound_at IS NOT NULL AND revoked_at IS NULL;
CREATE UNIQUE INDEX device_bound_user ON auth.device (org_id, user_id) WHERE bound_at IS NOT NULL AND revoked_at IS NULL;
CREATE INDEX device_users ON auth.device (org_id, device_id);
SELECT platform.protect('auth.device', 'auth');
SELECT platform.allow_across('auth.device', 'auth');

-- One sign-in: a family of refresh tokens.
CREATE TABLE auth.session (
  org_id uuid NOT NULL,
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  device_id uuid NOT NULL,
  role text NOT NULL,
  -- Derives each refresh token from the one before it, so that a repeat within the grace period can be given the
  -- same successor although only hashes are stored. Removed when the session ends.
  family_secret bytea,
  started_at timestamptz NOT NULL,
  -- However often it is refreshed, it ends here.
  ends_by timestamptz NOT NULL,
  ended_at timestamptz,
  end_cause text,
  PRIMARY KEY (org_id, id),
  CHECK ((ended_at IS NULL) = (end_cause IS NULL))
);
CREATE INDEX session_of_user ON auth.session (org_id, user_id) WHERE ended_at IS NULL;
-- Every process asks once a second which sessions have just ended.
CREATE INDEX session_ended ON auth.session (ended_at) WHERE ended_at IS NOT NULL;
SELECT platform.protect('auth.session', 'auth');
SELECT platform.allow_across('auth.session', 'gateway');

CREATE TABLE auth.refresh_token (
  org_id uuid NOT NULL,
  -- SHA-256 of the token; 256 random bits need no salt.
  token_hash bytea NOT NULL,
  session_id uuid NOT NULL,
  -- Null for the first of a family.
  parent_hash bytea,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (org_id, token_hash),
  FOREIGN KEY (org_id, session_id) REFERENCES auth.session (org_id, id) ON DELETE CASCADE
);
-- A token has one successor, whatever the code does.
CREATE UNIQUE INDEX refresh_token_parent ON auth.refresh_token (org_id, parent_hash);
CREATE INDEX refresh_token_session ON auth.refresh_token (org_id, session_id);
SELECT platform.protect('auth.refresh_token', 'auth');

CREATE TABLE auth.signing_key (
  kid text PRIMARY KEY,
  public_jwk jsonb NOT NULL,
  private_jwk jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  -- Verifies no longer from then on; null: it does.
  retired_at timestamptz
);
SELECT platform.unscoped('auth.signing_key', 'auth', 'the keys that sign access tokens belong to the deployment');
-- The private half is for auth alone, not even for the owner of the published views.
REVOKE SELECT ON auth.signing_key FROM muster_views;
GRANT SELECT (kid, public_jwk, created_at, retired_at) ON auth.signing_key TO muster_views;

CREATE VIEW published.device AS
SELECT org_id, device_id, user_id, name, bound_at, revoked_at FROM auth.device;
SELECT platform.publish_view('published.device');

CREATE VIEW published.sign_in AS
SELECT org_id, id AS session_id, user_id, device_id, ended_at FROM auth.session;
SELECT platform.publish_view('published.sign_in');

-- Public by nature: what `/.well-known/jwks.json` shows.
CREATE VIEW published.signing_key AS
SELECT kid, public_jwk, created_at, retired_at FROM auth.signing_key;
SELECT platform.publish_view('published.signing_key');
