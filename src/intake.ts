import { type Alert, alertKey } from './alerts/alert.ts';
import { foldKey, subjectOf, titleOf } from './alerts/fold.ts';
import type { Store } from './durable/store.ts';
import { takesMore } from './incidents/firing.ts';
import type { Incident } from './incidents/incident.ts';
import type { LogEntry } from './incidents/log.ts';
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
  const ended = alerts.filter(({ status }) => status === 'resolved');
  const over = new Set(ended.map(alertKey));
  store.transaction(() => {
    // What ended comes first: whether an incident takes more depends on what still fires in it.
    takeEnded(ended, store, taken);
    takeFiring(
      alerts.filter(alert => alert.status === 'firing' && !over.has(alertKey(alert))),
      store,
      taken,
    );
  });
  taken.known = alerts.length - taken.opened.length - taken.joined.length - taken.resolved.length;
  return taken;
}

function takeEnded(alerts: readonly Alert[], store: Store, taken: TakenIn): void {
  const news = collectNews(store);
  for (const alert of alerts) {
    const known = store.alerts.find(alert.fingerprint, alert.startsAt);
    // One that ended before we heard of it: there is nothing to do about it.
    if (known?.alert.status !== 'firing') continue;
    store.alerts.put(alert, known.incident);
    const { fingerprint, startsAt, endsAt = startsAt } = alert;
    const event = { type: 'alert_resolved', fingerprint, startsAt, resolvedAt: endsAt } as const;
    news.add(known.incident, { key: `resolved ${alertKey(alert)}`, event });
    taken.resolved.push(known.incident);
  }
  news.append();
}

function takeFiring(alerts: readonly Alert[], store: Store, taken: TakenIn): void {
  const news = collectNews(store);
  const read = new Map<string, Incident>();
  for (const alert of alerts) {
    if (store.alerts.find(alert.fingerprint, alert.startsAt)) continue;
    const last = store.alerts.lastIncident(foldKey(alert));
    const incident = last === undefined ? undefined : (read.get(last) ?? store.incidents.get(last));
    if (incident && takesMore(incident, alert)) {
      // It fires, so it answers for all the others when the next one asks whether there is room.
      read.set(incident.id, { ...incident, alerts: [alert] });
      store.alerts.put(alert, incident.id);
      const event = { type: 'alert_joined', alert, because: 'it is about the same object' } as const;
      news.add(incident.id, { key: `joined ${alertKey(alert)}`, event });
      taken.joined.push(incident.id);
    } else {
      taken.opened.push(openIncident(alert, store));
    }
  }
  news.append();
}

/** News for incidents, written once for each: a storm about one object is one long list of alerts. */
function collectNews({ incidents }: Store): { add(incident: string, entry: LogEntry): void; append(): void } {
  const news = new Map<string, LogEntry[]>();
  return {
    add(incident, entry) {
      const entries = news.get(incident);
      if (entries) entries.push(entry);
      else news.set(incident, [entry]);
    },
    append() {
      for (const [incident, entries] of news) incidents.appendAll(incident, entries);
    },
  };
}

function openIncident(alert: Alert, store: Store): string {
  const id = `inc-${hashOf(alertKey(alert), 10)}`;
  const opened = { title: titleOf(alert), subject: subjectOf(alert), foldKey: foldKey(alert), alerts: [alert] };
  store.alerts.put(alert, id);
  store.incidents.append(id, 'opened', { type: 'opened', ...opened });
  store.engine.accept([{ id, workflow: incidentWorkflow, input: {} }]);
  return id;
}
