-- Answers by Idempotency-Key, kept in the transaction of the write they answer.
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

SELECT platform.protect('platform.idempotency', 'users', 'SELECT, INSERT');
GRANT SELECT, INSERT ON platform.idempotency
  TO muster_auth, muster_attendance, muster_geo, muster_notifications, muster_reports, muster_fraud, muster_audit, muster_gateway;

-- Keys are forgotten after a day, across organizations.
CREATE POLICY relay ON platform.idempotency FOR DELETE TO muster_relay USING (true);
CREATE POLICY relay_reads ON platform.idempotency FOR SELECT TO muster_relay USING (true);
GRANT SELECT (answered_at), DELETE ON platform.idempotency TO muster_relay;
