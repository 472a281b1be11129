import type { RejectedAlerts } from '../../alerts/book.ts';
import { hashOf } from '../../lib/hash.ts';
import type { Database } from './database.ts';
import { createPager } from './page.ts';

/** Older ones are counted and no more. */
const mostKept = 1000;

export function createRejectedAlerts(database: Database): RejectedAlerts {
  const upsert = database.prepare(
    `INSERT INTO rejected_alerts (hash, problem, body, times, first_at, last_at) VALUES (?, ?, ?, 1, ?, ?)
     ON CONFLICT (hash) DO UPDATE SET times = times + 1, last_at = excluded.last_at`,
  );
  const forget = database.prepare(
    `DELETE FROM rejected_alerts WHERE ordinal <=
       (SELECT ordinal FROM rejected_alerts ORDER BY ordinal DESC LIMIT 1 OFFSET ${mostKept})`,
  );
  const countUp = database.prepare(
    `INSERT INTO counters (name, value) VALUES ('rejected_alerts', ?)
     ON CONFLICT (name) DO UPDATE SET value = value + excluded.value`,
  );
  const total = database.prepare("SELECT value FROM counters WHERE name = 'rejected_alerts'");
  const pages = createPager(database, {
    table: 'rejected_alerts',
    columns: 'problem, body, times, first_at, last_at',
  });

  return {
    put(rejected, receivedAt) {
      database.transaction(() => {
        for (const { problem, body } of rejected.slice(-mostKept))
          upsert.run(hashOf([problem, body]), problem, body, receivedAt, receivedAt);
        countUp.run(rejected.length);
        forget.run();
      });
    },
    page: query =>
      pages([], query, row => ({
        problem: String(row['problem']),
        body: String(row['body']),
        times: Number(row['times']),
        firstAt: new Date(Number(row['first_at'])).toISOString(),
        lastAt: new Date(Number(row['last_at'])).toISOString(),
      })),
    count: () => Number(total.get()?.['value'] ?? 0),
  };
}
