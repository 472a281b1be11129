import type { KubeObject, Pod } from '../../../kubernetes/objects.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { UsageSource } from '../client.ts';
import type { Resource } from '../resource.ts';
import type { Store } from '../store.ts';
import { nodeMetrics, podMetrics } from './usage_objects.ts';
import { nodeMetricsResource, podMetricsResource } from './usage_resources.ts';

export interface UsageStoreDeps {
  clock: Clock;
  pods: Resource;
  nodes: Resource;
  source(): UsageSource | undefined;
}

/** A store that also answers for metrics.k8s.io: nothing of that is kept, all of it is asked for. */
export function withUsage(store: Store, { clock, pods, nodes, source }: UsageStoreDeps): Store {
  function computed(resource: Resource): KubeObject[] {
    const usage = source();
    const now = clock.now();
    const found =
      resource === podMetricsResource
        ? (usage?.pods() ?? []).map(each => {
            const pod = store.get(pods, each.namespace, each.pod);
            return pod && podMetrics(pod as Pod, each, now);
          })
        : (usage?.nodes() ?? []).map(each => {
            const node = store.get(nodes, '', each.node);
            return node && nodeMetrics(node, each, now);
          });
    return found.filter(object => object !== undefined).sort(byPlace);
  }

  return {
    ...store,
    get(resource, namespace, name) {
      if (!isComputed(resource)) return store.get(resource, namespace, name);
      return computed(resource).find(
        ({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === namespace,
      );
    },
    list(resource, namespace) {
      if (!isComputed(resource)) return store.list(resource, namespace);
      const all = computed(resource);
      return namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace);
    },
  };
}

function isComputed(resource: Resource): boolean {
  return resource === podMetricsResource || resource === nodeMetricsResource;
}

function byPlace({ metadata: a }: KubeObject, { metadata: b }: KubeObject): number {
  const [left, right] = [`${a.namespace ?? ''}/${a.name}`, `${b.namespace ?? ''}/${b.name}`];
  return left < right ? -1 : left > right ? 1 : 0;
}
