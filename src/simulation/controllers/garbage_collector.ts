import type { KubeObject, OwnerReference } from '../../kubernetes/objects.ts';
import type { DeleteOptions, ServedResource, WatchEvent } from '../api/client.ts';
import type { ControllerDeps } from './controllers.ts';
import { createEventRecorder } from './event_recorder.ts';
import {
  blocks,
  createOwnerGraph,
  type GraphNode,
  graphNode,
  isDeletingDependents,
  isOrphaning,
} from './garbage_graph.ts';
import { createOwnerLookup, type OwnersFound } from './garbage_owners.ts';
import { ignoreGone } from './gone.ts';
import { createQueue } from './queue.ts';

/** How often it looks whether other kinds are served than before. */
const rediscoveryMs = 30_000;
/** There are many of them, and nobody owns one. */
const ignored = ['events', 'events.events.k8s.io'];

/**
 * Deletes what has lost all of its owners, link by link down the chain, and does what the deletion policies `Orphan`
 * and `Foreground` ask for through their finalizers: for every kind that the server serves, also those that come later.
 */
export function createGarbageCollector({ client, clock, caches }: ControllerDeps): { stop(): void } {
  const graph = createOwnerGraph();
  const events = createEventRecorder({ client, clock, component: 'garbage-collector-controller' });
  const queue = createQueue(clock, reconcile);
  const watched = new Map<string, () => void>();
  const stopped = new AbortController();
  let served: readonly ServedResource[] = [];
  const ownersOf = createOwnerLookup(client, () => served);

  async function discover(): Promise<void> {
    served = await client.resources();
    const wanted = served.filter(({ verbs }) => ['delete', 'list', 'watch'].every(verb => verbs.includes(verb)));
    const names = new Set(wanted.map(({ name }) => name).filter(name => !ignored.includes(name)));
    for (const name of names)
      if (!watched.has(name))
        watched.set(
          name,
          caches.follow(name, event => see(name, event)),
        );
    for (const [name, stop] of watched) if (!names.has(name)) forget(name, stop);
  }

  function forget(name: string, stop: () => void): void {
    stop();
    watched.delete(name);
    for (const node of [...graph.all()]) if (node.resource === name) graph.remove(node.uid);
  }

  function see(resource: string, { type, object }: WatchEvent<KubeObject>): void {
    const node = graphNode(resource, object);
    const before = type === 'DELETED' ? graph.get(node.uid) : graph.put(node);
    if (type === 'DELETED') {
      graph.remove(node.uid);
      for (const { uid } of graph.dependentsOf(node.uid)) queue.add(uid);
    } else if (node.isDeleted) {
      if (isOrphaning(node) || isDeletingDependents(node)) queue.add(node.uid);
      const isNews = isDeletingDependents(node) && !(before && isDeletingDependents(before));
      if (isNews) for (const { uid } of graph.dependentsOf(node.uid)) queue.add(uid);
    } else if (!sameOwners(before?.owners, node.owners)) checkOwners(node);
    for (const { uid } of new Set([...node.owners, ...(before?.owners ?? [])])) {
      const owner = graph.get(uid);
      if (owner && isDeletingDependents(owner)) queue.add(uid);
    }
  }

  /** Owners that are known and fit need no second look. */
  function checkOwners(node: GraphNode): void {
    for (const reference of node.owners) {
      const owner = graph.get(reference.uid);
      const isNamesake = owner?.kind === reference.kind && owner.name === reference.name;
      if (isNamesake && (owner.namespace === undefined || owner.namespace === node.namespace)) continue;
      if (owner?.namespace !== undefined && owner.namespace !== node.namespace) reportNamespace(node, reference);
      queue.add(node.uid);
    }
  }

  function reportNamespace(node: GraphNode, { apiVersion, kind, name, uid }: OwnerReference): void {
    const { namespace = '' } = node;
    const reference = `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
    const message = `ownerRef ${reference} does not exist in namespace "${namespace}"`;
    const metadata = { name: node.name, uid: node.uid, ...(node.namespace === undefined ? {} : { namespace }) };
    const about = { apiVersion: node.apiVersion, kind: node.kind, metadata };
    events.record(about, { type: 'Warning', reason: 'OwnerRefInvalidNamespace', message });
  }

  async function reconcile(uid: string): Promise<void> {
    const node = graph.get(uid);
    if (!node) return;
    if (isOrphaning(node)) return letGo(node);
    if (isDeletingDependents(node)) return clearBefore(node);
    if (node.isDeleted || node.owners.length === 0) return;
    const found = await ownersOf(node);
    if (found.unknown.length > 0) return queue.addAfter(uid, rediscoveryMs);
    await act(node, found);
  }

  async function act(node: GraphNode, { solid, dangling, waiting }: OwnersFound): Promise<void> {
    if (solid.length > 0) {
      if (dangling.length + waiting.length > 0) await patch(node, { ownerReferences: solid });
      return;
    }
    const dependents = graph.dependentsOf(node.uid);
    if (waiting.length === 0 || dependents.length === 0) return remove(node, 'Background');
    // Two that wait for each other would wait for ever.
    if (dependents.some(isDeletingDependents)) {
      await patch(node, { ownerReferences: node.owners.map(owner => ({ ...owner, blockOwnerDeletion: false })) });
    }
    await remove(node, 'Foreground');
  }

  async function letGo(owner: GraphNode): Promise<void> {
    for (const dependent of graph.dependentsOf(owner.uid)) {
      await patch(dependent, { ownerReferences: dependent.owners.filter(({ uid }) => uid !== owner.uid) });
    }
    await dropFinalizer(owner, 'orphan');
  }

  async function clearBefore(owner: GraphNode): Promise<void> {
    const blocking = graph.dependentsOf(owner.uid).filter(node => blocks(node, owner.uid));
    if (blocking.length === 0) return dropFinalizer(owner, 'foregroundDeletion');
    for (const node of blocking) if (!isDeletingDependents(node)) queue.add(node.uid);
  }

  async function remove(node: GraphNode, propagationPolicy: DeleteOptions['propagationPolicy']): Promise<void> {
    const policy = node.finalizers.includes('orphan') ? 'Orphan' : propagationPolicy;
    const options = { preconditions: { uid: node.uid }, ...(policy ? { propagationPolicy: policy } : {}) };
    await client.delete(targetOf(node), options).catch(ignoreGone);
  }

  async function dropFinalizer(node: GraphNode, finalizer: string): Promise<void> {
    await patch(node, { finalizers: node.finalizers.filter(other => other !== finalizer) });
  }

  async function patch(node: GraphNode, metadata: object): Promise<void> {
    const { uid, resourceVersion } = node;
    const body = { metadata: { uid, resourceVersion, ...metadata } };
    // What has changed meanwhile is seen again, and decided anew.
    await client.patch(targetOf(node), { type: 'merge', body }).catch(ignoreGone);
  }

  async function keepDiscovering(): Promise<void> {
    for (;;) {
      await discover();
      await clock.sleep(rediscoveryMs, stopped.signal);
    }
  }

  keepDiscovering().catch((error: unknown) => {
    if (!stopped.signal.aborted) throw error;
  });
  return {
    stop() {
      stopped.abort();
      queue.stop();
      for (const stop of watched.values()) stop();
    },
  };
}

function targetOf({ resource, name, namespace }: GraphNode) {
  return { resource, name, ...(namespace === undefined ? {} : { namespace }) };
}

function sameOwners(before: readonly OwnerReference[] = [], now: readonly OwnerReference[]): boolean {
  return before.length === now.length && now.every(({ uid }, index) => uid === before[index]?.uid);
}
