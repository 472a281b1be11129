import type { KubeObject } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ApiClient } from '../api/client.ts';
import { ignoreGone } from './gone.ts';
import { createQueue } from './queue.ts';

/** What can own and be owned, by the resource it is reached under. */
const resources: Record<string, string> = {
  Deployment: 'deployments.apps',
  ReplicaSet: 'replicasets.apps',
  Pod: 'pods',
  ConfigMap: 'configmaps',
  Service: 'services',
};

interface Known {
  resource: string;
  object: KubeObject;
}

/**
 * Deletes what has lost all of its owners, link by link down the chain, and does what the deletion policies `Orphan`
 * and `Foreground` ask for through their finalizers. Owners of a kind that it doesn't watch are left alone.
 */
export function createGarbageCollector({ client, clock }: { client: ApiClient; clock: Clock }): { stop(): void } {
  const known = new Map<string, Known>();
  const queue = createQueue(clock, reconcile);
  const stops = Object.values(resources).map(resource =>
    client.watch<KubeObject>(resource, ({ type, object }) => {
      const uid = object.metadata.uid ?? '';
      if (type !== 'DELETED') known.set(uid, { resource, object });
      else known.delete(uid);
      queue.add(uid);
      if (type === 'DELETED') for (const dependent of dependentsOf(uid)) queue.add(dependent.object.metadata.uid ?? '');
      for (const owner of object.metadata.ownerReferences ?? []) if (isWaiting(owner.uid)) queue.add(owner.uid);
    }),
  );

  function dependentsOf(uid: string): Known[] {
    return [...known.values()].filter(({ object }) =>
      object.metadata.ownerReferences?.some(owner => owner.uid === uid),
    );
  }

  function isWaiting(uid: string): boolean {
    const metadata = known.get(uid)?.object.metadata;
    return metadata?.deletionTimestamp !== undefined && (metadata.finalizers?.length ?? 0) > 0;
  }

  async function reconcile(uid: string): Promise<void> {
    const one = known.get(uid);
    if (!one) return;
    const { deletionTimestamp, finalizers = [] } = one.object.metadata;
    if (deletionTimestamp === undefined) return (await hasLostItsOwners(one)) ? remove(one) : undefined;
    if (finalizers.includes('orphan')) await letGo(one);
    else if (finalizers.includes('foregroundDeletion')) await clearBefore(one);
  }

  async function hasLostItsOwners({ object }: Known): Promise<boolean> {
    const owners = object.metadata.ownerReferences ?? [];
    for (const owner of owners) {
      const resource = resources[owner.kind];
      if (!resource) return false;
      const found = await client.get(resource, owner.name, object.metadata.namespace);
      if (found?.metadata.uid === owner.uid) return false;
    }
    return owners.length > 0;
  }

  async function remove({ resource, object }: Known, propagationPolicy?: 'Foreground'): Promise<void> {
    const { name, namespace, uid } = object.metadata;
    const target = { resource, name, ...(namespace === undefined ? {} : { namespace }) };
    const policy = propagationPolicy ?? 'Background';
    await client
      .delete(target, { propagationPolicy: policy, preconditions: { ...(uid === undefined ? {} : { uid }) } })
      .catch(ignoreGone);
  }

  async function letGo(owner: Known): Promise<void> {
    for (const { resource, object } of dependentsOf(owner.object.metadata.uid ?? '')) {
      const ownerReferences = (object.metadata.ownerReferences ?? []).filter(
        reference => reference.uid !== owner.object.metadata.uid,
      );
      await patch({ resource, object }, { ownerReferences });
    }
    await dropFinalizer(owner, 'orphan');
  }

  async function clearBefore(owner: Known): Promise<void> {
    const dependents = dependentsOf(owner.object.metadata.uid ?? '');
    for (const dependent of dependents) {
      if (dependent.object.metadata.deletionTimestamp === undefined) await remove(dependent, 'Foreground');
    }
    if (dependents.length === 0) await dropFinalizer(owner, 'foregroundDeletion');
  }

  async function dropFinalizer(one: Known, finalizer: string): Promise<void> {
    await patch(one, { finalizers: (one.object.metadata.finalizers ?? []).filter(other => other !== finalizer) });
  }

  async function patch({ resource, object }: Known, metadata: Partial<KubeObject['metadata']>): Promise<void> {
    const { name, namespace, uid } = object.metadata;
    const target = { resource, name, ...(namespace === undefined ? {} : { namespace }) };
    await client.patch(target, { type: 'merge', body: { metadata: { uid, ...metadata } } }).catch(ignoreGone);
  }

  return {
    stop() {
      queue.stop();
      for (const stop of stops) stop();
    },
  };
}
