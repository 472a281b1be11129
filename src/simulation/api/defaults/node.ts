import type { Node } from '../../../kubernetes/objects.ts';
import type { WriteContext } from '../resource.ts';

type Ranged = NonNullable<Node['spec']> & { podCIDRs?: string[] };

const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/** A new node takes no pods before somebody has seen that it is ready: the node controller takes the taint away. */
export function defaultNode(node: Node, { before }: WriteContext): void {
  node.spec ??= {};
  const spec: Ranged = node.spec;
  if (spec.podCIDR && spec.podCIDRs?.[0] !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR];
  const [first] = spec.podCIDRs ?? [];
  if (!spec.podCIDR && first) spec.podCIDR = first;
  if (node.status?.capacity && !node.status.allocatable) node.status.allocatable = { ...node.status.capacity };
  if (before) return;
  const taints = spec.taints ?? [];
  const isMarked = taints.some(({ key, effect }) => key === notReady.key && effect === notReady.effect);
  if (!isMarked) spec.taints = [...taints, { ...notReady }];
}
