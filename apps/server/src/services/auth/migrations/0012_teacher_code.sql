-- Codes with which members register on a phone: short, so both halves are kept as keyed hashes only.
CREATE TABLE auth.teacher_code (
  org_id uuid NOT NULL,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  -- Of its first half, which finds it: wrong tries count only against a code whose first half was right.
  selector_hash bytea NOT NULL,
  -- Of both halves.
  code_hash bytea NOT NULL,
  -- SHA-256 of the token in the picture that is shown with it; 256 random bits need no key.
  token_hash bytea NOT NULL,
  issued_by uuid NOT NULL,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  wrong_tries int NOT NULL DEFAULT 0,
  ended_at timestamptz,
  end_cause text CHECK (end_cause IN ('used', 'replaced', 'withdrawn', 'locked', 'expired')),
  PRIMARY KEY (org_id, id),
  CHECK ((ended_at IS NULL) = (end_cause IS NULL))
);
-- A member has one at a time.
CREATE UNIQUE INDEX teacher_code_open ON auth.teacher_code (org_id, member_id) WHERE ended_at IS NULL;
CREATE INDEX teacher_code_selector ON auth.teacher_code (org_id, selector_hash) WHERE ended_at IS NULL;
CREATE INDEX teacher_code_token ON auth.teacher_code (org_id, token_hash) WHERE ended_at IS NULL;
CREATE INDEX teacher_code_member ON auth.teacher_code (org_id, member_id, issued_at DESC);
SELECT platform.protect('auth.teacher_code', 'auth');
SELECT platform.protect_member_rows('auth.teacher_code');
-- Whose time has run out is looked for in all organizations at once.
SELECT platform.allow_across('auth.teacher_code', 'auth');
