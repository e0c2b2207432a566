-- Answers by Idempotency-Key, kept in the transaction of the write they answer, whichever service wrote.
CREATE TABLE platform.idempotency (
  org_id uuid NOT NULL,
  user_id uuid NOT NULL,
  key text NOT NULL,
  fingerprint bytea NOT NULL,
  status smallint NOT NULL,
  body jsonb NOT NULL,
  answered_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_answered_at ON platform.idempotency (answered_at);

SELECT platform.protect('platform.idempotency', 'gateway', 'SELECT, INSERT, DELETE');
GRANT SELECT, INSERT ON platform.idempotency
  TO muster_auth, muster_users, muster_attendance, muster_geo, muster_notifications, muster_reports, muster_fraud, muster_audit;

-- Answers are forgotten after a day, of all organizations at once.
SELECT platform.allow_across('platform.idempotency', 'gateway', 'SELECT');
SELECT platform.allow_across('platform.idempotency', 'gateway', 'DELETE');
