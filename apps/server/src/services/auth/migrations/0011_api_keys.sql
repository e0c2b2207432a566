-- Keys with which programs act for whoever made them, as far as the key's own permissions go.

CREATE TABLE auth.api_key (
  org_id uuid NOT NULL,
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  name text NOT NULL,
  -- SHA-256 of the key; 256 random bits need no salt.
  key_hash bytea NOT NULL,
  permissions text[] NOT NULL CHECK (cardinality(permissions) > 0),
  made_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, key_hash)
);
SELECT platform.protect('auth.api_key', 'auth');

-- Every process verifies keys by itself, as it does access tokens.
CREATE VIEW published.api_key AS
SELECT org_id, id AS key_id, user_id, key_hash, permissions, expires_at, revoked_at FROM auth.api_key;
SELECT platform.publish_view('published.api_key');
