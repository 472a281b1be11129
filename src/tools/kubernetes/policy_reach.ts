import type { NetworkPolicy } from '../../kubernetes/kinds/network.ts';
import type { Pod } from '../../kubernetes/objects.ts';
import { enumerate } from './answer.ts';
import {
  allowsPeer,
  type Direction,
  limits,
  type Peer,
  peerOf,
  type Rule,
  rulesOf,
  selectsPod,
} from './policy_rules.ts';
import { ruleText, type Surroundings } from './policy_words.ts';
import { ownerOf } from './subject.ts';

/** What policies allow in one direction, a line each. */
export function ruleLines(direction: Direction, selecting: NetworkPolicy[], around: Surroundings): string[] {
  const way = direction === 'Ingress' ? 'IN' : 'OUT';
  const rules = rulesOf(selecting, direction);
  const policies = enumerate(
    selecting.filter(policy => limits(policy, direction)).map(({ metadata }) => metadata.name),
    4,
  );
  if (rules.length === 0) return [`${way}: NOTHING is allowed (${policies}).`];
  return rules.map(rule => `${way}: ${ruleText(rule, direction, around)} (${rule.policy.metadata.name}).`);
}

interface Reach {
  allowed: string[];
  denied: string[];
}

/** Which workloads of the same namespace are allowed on some port, and which on none. */
export function reach(direction: Direction, selecting: NetworkPolicy[], around: Surroundings): Reach {
  const { samples, namespaces } = around;
  const rules = rulesOf(selecting, direction).filter(rule => direction === 'Egress' || opensAny(rule, around));
  const names = (of: readonly Pod[]) => [...new Set(of.map(pod => ownerOf(pod).name))].toSorted();
  const allowed = names(samples.filter(pod => rules.some(rule => allowsPeer(rule, peerOf(pod, namespaces)))));
  return { allowed, denied: names(samples).filter(name => !allowed.includes(name)) };
}

export function reachLine(way: 'IN' | 'OUT', { allowed, denied }: Reach): string {
  const [can, can_not] = way === 'IN' ? ['let in', 'SHUT OUT'] : ['within reach', 'OUT OF REACH'];
  return `Of this namespace, ${can}: ${enumerate(allowed, 8) || 'none'}; ${can_not}: ${enumerate(denied, 12) || 'none'}.`;
}

/** A rule may be for ports only that its pods don't have. */
function opensAny({ ports }: Rule, { template }: Surroundings): boolean {
  const names = (template?.spec.containers ?? []).flatMap(container => (container.ports ?? []).map(({ name }) => name));
  return ports.length === 0 || !template || ports.some(({ port }) => typeof port !== 'string' || names.includes(port));
}

/** The other way round: workloads of the namespace whose policies let this caller in on no port. */
export function closedTo(caller: Peer, policies: readonly NetworkPolicy[], { samples }: Surroundings): string[] {
  const closing = samples.flatMap(pod => {
    const own = policies.filter(policy => limits(policy, 'Ingress') && selectsPod(policy, pod.metadata.labels ?? {}));
    if (own.length === 0 || rulesOf(own, 'Ingress').some(rule => allowsPeer(rule, caller))) return [];
    return [
      `${ownerOf(pod).name} (${enumerate(
        own.map(({ metadata }) => metadata.name),
        3,
      )})`,
    ];
  });
  return [...new Set(closing)].toSorted();
}
