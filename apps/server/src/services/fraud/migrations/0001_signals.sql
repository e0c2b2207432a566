-- Evidence in words, and the little that must be remembered to find it.

CREATE TABLE fraud.signal (
  org_id uuid NOT NULL,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  kind text NOT NULL,
  points double precision NOT NULL,
  -- Signals with the same key have one cause, and count once.
  cause_key text NOT NULL,
  sentence text NOT NULL,
  innocent_explanations jsonb NOT NULL,
  facts jsonb NOT NULL,
  observed_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  -- The fact it was found in: hearing of it again raises nothing.
  source_event_id uuid NOT NULL,
  -- A dismissed signal gives its points back and stays in the record.
  dismissed_at timestamptz,
  dismissed_because text,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, source_event_id, kind),
  CHECK ((dismissed_at IS NULL) = (dismissed_because IS NULL))
);
CREATE INDEX signal_of_member ON fraud.signal (org_id, member_id, observed_at DESC);
SELECT platform.protect('fraud.signal', 'fraud', 'SELECT, INSERT, UPDATE');

-- The last fixes of a phone in its tracking session, bounded: enough to see impossible travel. Gone at EXIT.
CREATE TABLE fraud.recent_track (
  org_id uuid NOT NULL,
  member_id uuid NOT NULL,
  device_id uuid NOT NULL,
  fixes jsonb NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, member_id, device_id)
);
CREATE INDEX recent_track_oldest ON fraud.recent_track (updated_at);
SELECT platform.protect('fraud.recent_track', 'fraud');
SELECT platform.allow_across('fraud.recent_track', 'fraud');
SELECT platform.allow_across('fraud.recent_track', 'fraud', 'DELETE');

-- The last sign-ins of a member, bounded: enough to see two devices used by turns.
CREATE TABLE fraud.recent_sign_ins (
  org_id uuid NOT NULL,
  member_id uuid NOT NULL,
  uses jsonb NOT NULL,
  PRIMARY KEY (org_id, member_id)
);
SELECT platform.protect('fraud.recent_sign_ins', 'fraud');
