import type { Condition, KubeObject, Pod } from '../../../kubernetes/objects.ts';
import { timestamp } from '../../../lib/timestamp.ts';
import { labelByNode } from '../admission/topology_labels.ts';
import { ApiError } from '../client.ts';
import { decode } from '../decode.ts';
import { clone } from '../json.ts';
import { badRequest, conflict, noSuchResource } from '../status_error.ts';
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
  const next = bound(clone(pod), node, timestamp(backend.clock.now()));
  labelByNode(next, backend);
  if (!options.dryRun) backend.store.put(place.resource, next);
}

/** A real server calls a target that it can't use its own fault. */
function nodeIn({ name }: ObjectPlace, body: unknown, options: WriteOptions): string {
  const binding = decode(body, { group: '', version: 'v1', kind: 'Binding' }, options);
  if (binding.metadata.name !== name) throw badRequest('name in URL does not match name in Binding object');
  const { target } = binding as KubeObject & { target: { kind?: string; name?: string } };
  const problems: string[] = [];
  if (target.kind && target.kind !== 'Node') {
    problems.push(`target.kind: Unsupported value: "${target.kind}": supported values: "Node", "<empty>"`);
  }
  if (!target.name) problems.push('target.name: Required value');
  if (target.name && problems.length === 0) return target.name;
  const message = problems.length === 1 ? String(problems[0]) : `[${problems.join(', ')}]`;
  throw new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code: 500 });
}

function bound(pod: Pod, node: string, now: string): Pod {
  const conditions = (pod.status?.conditions ?? []).filter(condition => condition.type !== 'PodScheduled');
  const scheduled: Condition = { type: 'PodScheduled', status: 'True', lastTransitionTime: now };
  // Nobody probes this, and a server says so.
  conditions.push(Object.assign(scheduled, { lastProbeTime: null }));
  const status: NonNullable<Pod['status']> = { phase: 'Pending', ...pod.status, conditions };
  // Room was made for it somewhere; now it has its place.
  delete status.nominatedNodeName;
  return { ...pod, spec: { ...pod.spec, nodeName: node }, status };
}
