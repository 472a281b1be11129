import type { Retention } from '../store.ts';
import type { Database } from './database.ts';

const belongings = [
  'DELETE FROM incident_events WHERE incident = ?',
  'DELETE FROM alerts WHERE incident = ?',
  'DELETE FROM effects WHERE incident = ?',
  'DELETE FROM messages WHERE run = ?',
  'DELETE FROM journal WHERE run = ?',
  'DELETE FROM leases WHERE run = ?',
  "DELETE FROM runs WHERE id = ? AND state <> 'active'",
  'DELETE FROM incidents WHERE id = ?',
];

export function createRetention(database: Database): Retention {
  const oldest = database.prepare(
    `SELECT id FROM incidents WHERE open = 0 AND opened_at < ? AND body ->> '$.firing' = 0 AND body ->> '$.closedAt' < ?
     ORDER BY ordinal LIMIT ?`,
  );
  const deletions = belongings.map(sql => database.prepare(sql));
  const deleteUnheard = database.prepare(
    `DELETE FROM alerts WHERE ordinal IN
       (SELECT ordinal FROM alerts WHERE incident IS NULL AND heard_at < ? ORDER BY ordinal LIMIT ?)`,
  );

  return {
    forget: (before, most) =>
      database.transaction(() => {
        const over = oldest.all(before, new Date(before).toISOString(), most);
        for (const { id } of over) for (const deletion of deletions) deletion.run(String(id));
        return over.length + Number(deleteUnheard.run(before, most).changes);
      }),
  };
}
