import type { KubeObject } from '../../../kubernetes/objects.ts';
import { isRecord } from '../../../lib/json.ts';
import { clone, type JsonRecord, valueAt } from '../json.ts';
import { type Entry, entriesFrom, storedForm } from '../managed_fields/entries.ts';
import { entriesFromScale, type ScaledKind, scaleEntries } from '../managed_fields/scale_fields.ts';
import { type Resource, row } from '../resource.ts';
import { apiVersionOf } from '../resources.ts';
import { selectorText } from '../table/workloads.ts';

/** A workload as autoscalers see it: how many are wanted, how many there are, and which. */
export interface Scale extends KubeObject {
  /** None are wanted where it says nothing. */
  spec: { replicas?: number };
  status: { replicas: number; selector?: string };
}

/** What a Scale is a view of: nothing is stored under this name. */
export const scaleResource: Resource = row({
  group: 'autoscaling',
  version: 'v1',
  plural: 'scales',
  kind: 'Scale',
  subresources: ['status'],
});

export function scaleOf(workload: KubeObject, resource: Resource): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = workload.metadata;
  const { replicas, ready, selector } = pathsOf(resource);
  const wanted = valueAt(workload, replicas);
  const found = valueAt(workload, ready);
  const text = selectorAsText(selector === undefined ? undefined : valueAt(workload, selector));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: clone({ name, namespace, uid, resourceVersion, creationTimestamp }) as KubeObject['metadata'],
    spec: typeof wanted === 'number' && wanted !== 0 ? { replicas: wanted } : {},
    status: { replicas: typeof found === 'number' ? found : 0, ...(text === '' ? {} : { selector: text }) },
  };
}

function pathsOf({ scalePaths }: Resource) {
  return scalePaths ?? { replicas: 'spec.replicas', ready: 'status.replicas', selector: 'spec.selector' };
}

/** Custom resources write their selector as text already. */
function selectorAsText(selector: unknown): string {
  if (typeof selector === 'string') return selector;
  if (!isRecord(selector)) return '';
  const isLabelSelector = 'matchLabels' in selector || 'matchExpressions' in selector;
  return selectorText(isLabelSelector ? selector : { matchLabels: selector as Record<string, string> });
}

/** The workload with the replicas, and under the preconditions, that a Scale asks for. */
export function scaled(workload: KubeObject, asked: Scale, resource: Resource): KubeObject {
  const { uid, resourceVersion } = asked.metadata;
  const { metadata, ...rest } = workload;
  const { resourceVersion: _, ...unversioned } = metadata;
  const path = pathsOf(resource).replicas.split('.');
  return {
    ...(withValue(rest, path, asked.spec.replicas ?? 0) as KubeObject),
    metadata: { ...unversioned, ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) },
  };
}

function withValue(object: object, [first = '', ...rest]: readonly string[], value: unknown): object {
  const record = object as JsonRecord;
  const inner = record[first];
  return { ...record, [first]: rest.length === 0 ? value : withValue(isRecord(inner) ? inner : {}, rest, value) };
}

/** The Scale with the owners that its fields have in the workload. */
export function managedScale(workload: KubeObject, resource: Resource): Scale {
  const scale = scaleOf(workload, resource);
  const entries = storedForm(scaleEntries(entriesFrom(workload.metadata.managedFields) ?? [], kindOf(resource)));
  if (entries) scale.metadata.managedFields = entries;
  return scale;
}

export function workloadEntries(workload: KubeObject, ofScale: readonly Entry[], resource: Resource): readonly Entry[] {
  return entriesFromScale(entriesFrom(workload.metadata.managedFields) ?? [], ofScale, kindOf(resource));
}

function kindOf(resource: Resource): ScaledKind {
  return { apiVersion: apiVersionOf(resource), replicasPath: pathsOf(resource).replicas.split('.') };
}
