-- Report runs: who asked for what, how far it is, and the file that came of it.

CREATE TABLE reports.run (
  org_id uuid NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  -- The first day of the month that is reported.
  month date NOT NULL,
  requested_by uuid NOT NULL,
  -- Through which of these the requester held the permission: the report shows whom they reach so, and no one else.
  ties text[] NOT NULL,
  requested_at timestamptz NOT NULL,
  status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'done', 'failed')),
  progress double precision NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
  finished_at timestamptz,
  failure text,
  object_key text,
  bytes bigint,
  sha256 text,
  PRIMARY KEY (org_id, id),
  CHECK ((status = 'done') = (object_key IS NOT NULL AND bytes IS NOT NULL AND sha256 IS NOT NULL)),
  CHECK ((status = 'failed') = (failure IS NOT NULL))
);
CREATE INDEX run_of_user ON reports.run (org_id, requested_by, requested_at DESC, id DESC);
SELECT platform.protect('reports.run', 'reports', 'SELECT, INSERT, UPDATE');
