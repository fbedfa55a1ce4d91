/** Bulk jobs. The number of a job is its place in the queue; a record of the input is one item, once. */
export const jobs = `
CREATE TABLE jobs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
  created_at TEXT NOT NULL,
  started_at TEXT,
  finished_at TEXT,
  model TEXT NOT NULL,
  model_identity TEXT NOT NULL,
  options TEXT NOT NULL,
  input_bytes INTEGER NOT NULL,
  total INTEGER,
  total_residues INTEGER,
  done INTEGER NOT NULL DEFAULT 0,
  done_residues INTEGER NOT NULL DEFAULT 0,
  refused INTEGER NOT NULL DEFAULT 0,
  result_bytes INTEGER NOT NULL DEFAULT 0,
  error TEXT
) STRICT;

CREATE INDEX unfinished_jobs ON jobs (number) WHERE state IN ('queued', 'running');

CREATE TABLE job_items (
  job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  accession TEXT NOT NULL,
  length INTEGER NOT NULL,
  refusal TEXT,
  PRIMARY KEY (job, number)
) WITHOUT ROWID, STRICT;

CREATE INDEX refused_items ON job_items (job, number) WHERE refusal IS NOT NULL;
`;
