/** An index of runs/ID/events.jsonl: a later migration may drop both tables, and they fill again. */
export const runsAndMetrics = `
CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  -- how far the log was read
  inode INTEGER NOT NULL,
  byte_offset INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  -- of the start event; null before there is one
  started_at TEXT,
  total_steps INTEGER,
  parameter_count INTEGER,
  baseline TEXT,
  -- of the last events
  updated_at TEXT,
  step INTEGER,
  end_reason TEXT,
  last_training TEXT,
  last_evaluation TEXT
) WITHOUT ROWID, STRICT;

CREATE TABLE metrics (
  run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('step', 'evaluation')),
  -- line of the log, 1-based
  line INTEGER NOT NULL,
  step INTEGER NOT NULL,
  time TEXT NOT NULL,
  loss REAL NOT NULL,
  perplexity REAL NOT NULL,
  accuracy REAL NOT NULL,
  weight_sum REAL NOT NULL,
  learning_rate REAL,
  gradient_norm REAL,
  tokens_per_second REAL,
  PRIMARY KEY (run, kind, line)
) WITHOUT ROWID, STRICT;
`;
