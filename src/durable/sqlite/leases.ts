import type { Database } from './database.ts';
import { insideOf, type Place } from './journal.ts';

/** Queues for keys. Who has the lowest ticket of a key holds it, also after a restart. */
export interface Leases {
  request(place: Place): void;
  holds(place: Place): boolean;
  /** Gives back what the child, and any child inside it, holds or waits for. */
  release(place: Place): void;
  releaseRun(run: string): void;
}

interface Ticket {
  key: string;
  run: string;
  position: string;
}

/** `granted` is called after the commit that made somebody the holder. */
export function createLeases(database: Database, granted: (run: string, position: string) => void): Leases {
  const insert = database.prepare('INSERT INTO leases (key, run, position) VALUES (?, ?, ?)');
  const first = database.prepare('SELECT key, run, position FROM leases WHERE key = ? ORDER BY ticket LIMIT 1');
  const remove = database.prepare(
    'DELETE FROM leases WHERE run = ? AND (position = ? OR (position > ? AND position < ?)) RETURNING key',
  );
  const removeAll = database.prepare('DELETE FROM leases WHERE run = ? RETURNING key');

  function announce(released: Record<string, unknown>[]): void {
    for (const key of new Set(released.map(row => String(row['key'])))) {
      const next = first.get(key) as Ticket | undefined;
      if (next) database.afterCommit(() => granted(next.run, next.position));
    }
  }

  return {
    request({ name, run, position }) {
      insert.run(name, run, position);
    },
    holds({ name, run, position }) {
      const holder = first.get(name) as Ticket | undefined;
      return holder?.run === run && holder.position === position;
    },
    release: ({ run, position }) => announce(remove.all(run, position, ...insideOf(position))),
    releaseRun: run => announce(removeAll.all(run)),
  };
}
