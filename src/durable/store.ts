import type { AlertBook, Inbox, RejectedAlerts } from '../alerts/book.ts';
import type { IncidentLog } from '../incidents/log.ts';
import { AlertwrightError } from '../lib/errors.ts';
import type { Engine } from './engine.ts';
import type { EffectLedger } from './ledger.ts';
import type { ToolPins } from './tool_pins.ts';

/** Everything durable, in one database, so that one commit can cover an alert, its incident and its run. */
export interface Store {
  engine: Engine;
  incidents: IncidentLog;
  alerts: AlertBook;
  inbox: Inbox;
  rejected: RejectedAlerts;
  effects: EffectLedger;
  toolPins: ToolPins;
  retention: Retention;
  /** Runs synchronous work in one transaction, and commits it (or nothing of it) before it returns. */
  transaction<T>(work: () => T): T;
  /** Whether a write can be committed now; the reason when not. */
  healthy(): Readiness;
  close(): void;
}

/** Forgets what is long over. */
export interface Retention {
  /**
   * Deletes incidents that closed before then, with all that belongs to them, and alerts that never had one. An incident
   * whose alerts still fire is not over. Gives how many were deleted, some of what there is at most.
   */
  forget(before: number, most: number): number;
}

/** Whether something can do its work now; why not, when not. */
export type Readiness = { ok: true } | { ok: false; reason: string };

/** Whether it was the store that failed: time or a person can mend it, so trying again makes sense. */
export function isStorageFailure(error: unknown): boolean {
  return error instanceof AlertwrightError && error.code.startsWith('storage_');
}
