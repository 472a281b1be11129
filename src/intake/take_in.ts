import type { Alert } from '../alerts/alert.ts';
import type { BookedAlert } from '../alerts/book.ts';
import type { StormLimits } from '../alerts/fold.ts';
import { newsOf } from '../alerts/life.ts';
import type { Whereabouts } from '../alerts/subject.ts';
import type { Store } from '../durable/store.ts';
import { definedOf } from '../lib/defined.ts';
import { createDesk, type Desk } from './desk.ts';
import { placeAlert } from './place_alert.ts';

/** What became of the alerts of one delivery: the incidents, and how many alerts said nothing new. */
export interface TakenIn {
  opened: string[];
  joined: string[];
  resolved: string[];
  known: number;
}

export interface FoldingLimits {
  storm: StormLimits;
  /** The same cause within this time after an incident is called its recurrence. */
  recurrenceMs: number;
}

export interface Folding {
  store: Store;
  now: number;
  limits: FoldingLimits;
  /** What a look at the cluster said of the alert's pod. */
  seen?(alert: Alert): Whereabouts | undefined;
}

/** Takes alerts in: alert → incident. It is committed with what `also` does, all or nothing, before it returns. */
export function takeIn(alerts: readonly Alert[], folding: Folding, also: () => void = () => undefined): TakenIn {
  const { store } = folding;
  return store.transaction(() => {
    const desk = createDesk(store);
    const known = { count: 0 };
    // What ended comes first: whether an incident takes more depends on what still fires in it.
    for (const alert of alerts) if (alert.status === 'resolved') takeEnd(alert, folding, desk, known);
    for (const alert of alerts) if (alert.status === 'firing') takeFiring(alert, folding, desk, known);
    const filed = desk.file();
    also();
    return { ...filed, known: known.count };
  });
}

function takeEnd(alert: Alert, folding: Folding, desk: Desk, known: { count: number }): void {
  const { store, now } = folding;
  const last = store.alerts.last(alert.fingerprint);
  const news = newsOf(alert, last, now);
  if (news === 'ends' && last) {
    end(last, { endsAt: new Date(now).toISOString(), ...endOf(alert) }, folding, desk);
    return;
  }
  // What ended before we heard of it needs nothing, but its late firing must not open anything.
  if (news === 'ended_unheard') store.alerts.put({ alert, heardAt: now });
  known.count += 1;
}

function takeFiring(alert: Alert, folding: Folding, desk: Desk, known: { count: number }): void {
  const { store, now } = folding;
  const last = store.alerts.last(alert.fingerprint);
  if (newsOf(alert, last, now) !== 'fires') {
    known.count += 1;
    return;
  }
  if (last?.alert.status === 'firing') end(last, { endsAt: alert.startsAt }, folding, desk);
  const incident = placeAlert(alert, folding, desk);
  store.alerts.put({ alert, incident, heardAt: now });
}

type End = Pick<Alert, 'endsAt' | 'endedBecause'>;

function endOf({ endsAt, endedBecause }: Alert): End {
  return definedOf({ endsAt, endedBecause });
}

function end(last: BookedAlert, how: End, { store, now }: Folding, desk: Desk): void {
  const alert: Alert = { ...last.alert, status: 'resolved', ...how };
  store.alerts.put({ ...last, alert, heardAt: now });
  if (last.incident !== undefined) desk.resolve(last.incident, alert);
}
