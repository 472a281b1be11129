import type { DatabaseSync } from 'node:sqlite';
import { AlertwrightError, exitCodes } from '../../lib/errors.ts';
import { intakeTables } from './schema_intake.ts';
import { notOurs } from './storage_error.ts';

/** "awrt" in ASCII: tells our files from other programs' databases. */
const applicationId = 0x61777274;

/** Only ever appended to: `user_version` counts how many of them a database has seen. */
const migrations: readonly string[] = [
  `
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
  `,
  intakeTables,
  `
  CREATE TABLE tool_pins (
    server TEXT NOT NULL,
    tool TEXT NOT NULL,
    hash TEXT NOT NULL,
    pinned_at REAL NOT NULL,
    confirmed_by TEXT,
    PRIMARY KEY (server, tool)
  ) STRICT, WITHOUT ROWID;
  `,
];

/** Brings the database to the present schema, all or nothing. The caller holds a transaction. */
export function migrate(connection: DatabaseSync, path: string): void {
  const version = pragma(connection, 'user_version');
  if (version === 0 && !isEmpty(connection)) throw notOurs(path);
  if (version > 0 && pragma(connection, 'application_id') !== applicationId) throw notOurs(path);
  if (version > migrations.length) throw tooNew(path, version);
  for (const migration of migrations.slice(version)) connection.exec(migration);
  connection.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}`);
}

function tooNew(path: string, version: number): AlertwrightError {
  const message = `expected schema ${migrations.length} or older in ${path}, got schema ${version} of a newer alertwright`;
  return new AlertwrightError('storage_too_new', message, {
    remedy: 'Run the newer alertwright, or choose another data directory.',
    exitCode: exitCodes.config,
  });
}

function isEmpty(connection: DatabaseSync): boolean {
  return connection.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}

function pragma(connection: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(connection.prepare(`PRAGMA ${name}`).get()?.[name]);
}
