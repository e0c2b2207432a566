-- Devices that prove themselves with a key of their own, and wait until somebody approves them.

ALTER TABLE auth.device
  -- JSON Web Key (P-256); null: it has shown none.
  ADD COLUMN public_key jsonb,
  -- Of the key (RFC 7638), base64url.
  ADD COLUMN key_thumbprint text,
  -- What its owner or staff call it; a sign-in renames only what nobody has named.
  ADD COLUMN given_name text,
  -- It has been its user's own at some time: then the next one is not the first.
  ADD COLUMN was_bound boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT device_key_whole CHECK ((public_key IS NULL) = (key_thumbprint IS NULL));
UPDATE auth.device SET was_bound = true WHERE bound_at IS NOT NULL;

-- A device is still bound to one member only; how many a member has is for the organization to say.
DROP INDEX auth.device_bound_user;
CREATE INDEX device_user_bound ON auth.device (org_id, user_id) WHERE bound_at IS NOT NULL AND revoked_at IS NULL;
CREATE INDEX device_waiting ON auth.device (org_id, first_seen_at)
  WHERE bound_at IS NULL AND revoked_at IS NULL AND public_key IS NOT NULL;

ALTER TABLE auth.policy
  ADD COLUMN one_device_per_member boolean NOT NULL DEFAULT false,
  ADD COLUMN approve_first_device boolean NOT NULL DEFAULT false;

-- What a device was given to sign; each works once.
CREATE TABLE auth.device_challenge (
  challenge_hash bytea PRIMARY KEY,
  device_id uuid NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX device_challenge_age ON auth.device_challenge (expires_at);
SELECT platform.unscoped('auth.device_challenge', 'auth', 'who signs in on a device has named no organization yet');

CREATE OR REPLACE VIEW published.device AS
SELECT org_id, device_id, user_id, coalesce(given_name, name) AS name, bound_at, revoked_at, public_key, key_thumbprint
FROM auth.device;
