import { selects } from './kinds/label_selector.ts';
import { allowsNode } from './kinds/node_selector.ts';
import type { PodAffinityTerm, TopologySpreadConstraint } from './kinds/scheduling.ts';
import { untolerated } from './kinds/taints.ts';
import type { LabelSelector, Node, Pod } from './objects.ts';
import type { Objection, PlacementWorld, Seat } from './placement.ts';

/** The rules of a pod, and of the pods that are there, about who may be near whom. */
export interface Company {
  against(node: Node): Objection | undefined;
  /** A copy of the pod has gone to this node. */
  joined(node: Node): void;
  /** How many rules there are: without any, nodes are all alike but for their room. */
  rules: number;
}

export function createCompany(pod: Pod, world: PlacementWorld): Company {
  const rules = [spreadOf(pod, world), nearOf(pod, world), awayOf(pod, world)].filter(rule => rule !== undefined);
  return {
    rules: rules.length,
    against: node => rules.reduce<Objection | undefined>((found, rule) => found ?? rule.against(node), undefined),
    joined(node) {
      for (const rule of rules) rule.joined(node);
    },
  };
}

type Rule = Omit<Company, 'rules'>;

function spreadOf(pod: Pod, { seats }: PlacementWorld): Rule | undefined {
  const rules = (pod.spec.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
  );
  if (rules.length === 0) return undefined;
  const hasAllKeys = (node: Node) => rules.every(({ topologyKey }) => labelOf(node, topologyKey) !== undefined);
  const counted = rules.map(rule => {
    const selector = spreadSelector(pod, rule);
    const isOne = (other: Pod) =>
      other.metadata.namespace === pod.metadata.namespace &&
      other.metadata.deletionTimestamp === undefined &&
      selects(selector, other.metadata.labels);
    const counts = new Map<string, number>();
    for (const { node, pods } of seats) {
      if (hasAllKeys(node) && isCounted(pod, rule, node)) add(counts, rule, node, pods.filter(isOne).length);
    }
    return { rule, counts, self: selects(selector, pod.metadata.labels) ? 1 : 0 };
  });
  return {
    against(node) {
      const broken = counted.find(({ rule, counts, self }) => {
        const domain = labelOf(node, rule.topologyKey);
        if (domain === undefined) return true;
        const least = counts.size < (rule.minDomains ?? 1) ? 0 : Math.min(...counts.values());
        return (counts.get(domain) ?? 0) + self - least > rule.maxSkew;
      });
      if (!broken) return undefined;
      const { topologyKey, maxSkew } = broken.rule;
      return { limit: 'spread', text: `ruled out by the spread over ${topologyKey} (maxSkew ${maxSkew})` };
    },
    joined(node) {
      if (!hasAllKeys(node)) return;
      for (const { rule, counts, self } of counted) if (isCounted(pod, rule, node)) add(counts, rule, node, self);
    },
  };
}

function add(counts: Map<string, number>, { topologyKey }: TopologySpreadConstraint, node: Node, more: number): void {
  const domain = labelOf(node, topologyKey) ?? '';
  counts.set(domain, (counts.get(domain) ?? 0) + more);
}

/** A node that the pod's affinity excludes doesn't count unless it is told so; one with taints does. */
function isCounted(pod: Pod, rule: TopologySpreadConstraint, node: Node): boolean {
  const { nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore' } = rule;
  if (nodeAffinityPolicy === 'Honor' && !allowsNode(pod, node)) return false;
  return nodeTaintsPolicy === 'Ignore' || untolerated(pod, node) === undefined;
}

const nobody: LabelSelector = { matchExpressions: [{ key: '', operator: 'Exists' }] };

function spreadSelector(pod: Pod, { labelSelector, matchLabelKeys = [] }: TopologySpreadConstraint): LabelSelector {
  if (!labelSelector) return nobody;
  const own = Object.entries(pod.metadata.labels ?? {}).filter(([key]) => matchLabelKeys.includes(key));
  return { ...labelSelector, matchLabels: { ...labelSelector.matchLabels, ...Object.fromEntries(own) } };
}

/** Pods that must be near others; the first of its kind may go anywhere. */
function nearOf(pod: Pod, world: PlacementWorld): Rule | undefined {
  const terms = pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  if (terms.length === 0) return undefined;
  const isWanted = (other: Pod) => terms.every(term => means(term, pod, other, world));
  const wanted = new Set<string>();
  const note = (node: Node) => {
    for (const { topologyKey } of terms) wanted.add(domainOf(node, topologyKey));
  };
  for (const { node, pods } of world.seats) if (pods.some(isWanted)) note(node);
  const likesItself = isWanted(pod);
  return {
    against(node) {
      const hasKeys = terms.every(({ topologyKey }) => labelOf(node, topologyKey) !== undefined);
      const isNear = terms.every(({ topologyKey }) => wanted.has(domainOf(node, topologyKey)));
      if (hasKeys && (isNear || (wanted.size === 0 && likesItself))) return undefined;
      return { limit: 'company', text: 'not near the pods that theirs must be near (pod affinity)' };
    },
    joined(node) {
      if (likesItself) note(node);
    },
  };
}

/** Pods that must not be near others, and others that must not be near them. */
function awayOf(pod: Pod, world: PlacementWorld): Rule | undefined {
  const terms = antiAffinityOf(pod);
  const shunned = new Set(
    world.seats.flatMap(({ node, pods }) =>
      terms
        .filter(term => pods.some(other => means(term, pod, other, world)))
        .map(({ topologyKey }) => domainOf(node, topologyKey)),
    ),
  );
  const forbidden = new Set(world.seats.flatMap(seat => forbiddenBy(seat, pod, world)));
  const shunsItself = terms.filter(term => means(term, pod, pod, world));
  if (terms.length === 0 && forbidden.size === 0) return undefined;
  return {
    against(node) {
      const term = terms.find(
        ({ topologyKey }) => shunned.has(domainOf(node, topologyKey)) && hasKey(node, topologyKey),
      );
      if (term) return { limit: 'company', text: `taken: one pod per ${term.topologyKey} (pod anti-affinity)` };
      const isForbidden = Object.keys(node.metadata.labels ?? {}).some(key => forbidden.has(domainOf(node, key)));
      return isForbidden
        ? { limit: 'company', text: 'kept free by the anti-affinity of pods that run there' }
        : undefined;
    },
    joined(node) {
      for (const { topologyKey } of shunsItself) shunned.add(domainOf(node, topologyKey));
    },
  };
}

function forbiddenBy({ node, pods }: Seat, pod: Pod, world: PlacementWorld): string[] {
  return pods.flatMap(other =>
    antiAffinityOf(other)
      .filter(term => hasKey(node, term.topologyKey) && means(term, other, pod, world))
      .map(({ topologyKey }) => domainOf(node, topologyKey)),
  );
}

function antiAffinityOf({ spec }: Pod): PodAffinityTerm[] {
  return spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
}

/** Whether a term of `owner` is about `other`. A term without a selector is about nobody. */
function means(term: PodAffinityTerm, owner: Pod, other: Pod, { namespaceLabels }: PlacementWorld): boolean {
  const { labelSelector, namespaces = [], namespaceSelector } = term;
  const namespace = other.metadata.namespace ?? '';
  const isThere =
    namespaces.includes(namespace) ||
    (namespaceSelector !== undefined && selects(namespaceSelector, namespaceLabels(namespace))) ||
    (namespaces.length === 0 && namespaceSelector === undefined && namespace === owner.metadata.namespace);
  return isThere && labelSelector !== undefined && selects(withKeys(labelSelector, term, owner), other.metadata.labels);
}

function withKeys(selector: LabelSelector, term: PodAffinityTerm, { metadata: { labels = {} } }: Pod): LabelSelector {
  const { matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  const requirements = (keys: readonly string[], operator: 'In' | 'NotIn') =>
    keys.flatMap(key => (labels[key] === undefined ? [] : [{ key, operator, values: [labels[key]] }]));
  const more = [...requirements(matchLabelKeys, 'In'), ...requirements(mismatchLabelKeys, 'NotIn')];
  return { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...more] };
}

function labelOf(node: Node, key: string): string | undefined {
  return node.metadata.labels?.[key];
}

function hasKey(node: Node, key: string): boolean {
  return labelOf(node, key) !== undefined;
}

function domainOf(node: Node, key: string): string {
  return `${key}=${labelOf(node, key)}`;
}
