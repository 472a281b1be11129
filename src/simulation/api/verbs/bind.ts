import type { Pod } from '../../../kubernetes/objects.ts';
import { timestamp } from '../../../lib/timestamp.ts';
import { decode } from '../decode.ts';
import { clone } from '../json.ts';
import { conflict, invalid, noSuchResource } from '../status_error.ts';
import { required } from '../validation/metadata.ts';
import { type Backend, existing, type ObjectPlace, type WriteOptions } from './write.ts';

/** Gives a pod its node, once and for all. `body` is a Binding. */
export function bind(backend: Backend, place: ObjectPlace, body: unknown, options: WriteOptions = {}): void {
  if (!place.resource.subresources.includes('binding')) throw noSuchResource();
  const node = nodeIn(place, body, options);
  const pod = existing(backend, place) as Pod;
  const binding = { ...place.resource, plural: 'pods/binding' };
  if (pod.metadata.deletionTimestamp !== undefined) {
    throw conflict(binding, place.name, `pod ${place.name} is being deleted, cannot be assigned to a host`);
  }
  if (pod.spec.nodeName) {
    throw conflict(binding, place.name, `pod ${place.name} is already assigned to node "${pod.spec.nodeName}"`);
  }
  if (!options.dryRun) backend.store.put(place.resource, bound(clone(pod), node, timestamp(backend.clock.now())));
}

function nodeIn({ resource, name }: ObjectPlace, body: unknown, options: WriteOptions): string {
  const binding = decode(body, { group: '', version: 'v1', kind: 'Binding' }, options);
  const target = (binding as { target?: { kind?: string; name?: string } }).target;
  if (target?.name) return target.name;
  throw invalid({ ...resource, kind: 'Binding' }, name, [required('target.name')]);
}

function bound(pod: Pod, node: string, now: string): Pod {
  const conditions = (pod.status?.conditions ?? []).filter(condition => condition.type !== 'PodScheduled');
  conditions.push({ type: 'PodScheduled', status: 'True', lastTransitionTime: now });
  return { ...pod, spec: { ...pod.spec, nodeName: node }, status: { phase: 'Pending', ...pod.status, conditions } };
}
