import type { Namespace } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { type ApiClient, ApiError } from '../api/client.ts';
import { createQueue } from './queue.ts';

/** Who holds a namespace back from its end, until it is empty. */
const finalizer = 'kubernetes';
const nextLookMs = 1000;

/** Empties a namespace that is being deleted, waits for what takes its time to go, and lets go of it. */
export function createNamespaceController({ client, clock }: { client: ApiClient; clock: Clock }): { stop(): void } {
  const queue = createQueue(clock, reconcile);
  const stopWatch = client.watch<Namespace>('namespaces', ({ type, object }) => {
    if (type !== 'DELETED' && isOurs(object)) queue.add(object.metadata.name);
  });

  async function reconcile(name: string): Promise<void> {
    const namespace = await client.get<Namespace>('namespaces', name);
    if (!namespace || !isOurs(namespace)) return;
    let left = 0;
    for (const resource of await deletable()) left += await empty(resource, name);
    if (left > 0) queue.addAfter(name, nextLookMs);
    else await letGo(namespace);
  }

  /** Everything that can lie in a namespace: `pods`, `deployments.apps`. */
  async function deletable(): Promise<string[]> {
    const served = await client.resources();
    return served.filter(({ namespaced, verbs }) => namespaced && verbs.includes('delete')).map(({ name }) => name);
  }

  /** Returns how many objects are still there: pods end in their own time, and a finalizer holds whatever it is on. */
  async function empty(resource: string, namespace: string): Promise<number> {
    const { items } = await client.list(resource, { namespace });
    for (const { metadata } of items) {
      if (metadata.deletionTimestamp !== undefined) continue;
      const target = { resource, namespace, name: metadata.name };
      await client.delete(target, { propagationPolicy: 'Background' }).catch(ignoreGone);
    }
    return items.length === 0 ? 0 : (await client.list(resource, { namespace })).items.length;
  }

  async function letGo(namespace: Namespace): Promise<void> {
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

function ignoreGone(error: unknown): void {
  if (!(error instanceof ApiError && error.code === 404)) throw error;
}
