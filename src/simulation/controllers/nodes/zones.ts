import type { Node } from '../../../kubernetes/objects.ts';
import { readinessOf } from './taints.ts';

const normalMs = 10_000;
const reducedMs = 100_000;
const largeZone = 50;
const unhealthyShare = 0.55;

/** Holds back the emptying of nodes: one after the other, slower the more of a zone is ill, not at all when all is. */
export interface Zones {
  /** Milliseconds until this node may be emptied; Infinity while none of its zone may. */
  wait(node: Node, nodes: readonly Node[]): number;
  /** It is being emptied now. */
  took(node: Node): void;
}

export function createZones(now: () => number): Zones {
  const last = new Map<string, number>();
  return {
    wait(node, nodes) {
      if (isAllDown(nodes)) return Infinity;
      const zone = zoneOf(node);
      const interval = intervalFor(nodes.filter(one => isCounted(one) && zoneOf(one) === zone));
      return Math.max(0, (last.get(zone) ?? -Infinity) + interval - now());
    },
    took: node => void last.set(zoneOf(node), now()),
  };
}

/** No node at all is ready: then it is rather the control plane that can't see them. */
export function isAllDown(nodes: readonly Node[]): boolean {
  let isAnyCounted = false;
  for (const node of nodes) {
    if (!isCounted(node)) continue;
    if (readinessOf(node) === 'True') return false;
    isAnyCounted = true;
  }
  return isAnyCounted;
}

function isCounted({ metadata }: Node): boolean {
  return metadata.labels?.['node.kubernetes.io/exclude-disruption'] === undefined;
}

function intervalFor(zone: readonly Node[]): number {
  const ill = zone.filter(node => readinessOf(node) !== 'True').length;
  if (ill === zone.length || ill <= 2 || ill / zone.length < unhealthyShare) return normalMs;
  return zone.length > largeZone ? reducedMs : Infinity;
}

function zoneOf({ metadata: { labels = {} } }: Node): string {
  return `${labels['topology.kubernetes.io/region'] ?? ''}/${labels['topology.kubernetes.io/zone'] ?? ''}`;
}
