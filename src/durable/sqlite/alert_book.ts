import type { Alert } from '../../alerts/alert.ts';
import type { AlertBook } from '../../alerts/book.ts';
import type { Database } from './database.ts';
import { encode } from './json.ts';

const largestAlert = 256 * 1024;

export function createAlertBook(database: Database): AlertBook {
  const select = database.prepare('SELECT incident, body FROM alerts WHERE fingerprint = ? AND starts_at = ?');
  const upsert = database.prepare(
    `INSERT INTO alerts (fingerprint, starts_at, incident, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (fingerprint, starts_at) DO UPDATE SET incident = excluded.incident, body = excluded.body`,
  );
  const newest = database.prepare('SELECT id FROM incidents WHERE fold_key = ? ORDER BY ordinal DESC LIMIT 1');

  return {
    find(fingerprint, startsAt) {
      const row = select.get(fingerprint, startsAt) as { incident: string; body: string } | undefined;
      return row && { incident: row.incident, alert: JSON.parse(row.body) as Alert };
    },
    put(alert, incident) {
      const body = encode(`alert ${alert.fingerprint}`, alert, largestAlert);
      database.transaction(() => upsert.run(alert.fingerprint, alert.startsAt, incident, body));
    },
    lastIncident(foldKey) {
      const row = newest.get(foldKey) as { id: string } | undefined;
      return row?.id;
    },
  };
}
