import type { Alert } from '../../alerts/alert.ts';
import type { AlertBook, AlertQuery, BookedAlert } from '../../alerts/book.ts';
import { namespaceOf } from '../../alerts/subject.ts';
import type { Database } from './database.ts';
import { encode } from './json.ts';
import { type Condition, createPager } from './page.ts';

const largestAlert = 256 * 1024;

interface Row {
  ordinal: number;
  incident: string | null;
  heard_at: number;
  body: string;
}

export function createAlertBook(database: Database): AlertBook {
  const last = database.prepare(
    `SELECT ordinal, incident, heard_at, body FROM alerts WHERE fingerprint = ?
     ORDER BY status = 'firing' DESC, starts_at DESC LIMIT 1`,
  );
  const upsert = database.prepare(
    `INSERT INTO alerts (fingerprint, starts_at, status, incident, namespace, name, heard_at, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (fingerprint, starts_at) DO UPDATE SET status = excluded.status, incident = excluded.incident,
       heard_at = excluded.heard_at, body = excluded.body`,
  );
  const pages = createPager(database, { table: 'alerts', columns: 'incident, heard_at, body' });
  const firing = database.prepare("SELECT count(*) AS alerts FROM alerts WHERE status = 'firing'");

  return {
    last(fingerprint) {
      const row = last.get(fingerprint) as Row | undefined;
      return row && bookedFrom(row);
    },
    put({ alert, incident, heardAt }) {
      const { fingerprint, startsAt, status, labels } = alert;
      const body = encode(`alert ${fingerprint}`, alert, largestAlert);
      const place = [namespaceOf(alert) ?? null, labels['alertname'] ?? null];
      database.statement(() => upsert.run(fingerprint, startsAt, status, incident ?? null, ...place, heardAt, body));
    },
    page: query => pages(conditionsOf(query), query, row => bookedFrom(row as unknown as Row)),
    countFiring: () => Number(firing.get()?.['alerts']),
  };
}

/** The status is no `?`: only then SQLite knows that the index of the firing ones will do. */
function conditionsOf({ status, incident, namespace, name }: AlertQuery): Condition[] {
  const statuses = { firing: "status = 'firing'", resolved: "status = 'resolved'" };
  return [
    ...(status === undefined ? [] : [[statuses[status]] as const]),
    ...(incident === undefined ? [] : [['incident = ?', incident] as const]),
    ...(namespace === undefined ? [] : [['namespace = ?', namespace] as const]),
    ...(name === undefined ? [] : [['name = ?', name] as const]),
  ];
}

function bookedFrom({ incident, heard_at: heardAt, body }: Row): BookedAlert {
  return { alert: JSON.parse(body) as Alert, heardAt, ...(incident === null ? {} : { incident }) };
}
