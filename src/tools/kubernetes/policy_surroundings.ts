import type { NetworkPolicy } from '../../kubernetes/kinds/network.ts';
import { kinds } from '../../kubernetes/kinds.ts';
import type { Namespace, Pod } from '../../kubernetes/objects.ts';
import { rulesOf } from './policy_rules.ts';
import { mostPods, ownerOf } from './subject.ts';
import type { Senses } from './tool.ts';

export async function listPolicies(namespace: string, { cluster, signal }: Senses): Promise<NetworkPolicy[]> {
  return (await cluster.list<NetworkPolicy>(kinds.networkPolicy, { namespace, limit: 1_000 }, signal)).items;
}

/** The namespaces are read only where a policy chooses among them. */
export async function surroundings(namespace: string, policies: NetworkPolicy[], { cluster, signal }: Senses) {
  const peers = (['Ingress', 'Egress'] as const)
    .flatMap(direction => rulesOf(policies, direction))
    .flatMap(rule => rule.peers);
  const [pods, namespaces] = await Promise.all([
    cluster.list<Pod>(kinds.pod, { namespace, limit: mostPods, fromCache: true }, signal),
    peers.some(({ namespaceSelector }) => namespaceSelector)
      ? cluster.list<Namespace>(kinds.namespace, { limit: 5_000, fromCache: true }, signal)
      : undefined,
  ]);
  const running = pods.items.filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
  return {
    pods: running,
    samples: samplesOf(running),
    namespaces: new Map((namespaces?.items ?? []).map(each => [each.metadata.name, each] as const)),
  };
}

/** Policies know pods by their labels: those of one workload are mostly alike. */
function samplesOf(pods: readonly Pod[]): Pod[] {
  const distinct = new Map(pods.map(pod => [`${ownerOf(pod).text} ${JSON.stringify(pod.metadata.labels ?? {})}`, pod]));
  return [...distinct.values()];
}
