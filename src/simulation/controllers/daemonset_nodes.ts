import { allowsNode } from '../../kubernetes/kinds/node_selector.ts';
import type { Affinity } from '../../kubernetes/kinds/scheduling.ts';
import { type Taint, tolerates } from '../../kubernetes/kinds/taints.ts';
import type { DaemonSet } from '../../kubernetes/kinds/workloads.ts';
import type { Node, Pod, PodTemplate } from '../../kubernetes/objects.ts';

type Toleration = NonNullable<Pod['spec']['tolerations']>[number];

const always: readonly [string, string][] = [
  ['node.kubernetes.io/not-ready', 'NoExecute'],
  ['node.kubernetes.io/unreachable', 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  ['node.kubernetes.io/unschedulable', 'NoSchedule'],
];

/** The template of a daemon's pods: they stay where others are driven away. */
export function daemonTemplate({ spec, metadata }: DaemonSet, hash: string): PodTemplate {
  const { template } = spec;
  const generation = metadata.annotations?.['deprecated.daemonset.template.generation'];
  const labels = {
    ...template.metadata?.labels,
    ...(generation === undefined ? {} : { 'pod-template-generation': generation }),
    'controller-revision-hash': hash,
  };
  const tolerations = daemonTolerations(template.spec);
  return { ...template, metadata: { ...template.metadata, labels }, spec: { ...template.spec, tolerations } };
}

function daemonTolerations({ tolerations = [], hostNetwork }: PodTemplate['spec']): Toleration[] {
  const own: [string, string][] = hostNetwork ? [['node.kubernetes.io/network-unavailable', 'NoSchedule']] : [];
  const added = [...always, ...own].map(([key, effect]) => ({ key, operator: 'Exists', effect }));
  const isSame = (a: Toleration, b: Toleration) =>
    a.key === b.key && a.effect === b.effect && a.operator === b.operator && (a.value ?? '') === (b.value ?? '');
  return [...tolerations.filter(one => !added.some(other => isSame(one, other))), ...added];
}

/** The template as the pod of one node has it: the scheduler puts it there and nowhere else. */
export function pinnedTo(template: PodTemplate, node: string): PodTemplate {
  const { affinity } = template.spec;
  const name = { key: 'metadata.name', operator: 'In' as const, values: [node] };
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const nodeSelectorTerms = (terms ?? [{}]).map(term => ({ ...term, matchFields: [name] }));
  const pinned: Affinity = {
    ...affinity,
    nodeAffinity: {
      ...affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms },
    },
  };
  return { ...template, spec: { ...template.spec, affinity: pinned } };
}

/** The node that a pod is on, or is meant for. */
export function targetNode({ spec }: Pod): string | undefined {
  if (spec.nodeName) return spec.nodeName;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const fields = terms.flatMap(({ matchFields = [] }) => matchFields);
  return fields.find(({ key, operator }) => key === 'metadata.name' && operator === 'In')?.values?.[0];
}

export interface Placement {
  /** The node should have a daemon. */
  shouldRun: boolean;
  /** One that it has may stay. */
  mayStay: boolean;
}

/** Remembers the answers for nodes that have not changed: there may be thousands of them. */
export function createPlacements(): (set: DaemonSet, node: Node) => Placement {
  const known = new Map<string, { generation: number | undefined; byNode: WeakMap<Node, Placement> }>();
  return (set, node) => {
    const { uid = '', generation } = set.metadata;
    const last = known.get(uid);
    const answers = last?.generation === generation && last ? last : { generation, byNode: new WeakMap() };
    const answer = answers.byNode.get(node) ?? placeOn(set, node);
    known.set(uid, answers);
    answers.byNode.set(node, answer);
    return answer;
  };
}

export function placeOn({ spec }: DaemonSet, node: Node): Placement {
  const { template } = spec;
  const pod = { spec: { ...template.spec, tolerations: daemonTolerations(template.spec) } };
  const isThere = !template.spec.nodeName || template.spec.nodeName === node.metadata.name;
  if (!isThere || !allowsNode(pod, node)) return { shouldRun: false, mayStay: false };
  const hurting = (node.spec?.taints ?? []).filter(taint => !tolerates(pod, taint));
  const has = (...effects: Taint['effect'][]) => hurting.some(({ effect }) => effects.includes(effect));
  return { shouldRun: !has('NoExecute', 'NoSchedule'), mayStay: !has('NoExecute') };
}
