import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { isStorageFailure } from '../store.ts';
import type { Bell, Bells } from './bells.ts';
import type { Database } from './database.ts';
import type { Journal } from './journal.ts';
import type { Leases } from './leases.ts';
import type { Mailbox } from './mailbox.ts';

/** What all runs of an engine share. */
export interface Shared {
  clock: Clock;
  log: Log;
  database: Database;
  journal: Journal;
  mailbox: Mailbox;
  leases: Leases;
  /** Aborted when the engine stops: nothing new begins. */
  stopping: AbortSignal;
  /** Aborted when the grace is over: nothing is written any more. */
  over: AbortSignal;
}

/** What the calls that a run makes work with. */
export interface RunContext extends Shared {
  bells: Bells;
  /** Whether nobody listens to the call any more: the engine stops, or the run or the child has ended without it. */
  gone(): boolean;
}

const firstRetryMs = 250;
const longestRetryMs = 30_000;

/**
 * Commits, however long it takes: what has happened must neither be lost nor be believed before it is on disk. While
 * the disk is full the run waits, and goes on by itself when it no longer is.
 */
export async function durably<T>({ database, clock, log, over }: Shared, write: () => T): Promise<T> {
  for (let wait = firstRetryMs; !over.aborted; wait = Math.min(wait * 2, longestRetryMs)) {
    try {
      return database.transaction(write);
    } catch (error) {
      if (!isStorageFailure(error)) throw error;
      log.error({ retryInMs: wait }, `a run has to wait: ${messageOf(error)}`);
      await clock.sleep(wait, over).catch(() => undefined);
    }
  }
  return never();
}

/** Waits for the bell, or for `ms` at most. Whoever is gone by then waits for ever. */
export async function waitFor(context: RunContext, bell: Bell, ms?: number): Promise<void> {
  if (!context.gone()) await bell.wait(ms);
  else bell.ignore();
  if (context.gone()) await never();
}

/** What belongs to a run that was left: nobody is to hear of it again. */
export function never<T>(): Promise<T> {
  return new Promise(() => {});
}
