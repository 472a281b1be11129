import { type Entry, entryOf, isBy, sorted, withFields } from './entries.ts';
import { difference, has, isEmpty, setOfPath } from './field_set.ts';

/**
 * A workload's `scale` subresource has fields of its own: what is `spec.replicas` there lies at some path of the
 * workload, and whoever owns the one owns the other.
 */
const scaleVersion = 'autoscaling/v1';
const replicasInScale = setOfPath('spec', 'replicas');

export interface ScaledKind {
  apiVersion: string;
  /** Where the workload says how many are wanted: `['spec', 'replicas']`. */
  replicasPath: readonly string[];
}

function pathOf({ replicasPath }: ScaledKind): string[] {
  return replicasPath.map(field => `f:${field}`);
}

/** The entries of a workload as its Scale has them. */
export function scaleEntries(entries: readonly Entry[], kind: ScaledKind): Entry[] {
  return entries
    .filter(entry => has(entry.fieldsV1, pathOf(kind)))
    .map(entry => ({ ...entry, apiVersion: scaleVersion, fieldsV1: replicasInScale }));
}

/** The entries of the workload after its Scale was written. */
export function entriesFromScale(
  entries: readonly Entry[],
  ofScale: readonly Entry[],
  kind: ScaledKind,
): readonly Entry[] {
  const isSame = (a: Entry, b: Entry) => isBy({ ...a, apiVersion: '' }, { ...b, apiVersion: '' });
  const replicas = setOfPath(...kind.replicasPath);
  const kept = entries.flatMap(entry => {
    if (!has(entry.fieldsV1, pathOf(kind)) || ofScale.some(other => isSame(entry, other))) return [entry];
    const left = difference(entry.fieldsV1, replicas);
    return isEmpty(left) ? [] : [withFields(entry, left)];
  });
  const isKept = (entry: Entry) => kept.some(other => isSame(entry, other) && has(other.fieldsV1, pathOf(kind)));
  const added = ofScale
    .filter(entry => !isKept(entry) && has(entry.fieldsV1, ['f:spec', 'f:replicas']))
    .map(entry => entryOf({ ...entry, apiVersion: kind.apiVersion }, replicas, undefined));
  return sorted([...kept, ...added]);
}
