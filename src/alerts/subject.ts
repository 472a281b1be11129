import { nameLetters } from '../lib/name_letters.ts';
import type { Alert } from './alert.ts';

/** What an alert is about. */
export interface AlertSubject {
  namespace?: string;
  kind?: string;
  name?: string;
}

/** What a look at the cluster says of the pod that an alert names. */
export interface Whereabouts {
  owner?: { kind: string; name: string };
  node?: string;
}

export interface NamedPod {
  namespace: string;
  pod: string;
}

const labelsOfKinds: readonly [label: string, kind: string][] = [
  ['deployment', 'Deployment'],
  ['statefulset', 'StatefulSet'],
  ['daemonset', 'DaemonSet'],
  ['cronjob', 'CronJob'],
  ['job_name', 'Job'],
  ['horizontalpodautoscaler', 'HorizontalPodAutoscaler'],
  ['persistentvolumeclaim', 'PersistentVolumeClaim'],
];

const kindsOfTypes: Record<string, string> = {
  deployment: 'Deployment',
  statefulset: 'StatefulSet',
  daemonset: 'DaemonSet',
  job: 'Job',
};

/** By its labels first, then by what was seen, then by what the name of its pod suggests. */
export function subjectOf(alert: Alert, seen: Whereabouts = {}): AlertSubject {
  const { namespace, pod, node } = placeOf(alert);
  const home = namespace ? { namespace } : {};
  const owner = ownerOfLabels(alert) ?? seen.owner ?? (pod ? suggestedOwner(pod) : undefined);
  if (owner) return { ...home, ...owner };
  if (pod) return { ...home, kind: 'Pod', name: pod };
  return node ? { kind: 'Node', name: node } : home;
}

/** The node that an alert is about or on, as far as its labels or a look tell. */
export function nodeOf(alert: Alert, seen: Whereabouts = {}): string | undefined {
  return placeOf(alert).node ?? seen.node;
}

export function namespaceOf(alert: Alert): string | undefined {
  return placeOf(alert).namespace;
}

/** The pod that an alert is about, when it names one. */
export function podOf(alert: Alert): NamedPod | undefined {
  const { namespace, pod } = placeOf(alert);
  return namespace && pod ? { namespace, pod } : undefined;
}

/** Where Prometheus kept its own target's labels, those of the metric are called exported_…: they are what is meant. */
function placeOf({ labels }: Alert): {
  namespace?: string | undefined;
  pod?: string | undefined;
  node?: string | undefined;
} {
  const of = (name: string) => labels[`exported_${name}`] || labels[name] || undefined;
  return { namespace: of('namespace'), pod: of('pod'), node: of('node') };
}

/** The workload that an alert names itself. */
export function ownerOfLabels({ labels }: Alert): Whereabouts['owner'] {
  const found = labelsOfKinds.find(([label]) => labels[label]);
  if (found) return { kind: found[1], name: labels[found[0]]! };
  const { workload, workload_type: type = '' } = labels;
  const kind = kindsOfTypes[type.toLowerCase()];
  return workload && kind ? { kind, name: workload } : undefined;
}

const generated = `[${nameLetters}]`;
const deploymentPod = new RegExp(`^(.+)-${generated}{6,10}-${generated}{5}$`);

/** A Deployment's pod is NAME-HASH-SUFFIX. */
function suggestedOwner(pod: string): Whereabouts['owner'] {
  const name = deploymentPod.exec(pod)?.[1];
  return name === undefined ? undefined : { kind: 'Deployment', name };
}
