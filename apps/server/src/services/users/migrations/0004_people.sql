-- Sorting, searching and importing tens of thousands of people.

-- Stored, because row-level security keeps an index on an expression, and a trigram index, from being used: a function
-- in it might leak. Who has no number, or no day of joining, stands last.
ALTER TABLE users.account
  ADD COLUMN number_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (coalesce(number, '~')) STORED,
  ADD COLUMN joined_key date NOT NULL GENERATED ALWAYS AS (coalesce(joined_on, 'infinity')) STORED,
  -- In small letters, once and not at every search.
  ADD COLUMN search_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (
    lower(display_name || ' ' || coalesce(number, '') || ' ' || coalesce(email, ''))) STORED;
CREATE INDEX account_number_key ON users.account (org_id, number_key, id);
CREATE INDEX account_joined_key ON users.account (org_id, joined_key, id);
-- Few are administrators or supervisors: a page of them is not looked for among all members.
CREATE INDEX account_role ON users.account (org_id, role, display_name, id);

CREATE UNIQUE INDEX site_name ON users.site (org_id, lower(name));

-- One import of people: a file, how it is read, what the dry run promises, what became of it.
CREATE TABLE users.import_run (
  org_id uuid NOT NULL,
  id uuid NOT NULL,
  started_by uuid NOT NULL,
  file_name text NOT NULL,
  state text NOT NULL DEFAULT 'awaiting-file' CHECK (state IN ('awaiting-file', 'reading', 'mapping', 'checking',
    'checked', 'running', 'done', 'failed', 'discarded')),
  progress double precision NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  object_key text,
  -- As the contracts `fileReading`, `importChoices` and `importCounts` describe them.
  reading jsonb,
  choices jsonb,
  counts jsonb,
  failure text,
  -- Which request for a check or a run the state belongs to: a job of an older one stops.
  request_id uuid,
  PRIMARY KEY (org_id, id),
  CHECK ((state = 'failed') = (failure IS NOT NULL))
);
CREATE INDEX import_run_own ON users.import_run (org_id, started_by, started_at DESC);
SELECT platform.protect('users.import_run', 'users');

-- What the dry run has understood, as the run will write it; gone when the run has ended.
CREATE TABLE users.import_row (
  org_id uuid NOT NULL,
  run_id uuid NOT NULL,
  -- As a spreadsheet counts.
  row int NOT NULL,
  person jsonb NOT NULL,
  PRIMARY KEY (org_id, run_id, row),
  FOREIGN KEY (org_id, run_id) REFERENCES users.import_run (org_id, id) ON DELETE CASCADE
);
SELECT platform.protect('users.import_row', 'users');

CREATE TABLE users.import_problem (
  org_id uuid NOT NULL,
  run_id uuid NOT NULL,
  position int NOT NULL,
  row int NOT NULL,
  column_name text,
  sentence text NOT NULL,
  PRIMARY KEY (org_id, run_id, position),
  FOREIGN KEY (org_id, run_id) REFERENCES users.import_run (org_id, id) ON DELETE CASCADE
);
SELECT platform.protect('users.import_problem', 'users');
