import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Alert } from '../alerts/alert.ts';
import type { Delivery } from '../alerts/payload.ts';
import type { Store } from '../durable/store.ts';
import type { Clock } from '../lib/clock.ts';
import { AlertwrightError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { createFolder, type FolderDeps } from './fold_inbox.ts';

/**
 * Where alerts come in. They are committed, and then answered: as parts of their incidents when that can be told at once,
 * else in an inbox, from which they are folded after the answer.
 */
export interface Intake {
  /** Resolves when the delivery is committed. Throws AlertwrightError when it can't be, and nothing of it is kept. */
  receive(delivery: Pick<Delivery, 'alerts' | 'rejected'>): Promise<void>;
  /** Resolves once all that was received is in its incidents. */
  settled(): Promise<void>;
  /** How many alerts are not in their incidents yet. */
  backlog(): number;
  start(): void;
  stop(): Promise<void>;
}

export interface IntakeDeps extends FolderDeps {
  store: Store;
  clock: Clock;
  log: Log;
}

/** More than these are refused: Alertmanager keeps them, and tries again. */
const mostWaiting = 100_000;

/** What is folded in one transaction, so that nobody else waits for long. */
const alertsPerParcel = 200;

interface Waiting {
  delivery: Pick<Delivery, 'alerts' | 'rejected'>;
  committed: PromiseWithResolvers<void>;
}

export function createIntake(deps: IntakeDeps): Intake {
  const { store, clock } = deps;
  const folder = createFolder(deps);
  let waiting: Waiting[] = [];
  let arriving = 0;

  function receive(delivery: Waiting['delivery']): Promise<void> {
    const count = delivery.alerts.length;
    if (store.inbox.backlog() + arriving + count > mostWaiting && store.inbox.backlog() + arriving > 0) throw full();
    arriving += count;
    const committed = Promise.withResolvers<void>();
    waiting.push({ delivery, committed });
    // Whoever comes in the same turn shares one commit: it is the disk that takes the time.
    if (waiting.length === 1) void clock.busy(() => nextTurn().then(commit));
    return committed.promise.finally(() => {
      arriving -= count;
    });
  }

  function commit(): void {
    const group = waiting;
    waiting = [];
    try {
      commitAll(
        group.map(({ delivery }) => delivery),
        clock.now(),
      );
    } catch (error) {
      for (const { committed } of group) committed.reject(error);
      return;
    }
    for (const { committed } of group) committed.resolve();
  }

  function commitAll(deliveries: readonly Waiting['delivery'][], now: number): void {
    const keepRejected = () => {
      for (const { rejected } of deliveries) if (rejected.length > 0) store.rejected.put(rejected, now);
    };
    const alerts = deliveries.flatMap(delivery => delivery.alerts);
    if (folder.foldAtOnce(alerts, keepRejected)) return;
    store.transaction(() => {
      keepRejected();
      for (const delivery of deliveries) for (const parcel of parcels(delivery.alerts)) store.inbox.put(parcel, now);
    });
    folder.fold();
  }

  return {
    receive,
    async settled() {
      while (arriving > 0) await nextTurn();
      await folder.settled();
    },
    backlog: () => store.inbox.backlog(),
    start: folder.fold,
    stop: folder.stop,
  };
}

/** What ended comes first, as if the delivery were still one. */
function parcels(alerts: readonly Alert[]): Alert[][] {
  const ordered = alerts.length > alertsPerParcel ? [...alerts].sort((a, b) => rank(a) - rank(b)) : [...alerts];
  const count = Math.ceil(ordered.length / alertsPerParcel);
  return Array.from({ length: count }, (_, n) => ordered.slice(n * alertsPerParcel, (n + 1) * alertsPerParcel));
}

const rank = ({ status }: Alert): number => (status === 'resolved' ? 0 : 1);

function full(): AlertwrightError {
  return new AlertwrightError('intake_full', `expected fewer than ${mostWaiting} alerts to wait, got more`, {
    remedy: 'Send them again later.',
  });
}
