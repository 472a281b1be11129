import { selects } from '../../kubernetes/kinds/label_selector.ts';
import { allowsNode } from '../../kubernetes/kinds/node_selector.ts';
import type { TopologySpreadConstraint } from '../../kubernetes/kinds/scheduling.ts';
import { untolerated } from '../../kubernetes/kinds/taints.ts';
import type { LabelSelector, Node, Pod } from '../../kubernetes/objects.ts';
import { type Filter, final, passing, type Surroundings } from './filter.ts';
import type { Seat } from './seats.ts';

const mismatch = "node(s) didn't match pod topology spread constraints";

/** Holds the constraints of a pod that must not be violated (`DoNotSchedule`). */
export function createSpreadFilter(pod: Pod, { seats }: Pick<Surroundings, 'seats'>): Filter {
  const rules = (pod.spec.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
  );
  if (rules.length === 0) return () => undefined;
  const counted = rules.map(rule => ({ rule, counts: countByDomain(pod, rule, rules, seats) }));
  return ({ node }) => {
    for (const { rule, counts } of counted) {
      const domain = node.metadata.labels?.[rule.topologyKey];
      if (domain === undefined) return final(`${mismatch} (missing required label)`);
      const least = counts.size < (rule.minDomains ?? 1) ? 0 : Math.min(...counts.values());
      const self = selects(selectorOf(pod, rule), pod.metadata.labels) ? 1 : 0;
      if ((counts.get(domain) ?? 0) + self - least > rule.maxSkew) return passing(mismatch);
    }
    return undefined;
  };
}

/** How many matching pods there are in each domain that counts. */
function countByDomain(
  pod: Pod,
  rule: TopologySpreadConstraint,
  rules: readonly TopologySpreadConstraint[],
  seats: readonly Seat[],
): Map<string, number> {
  const selector = selectorOf(pod, rule);
  const counts = new Map<string, number>();
  for (const { node, guests } of seats) {
    if (!rules.every(({ topologyKey }) => node.metadata.labels?.[topologyKey] !== undefined)) continue;
    if (!isIncluded(pod, rule, node)) continue;
    const domain = node.metadata.labels?.[rule.topologyKey] ?? '';
    const here = [...guests.values()].filter(guest => isCounted(guest.pod, pod, selector)).length;
    counts.set(domain, (counts.get(domain) ?? 0) + here);
  }
  return counts;
}

/** The inclusion policies: by default a node that the pod's affinity excludes doesn't count, a tainted one does. */
function isIncluded(
  pod: Pod,
  { nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore' }: TopologySpreadConstraint,
  node: Node,
): boolean {
  if (nodeAffinityPolicy === 'Honor' && !allowsNode(pod, node)) return false;
  return nodeTaintsPolicy === 'Ignore' || untolerated(pod, node) === undefined;
}

function isCounted(other: Pod, pod: Pod, selector: LabelSelector): boolean {
  return (
    other.metadata.deletionTimestamp === undefined &&
    other.metadata.namespace === pod.metadata.namespace &&
    selects(selector, other.metadata.labels)
  );
}

function selectorOf(pod: Pod, { labelSelector, matchLabelKeys = [] }: TopologySpreadConstraint): LabelSelector {
  if (!labelSelector) return { matchExpressions: [{ key: '', operator: 'Exists' }] };
  const labels = pod.metadata.labels ?? {};
  const keys = matchLabelKeys.filter(key => labels[key] !== undefined);
  return {
    ...labelSelector,
    matchLabels: { ...labelSelector.matchLabels, ...Object.fromEntries(keys.map(key => [key, labels[key] ?? ''])) },
  };
}

/** How the scheduler spreads the pods of one owner when they say nothing themselves. */
const byDefault = [
  { topologyKey: 'kubernetes.io/hostname', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5 },
];

/** The fewer of its kind, the better: from 0 to 100. */
export function createSpreadScore(pod: Pod, { seats }: Pick<Surroundings, 'seats'>): (seat: Seat) => number {
  const own = (pod.spec.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === 'ScheduleAnyway',
  );
  const soft = own.length > 0 ? own.map(rule => ({ ...rule, counts: countByDomain(pod, rule, own, seats) })) : [];
  const rules = soft.length > 0 || pod.spec.topologySpreadConstraints?.length ? soft : ownersRules(pod, seats);
  return ({ node }) => {
    let cost = 0;
    for (const { topologyKey, maxSkew, counts } of rules) {
      const domain = node.metadata.labels?.[topologyKey];
      if (domain !== undefined) cost += (counts.get(domain) ?? 0) * Math.log(counts.size + 2) + maxSkew - 1;
    }
    return -cost;
  };
}

function ownersRules(pod: Pod, seats: readonly Seat[]) {
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
  if (owner === undefined) return [];
  return byDefault.map(({ topologyKey, maxSkew }) => {
    const counts = new Map<string, number>();
    for (const { node, guests } of seats) {
      const domain = node.metadata.labels?.[topologyKey];
      if (domain === undefined) continue;
      const same = [...guests.values()].filter(
        guest => guest.pod.metadata.ownerReferences?.some(({ uid }) => uid === owner) && isStaying(guest.pod),
      );
      counts.set(domain, (counts.get(domain) ?? 0) + same.length);
    }
    return { topologyKey, maxSkew, counts };
  });
}

function isStaying({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp === undefined;
}
