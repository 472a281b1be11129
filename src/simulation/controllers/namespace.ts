import type { KubeObject, Namespace, Pod } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { canonicalJson } from '../../lib/hash.ts';
import { type ApiClient, ApiError } from '../api/client.ts';
import { namespaceStatus, type Remains } from './namespace_conditions.ts';
import { isOver } from './pods.ts';
import { createQueue } from './queue.ts';

/** Who holds a namespace back from its end, until it is empty. */
const finalizer = 'kubernetes';
/** Time for what was under way when the namespace was deleted. */
const patienceMs = 5000;
/** How long somebody may need to let go of what a finalizer holds. */
const finalizerSeconds = 15;

/** What one round has left, and how long that may take to go. */
interface Left {
  resources: Map<string, number>;
  finalizers: Map<string, number>;
  failures: string[];
  seconds: number;
}

/** Empties a namespace that is being deleted, pods first, waits for what takes its time to go, and lets go of it. */
export function createNamespaceController({ client, clock }: { client: ApiClient; clock: Clock }): { stop(): void } {
  const queue = createQueue(clock, reconcile);
  const stopWatch = client.watch<Namespace>('namespaces', ({ type, object }) => {
    if (type !== 'DELETED' && isOurs(object)) queue.addAfter(object.metadata.name, patienceMs);
  });

  async function reconcile(name: string): Promise<void> {
    const namespace = await client.get<Namespace>('namespaces', name);
    if (!namespace || !isOurs(namespace)) return;
    const left: Left = { resources: new Map(), finalizers: new Map(), failures: [], seconds: 0 };
    await empty('pods', namespace, left);
    const waitsForPods = left.resources.size > 0;
    if (!waitsForPods) for (const resource of await deletable()) await empty(resource, namespace, left);
    await writeStatus(namespace, waitsForPods ? { ...left, resources: new Map(), finalizers: new Map() } : left);
    if (left.resources.size > 0 || left.failures.length > 0) {
      queue.addAfter(name, (Math.floor(left.seconds / 2) + 1) * 1000);
    } else await letGo(name);
  }

  /** Everything that can lie in a namespace: `services`, `deployments.apps`. Pods have gone before. */
  async function deletable(): Promise<string[]> {
    const served = await client.resources();
    const namespaced = served.filter(
      one => one.namespaced && one.verbs.includes('delete') && one.verbs.includes('list'),
    );
    return namespaced.map(({ name }) => name).filter(name => name !== 'pods');
  }

  async function empty(resource: string, { metadata }: Namespace, left: Left): Promise<void> {
    const namespace = metadata.name;
    for (const object of (await client.list(resource, { namespace })).items) {
      if (object.metadata.deletionTimestamp !== undefined) continue;
      const target = { resource, namespace, name: object.metadata.name };
      await client.delete(target, { propagationPolicy: 'Background' }).catch((error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
        if (error.code !== 404) left.failures.push(error.message);
      });
    }
    const { items } = await client.list(resource, { namespace });
    if (items.length === 0) return;
    left.resources.set(resource.includes('.') ? resource : `${resource}.`, items.length);
    for (const one of items.flatMap(({ metadata: { finalizers = [] } }) => finalizers)) {
      left.finalizers.set(one, (left.finalizers.get(one) ?? 0) + 1);
    }
    left.seconds = Math.max(left.seconds, secondsFor(resource, items, metadata.deletionTimestamp));
  }

  /** Pods have their grace from the end of the namespace on; what else is held, is held by finalizers. */
  function secondsFor(resource: string, items: KubeObject[], deletedAt = ''): number {
    const pods = resource === 'pods' ? (items as Pod[]).filter(pod => !isOver(pod)) : [];
    const grace = Math.max(0, ...pods.map(({ spec }) => spec.terminationGracePeriodSeconds ?? 30));
    if ((clock.now() - Date.parse(deletedAt)) / 1000 < grace) return grace;
    return items.some(({ metadata }) => metadata.finalizers?.length) ? finalizerSeconds : 0;
  }

  async function writeStatus(namespace: Namespace, remains: Remains): Promise<void> {
    const status = namespaceStatus(namespace, remains, clock.now());
    if (canonicalJson(status) === canonicalJson(namespace.status)) return;
    await client.update('namespaces', { ...namespace, status }, { subresource: 'status' });
  }

  async function letGo(name: string): Promise<void> {
    const namespace = await client.get<Namespace>('namespaces', name);
    if (!namespace) return;
    const finalizers = namespace.spec?.finalizers?.filter(one => one !== finalizer) ?? [];
    const released = { ...namespace, spec: { ...namespace.spec, finalizers } };
    await client.update('namespaces', released, { subresource: 'finalize' });
  }

  return {
    stop() {
      queue.stop();
      stopWatch();
    },
  };
}

function isOurs({ metadata, spec }: Namespace): boolean {
  return metadata.deletionTimestamp !== undefined && spec?.finalizers?.includes(finalizer) === true;
}
