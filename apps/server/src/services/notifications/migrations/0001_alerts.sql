-- What somebody must look at, and what everyone is told.

CREATE TABLE notifications.alert (
  org_id uuid NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  member_id uuid NOT NULL,
  -- What raised it: an excursion, a punch, a signal. One alert per cause, however often the fact is delivered.
  cause_id uuid NOT NULL,
  sentence text NOT NULL,
  raised_at timestamptz NOT NULL,
  resolved_at timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by uuid,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, kind, cause_id)
);
CREATE INDEX alert_newest ON notifications.alert (org_id, raised_at DESC, id DESC);
CREATE INDEX alert_open ON notifications.alert (org_id, raised_at DESC) WHERE acknowledged_at IS NULL;
SELECT platform.protect('notifications.alert', 'notifications', 'SELECT, INSERT, UPDATE');

CREATE TABLE notifications.inbox_item (
  org_id uuid NOT NULL,
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  kind text NOT NULL,
  -- With the kind: one message per fact and reader.
  cause_id uuid NOT NULL,
  title text NOT NULL,
  body text NOT NULL,
  member_id uuid,
  created_at timestamptz NOT NULL,
  read_at timestamptz,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, user_id, kind, cause_id)
);
CREATE INDEX inbox_item_newest ON notifications.inbox_item (org_id, user_id, created_at DESC, id DESC);
CREATE INDEX inbox_item_unread ON notifications.inbox_item (org_id, user_id) WHERE read_at IS NULL;
SELECT platform.protect('notifications.inbox_item', 'notifications', 'SELECT, INSERT, UPDATE');
