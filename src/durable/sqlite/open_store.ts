import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Workflow } from '../engine.ts';
import type { Store } from '../store.ts';
import { createAlertBook } from './alert_book.ts';
import { type Database, openDatabase } from './database.ts';
import { createEffectLedger } from './effect_ledger.ts';
import { createSqliteEngine } from './engine.ts';
import { createHealth } from './health.ts';
import { createInbox } from './inbox.ts';
import { createIncidentLog } from './incident_log.ts';
import { createRejectedAlerts } from './rejected_alerts.ts';
import { createRetention } from './retention.ts';
import { createToolPins } from './tool_pins.ts';

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
  const health = createHealth(database, clock);

  return {
    engine,
    incidents: createIncidentLog(database, clock),
    alerts: createAlertBook(database),
    inbox: createInbox(database),
    rejected: createRejectedAlerts(database),
    effects: createEffectLedger(database),
    toolPins: createToolPins(database, clock),
    retention: createRetention(database),
    transaction: health.watched,
    healthy: health.check,
    close() {
      engine.abandon();
      database.close();
    },
  };
}
