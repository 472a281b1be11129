/**
 * Migration 2. Alerts get columns to be found by, incidents count theirs instead of listing them all, and what was
 * taken in lies in an inbox until it is folded.
 */
export const intakeTables = `
  CREATE TABLE booked_alerts (
    ordinal INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('firing', 'resolved')),
    incident TEXT,
    namespace TEXT,
    name TEXT,
    heard_at REAL NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (fingerprint, starts_at)
  ) STRICT;
  INSERT INTO booked_alerts (fingerprint, starts_at, status, incident, namespace, name, heard_at, body)
    SELECT fingerprint, starts_at, body ->> '$.status', incident, body ->> '$.labels.namespace',
      body ->> '$.labels.alertname', unixepoch(starts_at) * 1000.0, body
    FROM alerts ORDER BY rowid;
  DROP TABLE alerts;
  ALTER TABLE booked_alerts RENAME TO alerts;
  CREATE INDEX alerts_of_incident ON alerts (incident, ordinal);
  CREATE INDEX firing_alerts ON alerts (ordinal) WHERE status = 'firing';
  CREATE INDEX alerts_by_namespace ON alerts (namespace, ordinal);
  CREATE INDEX alerts_by_name ON alerts (name, ordinal);

  UPDATE incident_events SET body = json_set(body, '$.type', 'alerts_joined', '$.count', 1,
      '$.alerts', json_array(json(body -> '$.alert')),
      '$.namespaces', (SELECT json_group_array(value) FROM (SELECT body ->> '$.alert.labels.namespace' AS value)
        WHERE value IS NOT NULL))
    WHERE body ->> '$.type' = 'alert_joined';
  UPDATE incident_events SET body = json_set(body, '$.type', 'alerts_resolved', '$.count', 1,
      '$.alerts', json_array(json_object('fingerprint', body ->> '$.fingerprint',
        'startsAt', body ->> '$.startsAt', 'endsAt', body ->> '$.resolvedAt')))
    WHERE body ->> '$.type' = 'alert_resolved';
  UPDATE incidents SET body = json_set(body,
      '$.alertCount', json_array_length(body, '$.alerts'),
      '$.firing', (SELECT count(*) FROM json_each(incidents.body, '$.alerts') WHERE value ->> '$.status' = 'firing'),
      '$.lastAlertAt', body ->> '$.openedAt',
      '$.namespaces', (SELECT json_group_array(DISTINCT value ->> '$.labels.namespace')
        FROM json_each(incidents.body, '$.alerts') WHERE value ->> '$.labels.namespace' IS NOT NULL),
      '$.alerts', (SELECT json_group_array(json(value)) FROM json_each(incidents.body, '$.alerts') WHERE key < 20));

  ALTER TABLE incidents ADD COLUMN state TEXT NOT NULL DEFAULT '';
  ALTER TABLE incidents ADD COLUMN namespace TEXT;
  ALTER TABLE incidents ADD COLUMN node TEXT;
  ALTER TABLE incidents ADD COLUMN opened_at REAL NOT NULL DEFAULT 0;
  UPDATE incidents SET state = body ->> '$.state', namespace = body ->> '$.subject.namespace',
    opened_at = unixepoch(body ->> '$.openedAt') * 1000.0;
  CREATE INDEX incidents_by_state ON incidents (state, ordinal);
  CREATE INDEX incidents_of_namespace ON incidents (namespace, opened_at);
  CREATE INDEX incidents_on_node ON incidents (node, opened_at) WHERE node IS NOT NULL;
  CREATE INDEX open_incidents ON incidents (ordinal) WHERE open = 1;

  CREATE TABLE inbox (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at REAL NOT NULL,
    alerts INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;

  CREATE TABLE rejected_alerts (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    hash TEXT NOT NULL UNIQUE,
    problem TEXT NOT NULL,
    body TEXT NOT NULL,
    times INTEGER NOT NULL,
    first_at REAL NOT NULL,
    last_at REAL NOT NULL
  ) STRICT;
  ALTER TABLE health ADD COLUMN probe BLOB;
  CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;
