import type { ClusterRole, PolicyRule } from '../../kubernetes/kinds/access.ts';
import { selects } from '../../kubernetes/kinds/label_selector.ts';
import type { Clock } from '../../lib/clock.ts';
import { canonicalJson } from '../../lib/hash.ts';
import type { ApiClient } from '../api/client.ts';
import { createQueue } from './queue.ts';

const clusterRoles = 'clusterroles.rbac.authorization.k8s.io';

/** Gives a cluster role that is made of others the rules of those that its selectors match. */
export function createClusterRoleAggregation({ client, clock }: { client: ApiClient; clock: Clock }): { stop(): void } {
  const queue = createQueue(clock, reconcile);
  const aggregated = new Set<string>();
  const stopWatch = client.watch<ClusterRole>(clusterRoles, ({ type, object }) => {
    const { name } = object.metadata;
    if (type !== 'DELETED' && object.aggregationRule) aggregated.add(name);
    else aggregated.delete(name);
    for (const other of aggregated) queue.add(other);
  });

  async function reconcile(name: string): Promise<void> {
    const role = await client.get<ClusterRole>(clusterRoles, name);
    if (!role?.aggregationRule) return;
    const { items } = await client.list<ClusterRole>(clusterRoles);
    const selectors = role.aggregationRule.clusterRoleSelectors ?? [];
    const parts = items.filter(
      ({ metadata }) => metadata.name !== name && selectors.some(selector => selects(selector, metadata.labels)),
    );
    const rules = distinct(parts.flatMap(part => part.rules ?? []));
    if (canonicalJson(rules) === canonicalJson(role.rules ?? [])) return;
    await client.update<ClusterRole>(clusterRoles, { ...role, rules });
  }

  return {
    stop() {
      queue.stop();
      stopWatch();
    },
  };
}

function distinct(rules: readonly PolicyRule[]): PolicyRule[] {
  return [...new Map(rules.map(rule => [canonicalJson(rule), rule])).values()];
}
