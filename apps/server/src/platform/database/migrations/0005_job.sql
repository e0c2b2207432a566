-- Every job that was asked for and what became of it: the queue may lose all it knows and is filled again from here.

CREATE TABLE platform.job (
  -- The id of the event that asked for it, and of the job in the queue.
  id uuid PRIMARY KEY,
  org_id uuid NOT NULL,
  name text NOT NULL,
  payload jsonb NOT NULL,
  state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'done', 'failed')),
  asked_at timestamptz NOT NULL DEFAULT now(),
  -- When the queue was last seen to know it.
  queued_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  -- Of a failed one: the last error, in words.
  reason text,
  CHECK ((ended_at IS NULL) = (state = 'asked'))
);
CREATE INDEX job_open ON platform.job (queued_at) WHERE state = 'asked';
CREATE INDEX job_ended_at ON platform.job (ended_at) WHERE state <> 'asked';

SELECT platform.protect('platform.job', 'gateway', 'SELECT, INSERT, UPDATE, DELETE');
-- The queue serves all organizations.
SELECT platform.allow_across('platform.job', 'gateway', 'SELECT');
SELECT platform.allow_across('platform.job', 'gateway', 'UPDATE');
SELECT platform.allow_across('platform.job', 'gateway', 'DELETE');
