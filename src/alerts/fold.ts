import { hashOf } from '../lib/hash.ts';
import { nameLetters } from '../lib/name_letters.ts';
import type { Alert } from './alert.ts';

/** What an alert is about, as far as its labels say without a look at the cluster. */
export interface AlertSubject {
  namespace?: string;
  kind?: string;
  name?: string;
}

const workloadLabels: readonly [label: string, kind: string][] = [
  ['deployment', 'Deployment'],
  ['statefulset', 'StatefulSet'],
  ['daemonset', 'DaemonSet'],
  ['job_name', 'Job'],
];

export function subjectOf({ labels }: Alert): AlertSubject {
  const { namespace, pod, node } = labels;
  const place = namespace ? { namespace } : {};
  const named = workloadLabels.find(([label]) => labels[label]);
  if (named) return { ...place, kind: named[1], name: labels[named[0]]! };
  const owner = pod && deploymentOf(pod);
  if (owner) return { ...place, kind: 'Deployment', name: owner };
  if (pod) return { ...place, kind: 'Pod', name: pod };
  return node ? { kind: 'Node', name: node } : place;
}

/** Alerts with the same key belong to one incident while it is open. */
export function foldKey(alert: Alert): string {
  const subject = subjectOf(alert);
  return hashOf(subject.name ? subject : { ...subject, alertname: alert.labels['alertname'], labels: alert.labels });
}

export function titleOf({ labels, annotations }: Alert): string {
  const { alertname = 'an alert without a name' } = labels;
  return annotations['summary'] ? `${alertname}: ${annotations['summary']}` : alertname;
}

const generated = `[${nameLetters}]`;
const deploymentPod = new RegExp(`^(.+)-${generated}{6,10}-${generated}{5}$`);

/** A Deployment's pod is NAME-HASH-SUFFIX. */
function deploymentOf(pod: string): string | undefined {
  return deploymentPod.exec(pod)?.[1];
}
