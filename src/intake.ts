import { type Alert, alertKey } from './alerts/alert.ts';
import { foldKey, subjectOf, titleOf } from './alerts/fold.ts';
import type { Store } from './durable/store.ts';
import { takesMore } from './incidents/firing.ts';
import { hashOf } from './lib/hash.ts';

/** What became of the alerts of one delivery. */
export interface TakenIn {
  opened: string[];
  joined: string[];
  resolved: string[];
  /** Alerts that said nothing new. */
  known: number;
}

/** The workflow that `app.ts` registers for incidents. */
export const incidentWorkflow = 'incident';

/** Takes alerts in: alert → incident. Everything is committed, or nothing, before it returns. */
export function takeIn(alerts: readonly Alert[], store: Store): TakenIn {
  const taken: TakenIn = { opened: [], joined: [], resolved: [], known: 0 };
  store.transaction(() => {
    for (const alert of alerts) takeOne(alert, store, taken);
  });
  return taken;
}

function takeOne(alert: Alert, store: Store, taken: TakenIn): void {
  const known = store.alerts.find(alert.fingerprint, alert.startsAt);
  if (known) {
    if (known.alert.status === alert.status || known.alert.status === 'resolved') taken.known += 1;
    else resolve(alert, known.incident, store, taken);
  } else if (alert.status === 'resolved') {
    taken.known += 1; // It ended before we heard of it: there is nothing to do about it.
  } else {
    const last = store.alerts.lastIncident(foldKey(alert));
    const incident = last === undefined ? undefined : store.incidents.get(last);
    if (incident && takesMore(incident, alert)) join(alert, incident.id, store, taken);
    else openIncident(alert, store, taken);
  }
}

function resolve(alert: Alert, incident: string, store: Store, taken: TakenIn): void {
  store.alerts.put(alert, incident);
  const { fingerprint, startsAt, endsAt = startsAt } = alert;
  store.incidents.append(incident, `resolved ${alertKey(alert)}`, {
    type: 'alert_resolved',
    fingerprint,
    startsAt,
    resolvedAt: endsAt,
  });
  taken.resolved.push(incident);
}

function join(alert: Alert, incident: string, store: Store, taken: TakenIn): void {
  store.alerts.put(alert, incident);
  store.incidents.append(incident, `joined ${alertKey(alert)}`, {
    type: 'alert_joined',
    alert,
    because: 'it is about the same object',
  });
  taken.joined.push(incident);
}

function openIncident(alert: Alert, store: Store, taken: TakenIn): void {
  const id = `inc-${hashOf(alertKey(alert), 10)}`;
  const opened = { title: titleOf(alert), subject: subjectOf(alert), foldKey: foldKey(alert), alerts: [alert] };
  store.alerts.put(alert, id);
  store.incidents.append(id, 'opened', { type: 'opened', ...opened });
  store.engine.accept([{ id, workflow: incidentWorkflow, input: {} }]);
  taken.opened.push(id);
}
