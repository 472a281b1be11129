import { type Amounts, countOf, sumOf, textsOf } from '../../kubernetes/kinds/amount.ts';
import type { ResourceQuota } from '../../kubernetes/kinds/policy.ts';
import { isInScopes, quotaNamesFor, resourcesCountedBy, usageOf } from '../../kubernetes/kinds/quota_usage.ts';
import type { KubeObject, Pod } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { canonicalJson } from '../../lib/hash.ts';
import type { ApiClient } from '../api/client.ts';
import { isOver } from './pods.ts';
import { createQueue, keyOf, parseKey } from './queue.ts';

/** What nobody told of (a pod that is long overdue) is found out this often. */
const resyncMs = 300_000;

/**
 * Counts what resource quotas ration. Admission adds to the count as things come in; this controller gives back what
 * went, and starts the count of a new quota. It watches only what some quota counts.
 */
export function createResourceQuotaController({ client, clock }: { client: ApiClient; clock: Clock }): {
  stop(): void;
} {
  const queue = createQueue(clock, reconcile);
  const known = new Map<string, ResourceQuota>();
  const watched = new Map<string, () => void>();
  const stopWatch = client.watch<ResourceQuota>('resourcequotas', ({ type, object }) => {
    const key = keyOf(object.metadata);
    if (type === 'DELETED') known.delete(key);
    else known.set(key, object);
    queue.add(key);
  });

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const quota = await client.get<ResourceQuota>('resourcequotas', name, namespace);
    if (!quota || quota.metadata.deletionTimestamp !== undefined) return;
    const served = new Set((await client.resources()).map(resource => resource.name));
    const counted = countedBy(quota).filter(resource => served.has(resource));
    for (const resource of counted) watchFor(resource);
    const used: Amounts = {};
    for (const resource of counted) Object.assign(used, await usedOf(quota, resource));
    const status = { hard: { ...quota.spec.hard }, used: textsOf(used) };
    if (canonicalJson(status) !== canonicalJson(quota.status)) {
      await client.update<ResourceQuota>('resourcequotas', { ...quota, status }, { subresource: 'status' });
    }
    queue.addAfter(key, resyncMs);
  }

  async function usedOf(quota: ResourceQuota, resource: string): Promise<Amounts> {
    const names = quotaNamesFor(resource, Object.keys(quota.spec.hard ?? {}));
    let sum: Amounts = Object.fromEntries(names.map(name => [name, countOf(0)]));
    const { items } = await client.list(resource, { namespace: quota.metadata.namespace ?? '' });
    for (const object of items) {
      if (isInScopes(quota, resource, object)) sum = sumOf(sum, usageOf(resource, object, clock.now()));
    }
    return Object.fromEntries(names.map(name => [name, sum[name] ?? countOf(0)]));
  }

  function watchFor(resource: string): void {
    if (watched.has(resource)) return;
    const stop = client.watch<KubeObject>(resource, ({ type, object }) => {
      const gives = type === 'DELETED' || (resource === 'pods' ? isOver(object as Pod) : type === 'MODIFIED');
      if (gives) enqueueIn(object.metadata.namespace ?? '', resource);
    });
    watched.set(resource, stop);
  }

  function enqueueIn(namespace: string, resource: string): void {
    for (const [key, quota] of known) {
      if (quota.metadata.namespace === namespace && countedBy(quota).includes(resource)) queue.add(key);
    }
  }

  return {
    stop() {
      queue.stop();
      stopWatch();
      for (const stop of watched.values()) stop();
    },
  };
}

function countedBy({ spec }: ResourceQuota): string[] {
  return [...new Set(Object.keys(spec.hard ?? {}).flatMap(resourcesCountedBy))].sort();
}
