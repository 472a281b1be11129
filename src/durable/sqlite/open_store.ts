import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { Workflow } from '../engine.ts';
import type { Store } from '../store.ts';
import { createAlertBook } from './alert_book.ts';
import { type Database, openDatabase } from './database.ts';
import { createEffectLedger } from './effect_ledger.ts';
import { createSqliteEngine } from './engine.ts';
import { createIncidentLog } from './incident_log.ts';

export interface StoreParts {
  clock: Clock;
  log: Log;
  workflows: Readonly<Record<string, Workflow>>;
}

export interface SqliteStoreOptions extends StoreParts {
  /** A file, or `:memory:`. */
  path: string;
  /** The largest the database may grow. */
  maxBytes?: number;
}

/** Throws an AlertwrightError that says what is wrong with the path. Nothing runs before `engine.start()`. */
export function openSqliteStore(options: SqliteStoreOptions): Store {
  return createSqliteStore(openDatabase(options), options);
}

export function createSqliteStore(database: Database, parts: StoreParts): Store {
  const { clock } = parts;
  const engine = createSqliteEngine(database, parts);
  const check = database.prepare(
    'INSERT INTO health (id, checked_at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET checked_at = excluded.checked_at',
  );

  return {
    engine,
    incidents: createIncidentLog(database, clock),
    alerts: createAlertBook(database),
    effects: createEffectLedger(database),
    transaction: work => database.transaction(work),
    healthy() {
      try {
        database.transaction(() => check.run(clock.now()));
        return { ok: true };
      } catch (error) {
        return { ok: false, reason: messageOf(error) };
      }
    },
    close() {
      engine.abandon();
      database.close();
    },
  };
}
