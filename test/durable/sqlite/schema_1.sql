-- The schema that the first version made.
CREATE TABLE runs (
  ordinal INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  workflow TEXT NOT NULL,
  input TEXT,
  state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'done', 'failed')),
  output TEXT
) STRICT;
CREATE INDEX active_runs ON runs (ordinal) WHERE state = 'active';

CREATE TABLE journal (
  run TEXT NOT NULL,
  position TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'done', 'failed')),
  due REAL,
  value TEXT,
  PRIMARY KEY (run, position)
) STRICT;

CREATE TABLE messages (
  ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
  run TEXT NOT NULL,
  id TEXT NOT NULL,
  topic TEXT NOT NULL,
  body TEXT,
  taken INTEGER NOT NULL DEFAULT 0,
  UNIQUE (run, id)
) STRICT;

CREATE TABLE leases (
  ticket INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  run TEXT NOT NULL,
  position TEXT NOT NULL,
  UNIQUE (run, position)
) STRICT;
CREATE INDEX lease_queues ON leases (key, ticket);

CREATE TABLE effects (
  ordinal INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  incident TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'intent' CHECK (state IN ('intent', 'done', 'failed', 'unknown')),
  outcome TEXT
) STRICT;
CREATE INDEX effects_of_incident ON effects (incident, ordinal);

CREATE TABLE incidents (
  ordinal INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  fold_key TEXT NOT NULL,
  open INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX incidents_by_fold_key ON incidents (fold_key, ordinal);

CREATE TABLE incident_events (
  incident TEXT NOT NULL,
  seq INTEGER NOT NULL,
  key TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (incident, seq),
  UNIQUE (incident, key)
) STRICT;

CREATE TABLE alerts (
  fingerprint TEXT NOT NULL,
  starts_at TEXT NOT NULL,
  incident TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (fingerprint, starts_at)
) STRICT;

CREATE TABLE health (id INTEGER PRIMARY KEY CHECK (id = 1), checked_at REAL NOT NULL) STRICT;
PRAGMA application_id = 0x61777274;
PRAGMA user_version = 1;
