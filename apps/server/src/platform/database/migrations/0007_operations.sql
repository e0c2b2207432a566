-- What an administrator needs to mend a deployment from the page: to see what was given up, and to ask for it again.

-- How often a job was given up and asked for again. The queue knows each round under an id of its own.
ALTER TABLE platform.job ADD COLUMN retries integer NOT NULL DEFAULT 0;
CREATE INDEX job_failed ON platform.job (org_id, ended_at DESC) WHERE state = 'failed';

-- The gateway answers for the platform. Inside an organization it sees that organization's dead letters, not what the
-- events say nor whom they are about; and it may ask for another try, no more.
GRANT SELECT (consumer, id, type, org_id, occurred_at, reason, tries, failed_at, replay_requested_at),
  UPDATE (replay_requested_at) ON platform.dead_letter TO muster_gateway;
CREATE INDEX dead_letter_organization ON platform.dead_letter (org_id, failed_at DESC);
