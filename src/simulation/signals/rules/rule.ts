import type { KubeObject } from '../../../kubernetes/objects.ts';
import { type ClusterObjects, noObjects } from '../cluster_objects.ts';
import type { VolumeMeter } from '../volumes.ts';
import type { Windows } from '../windows.ts';

/** What the rules look at: one read of the cluster, and by how much its counters grew. */
export interface ClusterView extends ClusterObjects, Pick<Windows, 'increases'> {
  now: number;
  disks: readonly VolumeMeter[];
}

export const emptyView: ClusterView = { ...noObjects, now: 0, disks: [], increases: () => [] };

/** One thing that a rule found wrong. */
export interface Finding {
  labels: Record<string, string>;
  description: string;
}

export interface AlertRule {
  name: string;
  severity: 'info' | 'warning' | 'critical';
  summary: string;
  /** How long a finding must last before it is an alert. kube-prometheus waits 15 minutes or more. */
  forMs: number;
  /** How long a finding is remembered after it was last seen, for what comes and goes. */
  rememberMs?: number;
  find(view: ClusterView): Finding[];
}

export const minute = 60_000;

export function nameOf({ metadata }: KubeObject): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

/** Labels of what kube-state-metrics says about an object. */
export function stateLabels({ metadata }: KubeObject, kind: string): Record<string, string> {
  const place = metadata.namespace === undefined ? {} : { namespace: metadata.namespace };
  return { ...place, [kind]: metadata.name, job: 'kube-state-metrics' };
}
