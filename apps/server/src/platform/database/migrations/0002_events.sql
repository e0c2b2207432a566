-- The outbox and what its readers keep. See docs/adr/0004-outbox.md.

CREATE TABLE platform.outbox (
  -- The writing transaction. Rows below the snapshot's xmin horizon are complete: no transaction that could
  -- still add one is running. A sequence alone gives no such promise.
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  seq bigint GENERATED ALWAYS AS IDENTITY,
  id uuid NOT NULL,
  type text NOT NULL,
  version integer NOT NULL,
  org_id uuid NOT NULL,
  key text NOT NULL,
  occurred_at timestamptz NOT NULL,
  payload jsonb NOT NULL,
  trace_id text,
  PRIMARY KEY (xid, seq)
);
CREATE INDEX outbox_organization ON platform.outbox (org_id, xid, seq);

ALTER TABLE platform.outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.outbox FORCE ROW LEVEL SECURITY;
CREATE POLICY organization ON platform.outbox
  USING (org_id = (SELECT platform.org_id())) WITH CHECK (org_id = (SELECT platform.org_id()));
CREATE POLICY relay ON platform.outbox TO muster_relay USING (true) WITH CHECK (true);
GRANT SELECT, DELETE ON platform.outbox TO muster_relay;
-- xid and seq are not theirs to choose.
GRANT INSERT (id, type, version, org_id, key, occurred_at, payload, trace_id) ON platform.outbox
  TO muster_auth, muster_users, muster_attendance, muster_geo, muster_notifications, muster_reports,
     muster_fraud, muster_audit, muster_gateway;

CREATE TABLE platform.consumer_cursor (
  consumer text PRIMARY KEY,
  types text[] NOT NULL,
  -- Everything up to and including this place has been handled.
  xid xid8 NOT NULL,
  seq bigint NOT NULL,
  moved_at timestamptz NOT NULL DEFAULT now()
);
SELECT platform.unscoped('platform.consumer_cursor', 'relay', 'a consumer reads the events of all organizations');

CREATE TABLE platform.inbox (
  consumer text NOT NULL,
  event_id uuid NOT NULL,
  handled_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, event_id)
);
CREATE INDEX inbox_handled_at ON platform.inbox (handled_at);
SELECT platform.unscoped('platform.inbox', 'relay', 'only ids of events, to recognise duplicates');

CREATE TABLE platform.dead_letter (
  consumer text NOT NULL,
  id uuid NOT NULL,
  cursor text NOT NULL,
  type text NOT NULL,
  version integer NOT NULL,
  org_id uuid NOT NULL,
  key text NOT NULL,
  occurred_at timestamptz NOT NULL,
  payload jsonb NOT NULL,
  trace_id text,
  reason text NOT NULL,
  tries integer NOT NULL,
  failed_at timestamptz NOT NULL DEFAULT now(),
  replay_requested_at timestamptz,
  PRIMARY KEY (consumer, id)
);
SELECT platform.protect('platform.dead_letter', 'relay');
CREATE POLICY relay ON platform.dead_letter TO muster_relay USING (true) WITH CHECK (true);

-- How far the outbox has been trimmed: who asks for events before it must load everything anew.
CREATE TABLE platform.outbox_trimmed (
  xid xid8 NOT NULL,
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row)
);
INSERT INTO platform.outbox_trimmed (xid) VALUES ('0');
SELECT platform.unscoped('platform.outbox_trimmed', 'relay', 'one number about the whole outbox');
