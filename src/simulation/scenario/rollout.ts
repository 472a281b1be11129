import type { Deployment, ReplicaSet } from '../../kubernetes/objects.ts';
import { timestamp } from '../../lib/timestamp.ts';
import type { ApiClient } from '../api/client.ts';
import { type ObjectName, targetOf, textOf } from './object_name.ts';

/** As `kubectl rollout undo` does it: the template of the revision before becomes the newest one. */
export async function rollBack(client: ApiClient, object: ObjectName): Promise<void> {
  const target = targetOf(object);
  const namespace = object.namespace ?? 'default';
  const deployment = await client.get<Deployment>(target.resource, object.name, namespace);
  const sets = await client.list<ReplicaSet>('replicasets.apps', { namespace });
  const own = sets.items.filter(set =>
    set.metadata.ownerReferences?.some(({ uid }) => uid === deployment?.metadata.uid),
  );
  const previous = own.toSorted((a, b) => revisionOf(b) - revisionOf(a))[1];
  if (!previous) throw new Error(`expected an earlier revision of ${textOf(object)}, got none`);
  const { 'pod-template-hash': _, ...labels } = previous.spec.template.metadata?.labels ?? {};
  const { annotations } = previous.spec.template.metadata ?? {};
  const metadata = { labels, ...(annotations ? { annotations } : {}) };
  const value = { ...previous.spec.template, metadata };
  await client.patch(target, { type: 'json', body: [{ op: 'replace', path: '/spec/template', value }] });
}

/** As `kubectl rollout restart` does it: a note in the template makes all pods new. */
export async function restart(client: ApiClient, object: ObjectName, now: number): Promise<void> {
  const annotations = { 'kubectl.kubernetes.io/restartedAt': timestamp(now) };
  const body = { spec: { template: { metadata: { annotations } } } };
  await client.patch(targetOf(object), { type: 'strategic', body });
}

function revisionOf({ metadata }: ReplicaSet): number {
  return Number(metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
}
