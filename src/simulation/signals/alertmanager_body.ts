import type { FiringAlert } from './evaluation.ts';

/** A webhook body as Alertmanager sends it (version 4). */
export interface AlertmanagerBody {
  receiver: string;
  status: 'firing' | 'resolved';
  alerts: AlertmanagerAlert[];
  groupLabels: Record<string, string>;
  commonLabels: Record<string, string>;
  commonAnnotations: Record<string, string>;
  externalURL: string;
  version: '4';
  groupKey: string;
  truncatedAlerts: number;
}

interface AlertmanagerAlert {
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
  generatorURL: string;
  fingerprint: string;
}

const groupedBy = ['alertname', 'namespace'] as const;

/** Alerts with the same group labels travel together. */
export function groupLabelsOf(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(groupedBy.flatMap(name => (labels[name] === undefined ? [] : [[name, labels[name]]])));
}

export function groupKeyOf(groupLabels: Record<string, string>): string {
  const pairs = Object.entries(groupLabels).map(([name, value]) => `${name}="${value}"`);
  return `{}:{${pairs.join(', ')}}`;
}

export function alertmanagerBody(alerts: readonly FiringAlert[]): AlertmanagerBody {
  const groupLabels = groupLabelsOf(alerts[0]?.labels ?? {});
  return {
    receiver: 'alertwright',
    status: alerts.every(({ endsAt }) => endsAt !== undefined) ? 'resolved' : 'firing',
    alerts: alerts.map(alertmanagerAlert),
    groupLabels,
    commonLabels: common(alerts.map(({ labels }) => labels)),
    commonAnnotations: common(alerts.map(({ annotations }) => annotations)),
    externalURL: 'http://alertmanager.monitoring.svc:9093',
    version: '4',
    groupKey: groupKeyOf(groupLabels),
    truncatedAlerts: 0,
  };
}

function alertmanagerAlert({ fingerprint, labels, annotations, startsAt, endsAt }: FiringAlert): AlertmanagerAlert {
  return {
    status: endsAt === undefined ? 'firing' : 'resolved',
    labels,
    annotations,
    startsAt: new Date(startsAt).toISOString(),
    // A firing alert has no end: Go's zero time on the wire.
    endsAt: endsAt === undefined ? '0001-01-01T00:00:00Z' : new Date(endsAt).toISOString(),
    generatorURL: `http://prometheus.monitoring.svc:9090/alerts?search=${labels['alertname'] ?? ''}`,
    fingerprint,
  };
}

function common(records: readonly Record<string, string>[]): Record<string, string> {
  const [first = {}, ...others] = records;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every(record => record[name] === value)),
  );
}
