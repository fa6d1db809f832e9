/** Bumped when a file can't be read by an earlier version any more. */
export const VERSION = 1

/** As messages call it. */
export const NAME = 'archive'

export const MAIN_SCHEMA = `
CREATE TABLE IF NOT EXISTS cursors (stream TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS figures (
  kind TEXT NOT NULL, scope TEXT NOT NULL, step INTEGER NOT NULL, start INTEGER NOT NULL, body BLOB NOT NULL,
  UNIQUE (kind, scope, step, start)
);
CREATE INDEX IF NOT EXISTS figures_by_age ON figures (step, start);
CREATE TABLE IF NOT EXISTS records (
  kind TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, service TEXT, name TEXT, body TEXT NOT NULL,
  UNIQUE (kind, id)
);
CREATE INDEX IF NOT EXISTS records_by_time ON records (kind, at, id);
CREATE INDEX IF NOT EXISTS records_by_name ON records (kind, name, at, id);
CREATE TABLE IF NOT EXISTS gaps (stream TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, lost INTEGER);
CREATE INDEX IF NOT EXISTS gaps_by_time ON gaps (start);
CREATE TABLE IF NOT EXISTS forgets (day TEXT NOT NULL, ids TEXT NOT NULL);
`

/**
 * `labels`: texts that many jobs share. `tally`: attempts an hour. `spans`: the jobs of one write, whose ids ascend with time as good as
 * always; `newest` and `longest` (run time, ms) bound where to look.
 */
export const ROWS_SCHEMA = `
CREATE TABLE IF NOT EXISTS labels (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS jobs (
  id INTEGER PRIMARY KEY, queue INTEGER NOT NULL, job TEXT NOT NULL, finished INTEGER NOT NULL, started INTEGER, added INTEGER,
  outcome INTEGER NOT NULL, queue_name INTEGER NOT NULL, name INTEGER NOT NULL, attempt INTEGER, wait INTEGER, run INTEGER,
  service INTEGER, node INTEGER, error TEXT
);
CREATE UNIQUE INDEX IF NOT EXISTS jobs_by_attempt ON jobs (queue, job, coalesce(started, finished));
CREATE INDEX IF NOT EXISTS jobs_by_end ON jobs (finished);
CREATE INDEX IF NOT EXISTS jobs_failed ON jobs (finished) WHERE outcome = 1;
CREATE TABLE IF NOT EXISTS tally (
  hour INTEGER NOT NULL, queue INTEGER NOT NULL, queue_name INTEGER NOT NULL, service INTEGER NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (hour, queue, queue_name, service)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spans (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, newest INTEGER NOT NULL, longest INTEGER NOT NULL);
`

/** The name under which a text file is attached to the file of its day's rows. */
export const TEXT = 'txt'

/** `hashsize`: what one write of 1,000 jobs indexes, in bytes, is merged in memory. */
export const TEXT_SCHEMA = `
CREATE TABLE IF NOT EXISTS ${TEXT}.blocks (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS ${TEXT}.payloads (id INTEGER PRIMARY KEY, block INTEGER NOT NULL);
CREATE VIRTUAL TABLE IF NOT EXISTS ${TEXT}.terms
  USING fts5(t, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '_'");
INSERT INTO ${TEXT}.terms(terms, rank) VALUES ('hashsize', 8388608);
`
