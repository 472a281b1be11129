import type { Alert } from '../alerts/alert.ts';
import { type Incident, isFinal } from './incident.ts';

/** Whether none of the alerts is firing any more. */
export function isQuiet({ firing }: Pick<Incident, 'firing'>): boolean {
  return firing === 0;
}

/** How long after it was handed to a person an incident still takes in alerts about the same object. */
const handOverMs = 3_600_000;

/**
 * Whether an alert about the same object belongs to this incident. One that was handed to a person stays theirs for a
 * while: to investigate it anew with each alert would help nobody, and to act on it anew could do harm.
 */
export function takesMore(incident: Incident, alert: Alert): boolean {
  if (!isFinal(incident.state)) return true;
  if (incident.state !== 'escalated') return false;
  const since = Date.parse(alert.startsAt) - Date.parse(incident.closedAt ?? incident.openedAt);
  return since < handOverMs || !isQuiet(incident);
}
