import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import { isStorageFailure, type Readiness } from '../store.ts';
import type { Database } from './database.ts';

export interface Health {
  /** Runs the work in a transaction, and remembers when the disk failed it. */
  watched<T>(work: () => T): T;
  /** Whether a write can be committed now. */
  check(): Readiness;
}

/** A few bytes may still fit where a delivery did not: after a failure, as much as a large one has to fit. */
const probeBytes = 2 ** 20;

export function createHealth(database: Database, clock: Pick<Clock, 'now'>): Health {
  const write = database.prepare(
    `INSERT INTO health (id, checked_at, probe) VALUES (1, ?, zeroblob(?))
     ON CONFLICT (id) DO UPDATE SET checked_at = excluded.checked_at, probe = excluded.probe`,
  );
  let hasFailed = false;

  return {
    watched(work) {
      try {
        return database.transaction(work);
      } catch (error) {
        hasFailed ||= isStorageFailure(error);
        throw error;
      }
    },
    check() {
      try {
        if (hasFailed) database.transaction(() => write.run(clock.now(), probeBytes));
        database.transaction(() => write.run(clock.now(), 0));
        hasFailed = false;
        return { ok: true };
      } catch (error) {
        return { ok: false, reason: messageOf(error) };
      }
    },
  };
}
