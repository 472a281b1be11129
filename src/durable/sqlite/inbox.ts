import type { Alert } from '../../alerts/alert.ts';
import type { Inbox, InboxDelivery } from '../../alerts/book.ts';
import type { Database } from './database.ts';

export function createInbox(database: Database): Inbox {
  const insert = database.prepare('INSERT INTO inbox (received_at, alerts, body) VALUES (?, ?, ?)');
  const oldest = database.prepare('SELECT ordinal, received_at, alerts, body FROM inbox ORDER BY ordinal');
  const drop = database.prepare('DELETE FROM inbox WHERE ordinal = ? RETURNING alerts');
  const sum = database.prepare('SELECT coalesce(sum(alerts), 0) AS alerts FROM inbox');
  // Counted once: it is asked for with every delivery.
  let waiting = Number(sum.get()?.['alerts']);

  return {
    put(alerts, receivedAt) {
      const body = JSON.stringify(alerts);
      database.statement(() => insert.run(receivedAt, alerts.length, body));
      database.afterCommit(() => {
        waiting += alerts.length;
      });
    },
    first(mostAlerts) {
      const deliveries: InboxDelivery[] = [];
      let count = 0;
      for (const row of oldest.iterate()) {
        const alerts = JSON.parse(String(row['body'])) as Alert[];
        deliveries.push({ ordinal: Number(row['ordinal']), receivedAt: Number(row['received_at']), alerts });
        count += alerts.length;
        if (count >= mostAlerts) break;
      }
      return deliveries;
    },
    remove(delivery) {
      const gone = database.statement(() => drop.get(delivery));
      database.afterCommit(() => {
        waiting -= Number(gone?.['alerts'] ?? 0);
      });
    },
    backlog: () => waiting,
  };
}
