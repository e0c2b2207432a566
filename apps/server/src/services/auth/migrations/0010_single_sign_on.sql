-- The identity provider of an organization, whom it has vouched for, and sign-ins that are on their way there and back.

CREATE TABLE auth.identity_provider (
  org_id uuid PRIMARY KEY,
  label text NOT NULL,
  -- As the provider names itself (OpenID Connect Discovery 1.0).
  issuer text NOT NULL,
  client_id text NOT NULL,
  -- Encrypted: see secret-box.ts. Null: a public client, which PKCE alone protects.
  sealed_client_secret text,
  email_domains text[] NOT NULL,
  changed_at timestamptz NOT NULL
);
SELECT platform.protect('auth.identity_provider', 'auth');

-- Who this subject of the provider is here. Its e-mail address is looked at once, when the row is made.
CREATE TABLE auth.external_identity (
  org_id uuid NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  user_id uuid NOT NULL,
  linked_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, issuer, subject),
  UNIQUE (org_id, issuer, user_id)
);
SELECT platform.protect('auth.external_identity', 'auth');

CREATE TABLE auth.single_sign_on_attempt (
  org_id uuid NOT NULL,
  -- SHA-256 of the state that the browser takes along.
  state_hash bytea NOT NULL,
  device_id uuid NOT NULL,
  nonce text NOT NULL,
  -- Of PKCE (RFC 7636).
  code_verifier text NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, state_hash)
);
CREATE INDEX single_sign_on_attempt_age ON auth.single_sign_on_attempt (org_id, expires_at);
SELECT platform.protect('auth.single_sign_on_attempt', 'auth');
