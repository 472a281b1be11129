import type { Alert } from '../alerts/alert.ts';
import type { Incident } from '../incidents/incident.ts';
import type { Prompts } from './prompts.ts';

const mostAlerts = 10;
const longestValue = 300;

/** What a model is told at the start: what fires and about what, bounded. */
export function incidentText(incident: Incident, now: number, prompts: Prompts): string {
  return prompts('incident', {
    title: oneLine(incident.title),
    subject: subjectLines(incident),
    now: new Date(now).toISOString(),
    alerts: alertLines(incident.alerts),
  });
}

function subjectLines({ subject }: Incident): string {
  const { namespace, kind, name } = subject;
  return [
    ...(namespace ? [`namespace: ${namespace}`] : []),
    ...(kind && name ? [`workload: ${kind}/${name}`] : []),
  ].join('\n');
}

function alertLines(alerts: readonly Alert[]): string {
  const shown = alerts.slice(0, mostAlerts).map(alertText);
  const left = alerts.length - shown.length;
  return [...shown, ...(left > 0 ? [`… and ${left} more alerts`] : [])].join('\n');
}

function alertText({ status, labels, annotations, startsAt }: Alert): string {
  const { alertname = 'an alert without a name', ...others } = labels;
  const lines = [...Object.entries(others), ...Object.entries(annotations)].map(
    ([key, value]) => `  ${key}: ${oneLine(value)}`,
  );
  return [`- ${alertname} (${status} since ${startsAt})`, ...lines].join('\n');
}

function oneLine(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length <= longestValue ? flat : `${flat.slice(0, longestValue)}… (${flat.length} characters)`;
}
