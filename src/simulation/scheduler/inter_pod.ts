import { selects } from '../../kubernetes/kinds/label_selector.ts';
import type { PodAffinityTerm } from '../../kubernetes/kinds/scheduling.ts';
import type { LabelSelector, Pod } from '../../kubernetes/objects.ts';
import { type Filter, final, passing, type Surroundings } from './filter.ts';
import type { Seat } from './seats.ts';

/** Pods that want to be near others, or away from them; and those that want to be away from this one. */
export function createInterPodFilter(pod: Pod, surroundings: Pick<Surroundings, 'seats' | 'namespaceLabels'>): Filter {
  const near = pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const away = requiredAntiAffinity(pod);
  const wanted = domainsOf(
    surroundings,
    other => near.length > 0 && near.every(term => covers(term, pod, other)),
    near,
  );
  const shunned = away.map(term => domainsOf(surroundings, other => covers(term, pod, other), [term]));
  const forbidden = forbiddenDomains(pod, surroundings);
  const isFirst = wanted.size === 0 && near.every(term => covers(term, pod, pod, surroundings));

  function covers(term: PodAffinityTerm, owner: Pod, other: Pod, around = surroundings): boolean {
    return means(term, owner, other, around.namespaceLabels);
  }

  return ({ node }) => {
    const labels = node.metadata.labels ?? {};
    const hasKeys = near.every(({ topologyKey }) => labels[topologyKey] !== undefined);
    const isNear = near.every(({ topologyKey }) => wanted.has(domain(topologyKey, labels[topologyKey])));
    if (!hasKeys || !(isNear || isFirst)) return final("node(s) didn't match pod affinity rules");
    const isShunned = away.some(({ topologyKey }, i) => shunned[i]?.has(domain(topologyKey, labels[topologyKey])));
    if (isShunned) return passing("node(s) didn't match pod anti-affinity rules");
    const isForbidden = Object.entries(labels).some(([key, value]) => forbidden.has(domain(key, value)));
    return isForbidden ? passing("node(s) didn't satisfy existing pods anti-affinity rules") : undefined;
  };
}

/** What is preferred near and far, added up: the more, the better. */
export function createInterPodScore(
  pod: Pod,
  { seats, namespaceLabels }: Pick<Surroundings, 'seats' | 'namespaceLabels'>,
): (seat: Seat) => number {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const weighted = [
    ...(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) => ({
      weight: -weight,
      podAffinityTerm,
    })),
  ];
  const scores = new Map<string, number>();
  for (const { weight, podAffinityTerm: term } of weighted) {
    for (const { node, guests } of seats) {
      const value = node.metadata.labels?.[term.topologyKey];
      if (value === undefined) continue;
      const matching = [...guests.values()].filter(guest => means(term, pod, guest.pod, namespaceLabels)).length;
      const key = domain(term.topologyKey, value);
      scores.set(key, (scores.get(key) ?? 0) + weight * matching);
    }
  }
  const keys = new Set(weighted.map(({ podAffinityTerm }) => podAffinityTerm.topologyKey));
  return ({ node }) =>
    [...keys].reduce((sum, key) => sum + (scores.get(domain(key, node.metadata.labels?.[key])) ?? 0), 0);
}

/** The domains, by each term's key, in which a pod is that is looked for. */
function domainsOf(
  { seats }: Pick<Surroundings, 'seats'>,
  isWanted: (other: Pod) => boolean,
  terms: readonly PodAffinityTerm[],
): Set<string> {
  const found = new Set<string>();
  if (terms.length === 0) return found;
  for (const { node, guests } of seats) {
    if (![...guests.values()].some(guest => isWanted(guest.pod))) continue;
    for (const { topologyKey } of terms) {
      const value = node.metadata.labels?.[topologyKey];
      if (value !== undefined) found.add(domain(topologyKey, value));
    }
  }
  return found;
}

/** Where pods are that don't want this one near them. */
function forbiddenDomains(pod: Pod, { seats, namespaceLabels }: Pick<Surroundings, 'seats' | 'namespaceLabels'>) {
  const found = new Set<string>();
  for (const { node, guests } of seats) {
    for (const { pod: other } of guests.values()) {
      for (const term of requiredAntiAffinity(other)) {
        const value = node.metadata.labels?.[term.topologyKey];
        if (value !== undefined && means(term, other, pod, namespaceLabels)) {
          found.add(domain(term.topologyKey, value));
        }
      }
    }
  }
  return found;
}

function requiredAntiAffinity({ spec }: Pod): PodAffinityTerm[] {
  return spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
}

/** Whether `owner`'s term means `other`: the namespaces first, then the labels. A term without a selector means none. */
function means(
  term: PodAffinityTerm,
  owner: Pod,
  other: Pod,
  namespaceLabels: Surroundings['namespaceLabels'],
): boolean {
  const { labelSelector, namespaces = [], namespaceSelector } = term;
  const namespace = other.metadata.namespace ?? '';
  const isOwn = namespaces.length === 0 && namespaceSelector === undefined && namespace === owner.metadata.namespace;
  const isNamed = namespaces.includes(namespace);
  const isSelected = namespaceSelector !== undefined && selects(namespaceSelector, namespaceLabels(namespace));
  if (!labelSelector || !(isOwn || isNamed || isSelected)) return false;
  return selects(withKeys(labelSelector, term, owner), other.metadata.labels);
}

function withKeys(selector: LabelSelector, term: PodAffinityTerm, owner: Pod): LabelSelector {
  const { matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  const labels = owner.metadata.labels ?? {};
  const requirement = (key: string, operator: 'In' | 'NotIn') => ({ key, operator, values: [labels[key] ?? ''] });
  const known = (key: string) => labels[key] !== undefined;
  return {
    ...selector,
    matchExpressions: [
      ...(selector.matchExpressions ?? []),
      ...matchLabelKeys.filter(known).map(key => requirement(key, 'In')),
      ...mismatchLabelKeys.filter(known).map(key => requirement(key, 'NotIn')),
    ],
  };
}

function domain(key: string, value: string | undefined): string {
  return `${key}=${value}`;
}
