-- Invitations: who invited whom, and how. The link itself, once it is made, is a password link like others.
CREATE TABLE auth.invitation (
  org_id uuid NOT NULL,
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  channel text NOT NULL CHECK (channel IN ('link', 'email')),
  invited_by uuid NOT NULL,
  invited_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  -- Null until an e-mail with it is about to leave: no token waits anywhere.
  link_id uuid,
  sent_at timestamptz,
  revoked_at timestamptz,
  failed_at timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, link_id) REFERENCES auth.password_link (org_id, id)
);
CREATE INDEX invitation_user ON auth.invitation (org_id, user_id, invited_at DESC);
SELECT platform.protect('auth.invitation', 'auth');
