import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Alert } from '../alerts/alert.ts';
import type { InboxDelivery } from '../alerts/book.ts';
import { isStorageFailure, type Store } from '../durable/store.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { redactForGood } from '../lib/redaction.ts';
import { excerpt } from '../lib/text.ts';
import { type Folding, type FoldingLimits, type TakenIn, takeIn } from './take_in.ts';
import type { Lookout } from './whereabouts.ts';

export interface FolderDeps {
  store: Store;
  clock: Clock;
  log: Log;
  limits: FoldingLimits;
  lookout: Lookout;
  /** Is told of the incidents of each batch, after it was committed. */
  onTaken(taken: TakenIn): void;
}

/** Takes the inbox's deliveries to their incidents, the oldest first. */
export interface InboxFolder {
  fold(): void;
  /**
   * Folds alerts past the inbox, and commits what `also` writes with them: when nobody is before them, and nothing has to
   * be looked up for them. Says whether it did.
   */
  foldAtOnce(alerts: readonly Alert[], also: () => void): boolean;
  settled(): Promise<void>;
  /** Ends after the batch under way. What lies in the inbox is folded after the next start. */
  stop(): Promise<void>;
}

const alertsAtOnce = 200;
const pauseAfterFailureMs = 1000;
const longestRejected = 4000;

export function createFolder(deps: FolderDeps): InboxFolder {
  const { store, clock, log, limits, lookout, onTaken } = deps;
  const stopping = new AbortController();
  let folding = false;
  let under = Promise.resolve();

  async function foldAll(): Promise<void> {
    for (;;) {
      await gather();
      const batch = stopping.signal.aborted ? [] : store.inbox.first(alertsAtOnce);
      if (batch.length === 0) {
        // In the same turn as the look into the inbox: whoever adds to it later starts anew.
        folding = false;
        return;
      }
      const seen = await lookout.look(batch.flatMap(({ alerts }) => alerts));
      foldBatch(batch, { store, now: clock.now(), limits, seen });
      // Requests, and the steps of incidents, go on between two batches.
      await nextTurn();
    }
  }

  /** While more comes in turn by turn, a batch waits until it is full: each costs a commit. */
  async function gather(): Promise<void> {
    for (let before = 0; store.inbox.backlog() > before && before < alertsAtOnce; ) {
      before = store.inbox.backlog();
      await nextTurn();
    }
  }

  function foldBatch(batch: readonly InboxDelivery[], how: Folding): void {
    try {
      const alerts = batch.flatMap(delivery => delivery.alerts);
      const clear = () => {
        for (const { ordinal } of batch) store.inbox.remove(ordinal);
      };
      onTaken(takeIn(alerts, how, clear));
    } catch (error) {
      if (isStorageFailure(error)) throw error;
      log.error({ problem: messageOf(error) }, 'alerts could not be folded together: trying them one by one');
      for (const delivery of batch) foldOneByOne(delivery, how);
    }
  }

  /** A bug of ours with one alert must not stand in the way of the others. */
  function foldOneByOne({ ordinal, alerts }: InboxDelivery, how: Folding): void {
    for (const alert of alerts) {
      try {
        onTaken(takeIn([alert], how));
      } catch (error) {
        if (isStorageFailure(error)) throw error;
        log.error({ problem: messageOf(error) }, 'an alert could not be folded, and is kept with the rejected ones');
        store.rejected.put([asRejected(alert, error)], how.now);
      }
    }
    store.transaction(() => store.inbox.remove(ordinal));
  }

  function foldAtOnce(alerts: readonly Alert[], also: () => void): boolean {
    if (folding || stopping.signal.aborted || alerts.length > alertsAtOnce || store.inbox.backlog() > 0) return false;
    const seen = lookout.known(alerts);
    if (!seen) return false;
    try {
      onTaken(takeIn(alerts, { store, now: clock.now(), limits, seen }, also));
      return true;
    } catch (error) {
      if (isStorageFailure(error)) throw error;
      // From the inbox each is folded by itself, and the one that can't be is kept aside.
      return false;
    }
  }

  async function foldPatiently(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        return await clock.busy(foldAll);
      } catch (error) {
        log.error({ problem: messageOf(error) }, 'alerts wait in the inbox: trying again');
        await clock.sleep(pauseAfterFailureMs, stopping.signal).catch(() => undefined);
      }
    }
    folding = false;
  }

  return {
    fold() {
      if (folding || stopping.signal.aborted) return;
      folding = true;
      under = foldPatiently();
    },
    foldAtOnce,
    settled: () => under,
    async stop() {
      stopping.abort();
      await under;
    },
  };
}

function asRejected(alert: Alert, error: unknown): { problem: string; body: string } {
  return {
    problem: `it could not be folded: ${messageOf(error)}`,
    body: redactForGood(excerpt(JSON.stringify(alert), longestRejected)),
  };
}
