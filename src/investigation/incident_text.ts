import type { Alert } from '../alerts/alert.ts';
import type { Incident } from '../incidents/incident.ts';
import { redact } from '../lib/redaction.ts';
import type { Prompts } from './prompts.ts';

const mostAlerts = 10;
const mostLines = 40;
const longestName = 100;
const longestValue = 300;
const longestRead = 5000;

/**
 * What a model is told at the start: what fires and about what, bounded and without secrets. Whoever can raise an alert
 * writes in here, names of labels included: nothing may leave the line that it stands in.
 */
export function incidentText(incident: Incident, now: number, prompts: Prompts): string {
  return prompts('incident', {
    title: oneLine(incident.title),
    subject: subjectLines(incident),
    now: new Date(now).toISOString(),
    alerts: alertLines(incident.alerts, incident.alertCount),
  });
}

function subjectLines({ subject, because, recurrence }: Incident): string {
  const { namespace, kind, name } = subject;
  return [
    ...(namespace ? [`namespace: ${oneLine(namespace)}`] : []),
    ...(kind && name ? [`workload: ${kind}/${oneLine(name)}`] : []),
    ...(because ? [`why one incident: ${oneLine(because)}`] : []),
    ...(recurrence ? [`the same cause was there before: ${recurrence.count} times, last in ${recurrence.of}`] : []),
  ].join('\n');
}

/** The first few of `count` alerts. */
export function alertLines(alerts: readonly Alert[], count: number): string {
  const shown = alerts.slice(0, mostAlerts).map(alertText);
  const left = count - shown.length;
  return [...shown, ...(left > 0 ? [`… and ${left} more alerts`] : [])].join('\n');
}

function alertText({ status, labels, annotations, startsAt }: Alert): string {
  const { alertname = 'an alert without a name', ...others } = labels;
  const told = [...Object.entries(others), ...Object.entries(annotations)];
  const lines = told.slice(0, mostLines).map(([key, value]) => `  ${tellLine(key, value)}`);
  const left = told.length - lines.length;
  return [
    `- ${oneLine(alertname)} (${status} since ${startsAt})`,
    ...lines,
    ...(left > 0 ? [`  … and ${left} more labels and annotations`] : []),
  ].join('\n');
}

/** Name and value together: it is the name that tells a password. */
function tellLine(key: string, value: string): string {
  const longest = longestName + longestValue;
  return oneLine(`${clip(flat(key), longestName)}: ${value}`, longest);
}

function oneLine(text: string, longest = longestValue): string {
  return clip(redact(flat(text)), longest);
}

/** Without line breaks, control characters, and those that nobody sees. Cut: what is not shown need not be searched. */
function flat(text: string): string {
  return text
    .slice(0, longestRead)
    .replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
}

function clip(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}… (cut)`;
}
