-- Second factors, links that set a password, what a sign-in looked like, and what an organization asks for.

-- Whether the password is long enough to be all that is asked for; shorter ones need a second factor beside them.
ALTER TABLE auth.credential ADD COLUMN stands_alone boolean NOT NULL DEFAULT true;

ALTER TABLE auth.session
  -- How it began: password, password+code, password+recovery-code, passkey, …
  ADD COLUMN method text NOT NULL DEFAULT 'password',
  -- Two letters (ISO 3166), by the network address; null: not known. The address itself is in the audit log only.
  ADD COLUMN country text,
  ADD COLUMN last_used_at timestamptz,
  -- When its user last showed, by password, code or passkey, that it is them.
  ADD COLUMN proved_at timestamptz;
-- Where somebody has signed in before.
CREATE INDEX session_history ON auth.session (org_id, user_id, started_at DESC);

CREATE OR REPLACE VIEW published.sign_in AS
SELECT org_id, id AS session_id, user_id, device_id, ended_at, proved_at FROM auth.session;

-- The secret of an authenticator app, once a first code from it was right.
CREATE TABLE auth.totp (
  org_id uuid NOT NULL,
  user_id uuid NOT NULL,
  -- Encrypted: see secret-box.ts.
  sealed_secret text NOT NULL,
  confirmed_at timestamptz NOT NULL,
  -- The time step of the last code that was taken: it and all before it are refused.
  last_step bigint NOT NULL,
  PRIMARY KEY (org_id, user_id)
);
SELECT platform.protect('auth.totp', 'auth');

CREATE TABLE auth.recovery_code (
  org_id uuid NOT NULL,
  user_id uuid NOT NULL,
  -- Argon2id of the code; one salt for all codes of a set, so that looking for one costs one hash.
  code_hash bytea NOT NULL,
  salt bytea NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (org_id, user_id, code_hash)
);
SELECT platform.protect('auth.recovery_code', 'auth');

CREATE TABLE auth.passkey (
  org_id uuid NOT NULL,
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  name text NOT NULL,
  credential_id bytea NOT NULL,
  public_key bytea NOT NULL,
  -- As the authenticator counts its uses; one that goes backwards is a copy.
  counter bigint NOT NULL,
  transports text[] NOT NULL,
  made_at timestamptz NOT NULL,
  last_used_at timestamptz,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, credential_id)
);
CREATE INDEX passkey_user ON auth.passkey (org_id, user_id);
SELECT platform.protect('auth.passkey', 'auth');

-- A step that was begun and is to be finished soon, by the same user on the same device, once.
CREATE TABLE auth.challenge (
  org_id uuid NOT NULL,
  -- SHA-256 of the token that its holder has.
  token_hash bytea NOT NULL,
  user_id uuid NOT NULL,
  device_id uuid NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('sign-in', 'set-up', 'step-up', 'add')),
  -- What a passkey has to sign; null: none was asked for.
  passkey_challenge text,
  -- Of an authenticator app that is being set up; encrypted.
  sealed_secret text,
  tries int NOT NULL DEFAULT 0,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, token_hash)
);
CREATE INDEX challenge_user ON auth.challenge (org_id, user_id, expires_at);
SELECT platform.protect('auth.challenge', 'auth');

CREATE TABLE auth.passkey_challenge (
  challenge_hash bytea PRIMARY KEY,
  device_id uuid NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX passkey_challenge_age ON auth.passkey_challenge (expires_at);
SELECT platform.unscoped('auth.passkey_challenge', 'auth', 'who signs in by a passkey has named no organization yet');

-- With its token, one password can be set, once.
CREATE TABLE auth.password_link (
  org_id uuid NOT NULL,
  id uuid NOT NULL,
  token_hash bytea NOT NULL,
  user_id uuid NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('reset', 'invitation')),
  -- Who made it; null: nobody but Muster.
  made_by uuid,
  made_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  revoked_at timestamptz,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, token_hash)
);
CREATE INDEX password_link_user ON auth.password_link (org_id, user_id);
SELECT platform.protect('auth.password_link', 'auth');

-- What an organization asks of those who sign in; no row: nothing more than a password.
CREATE TABLE auth.policy (
  org_id uuid PRIMARY KEY,
  staff_second_factor boolean NOT NULL,
  changed_at timestamptz NOT NULL
);
SELECT platform.protect('auth.policy', 'auth');

-- Encrypts secrets of second factors where the configuration names no key. Keys that it names are not in the database.
CREATE TABLE auth.sealing_key (
  id text PRIMARY KEY,
  key bytea NOT NULL,
  made_at timestamptz NOT NULL
);
SELECT platform.unscoped('auth.sealing_key', 'auth', 'the key that encrypts secrets belongs to the deployment', 'SELECT, INSERT');
REVOKE SELECT ON auth.sealing_key FROM muster_views;
