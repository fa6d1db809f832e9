/** Bumped when a file can't be read by an earlier version any more. */
export const VERSION = 1

/**
 * `version` has one row. `at`: the version of the records. `unwiped`: the version of the last deletion whose bytes may still be in the
 * file or in its log; 0 for none.
 */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS version (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL, unwiped INTEGER NOT NULL);
INSERT OR IGNORE INTO version (id, at, unwiped) VALUES (1, 0, 0);
CREATE TABLE IF NOT EXISTS people (
  kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, body TEXT, UNIQUE (kind, id)
);
CREATE INDEX IF NOT EXISTS people_by_version ON people (version);
CREATE TABLE IF NOT EXISTS sessions (
  hash TEXT PRIMARY KEY, user_id TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, seen_at INTEGER NOT NULL,
  details TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_by_user ON sessions (user_id, created_at);
CREATE INDEX IF NOT EXISTS sessions_by_age ON sessions (created_at);
CREATE INDEX IF NOT EXISTS sessions_by_end ON sessions (expires_at);
CREATE TABLE IF NOT EXISTS stamps (
  kind TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID;
`
