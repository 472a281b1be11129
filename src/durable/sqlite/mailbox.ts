import type { Database } from './database.ts';
import type { Journal, Place } from './journal.ts';

/** Messages for runs, each consumed once. */
export interface Mailbox {
  /** False when the run has seen the id before. */
  put(message: { run: string; topic: string; id: string; body: string | null }): boolean;
  /** Consumes the oldest message of the topic, and journals it as the answer to the call. */
  take(place: Place): { body: string | null } | undefined;
  forgetRun(run: string): void;
}

export function createMailbox(database: Database, journal: Journal): Mailbox {
  const insert = database.prepare(
    'INSERT INTO messages (run, topic, id, body) VALUES (?, ?, ?, ?) ON CONFLICT (run, id) DO NOTHING',
  );
  const oldest = database.prepare(
    'SELECT ordinal, body FROM messages WHERE run = ? AND topic = ? AND taken = 0 ORDER BY ordinal LIMIT 1',
  );
  const markTaken = database.prepare('UPDATE messages SET taken = 1, body = NULL WHERE ordinal = ?');
  const forget = database.prepare('DELETE FROM messages WHERE run = ?');

  return {
    put: ({ run, topic, id, body }) => insert.run(run, topic, id, body).changes === 1,
    take(place) {
      const message = oldest.get(place.run, place.name) as { ordinal: number; body: string | null } | undefined;
      if (!message) return undefined;
      database.transaction(() => {
        markTaken.run(message.ordinal);
        journal.complete(place, { state: 'done', value: message.body });
      });
      return { body: message.body };
    },
    forgetRun(run) {
      forget.run(run);
    },
  };
}
