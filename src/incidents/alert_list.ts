import { type Alert, isSameFiring } from '../alerts/alert.ts';
import { definedOf } from '../lib/defined.ts';
import type { EndedAlert, IncidentEvent } from './event.ts';
import type { Incident } from './incident.ts';

type AlertFacts = Pick<Incident, 'alerts' | 'alertCount' | 'firing' | 'namespaces' | 'lastAlertAt' | 'because'>;

/** An incident lists so many of its alerts; it counts the others. */
export const mostListed = 20;

const mostNamespaces = 50;

/** What fires goes before what is over, and else the first before the later ones. */
export function listed(before: readonly Alert[], more: readonly Alert[]): Alert[] {
  const others = before.filter(alert => !more.some(other => isSameFiring(alert, other)));
  const all = [...others, ...more];
  const over = all.length - mostListed;
  if (over <= 0) return all;
  const isOver = (alert: Alert) => alert.status === 'resolved';
  const left = new Set(all.filter(isOver).slice(0, over));
  return all.filter(alert => !left.has(alert)).slice(0, mostListed);
}

export function withJoined(
  incident: AlertFacts,
  event: Extract<IncidentEvent, { type: 'alerts_joined' }> & { at: string },
): Partial<AlertFacts> {
  return {
    alerts: listed(incident.alerts, event.alerts),
    alertCount: incident.alertCount + event.count,
    firing: incident.firing + event.count,
    namespaces: [...new Set([...incident.namespaces, ...event.namespaces])].slice(0, mostNamespaces),
    lastAlertAt: event.at,
    ...(event.storm ? { because: event.because } : {}),
  };
}

export function withEnded(
  incident: AlertFacts,
  event: Extract<IncidentEvent, { type: 'alerts_resolved' }>,
): Partial<AlertFacts> {
  return {
    alerts: incident.alerts.map(alert => endedBy(alert, event.alerts)),
    firing: incident.firing - event.count,
  };
}

function endedBy(alert: Alert, ended: readonly EndedAlert[]): Alert {
  const end = ended.find(each => isSameFiring(each, alert));
  if (!end) return alert;
  return { ...alert, status: 'resolved', endsAt: end.endsAt, ...definedOf({ endedBecause: end.because }) };
}
