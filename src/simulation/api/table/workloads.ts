import type { ControllerRevision, DaemonSet, StatefulSet } from '../../../kubernetes/kinds/workloads.ts';
import type { Deployment, KubeObject, LabelSelector, PodTemplate, ReplicaSet } from '../../../kubernetes/objects.ts';
import { ageColumn, type Column, column, count, labelsText, nameColumn, wide } from './column.ts';

type Workload = KubeObject & { spec: { template: PodTemplate } };
type Templated = KubeObject & { template?: PodTemplate };
type Controlling = KubeObject & {
  spec: { replicas?: number; selector?: Record<string, string>; template?: PodTemplate };
  status?: { replicas?: number; readyReplicas?: number };
};
type Selecting = Workload & { spec: { selector: LabelSelector } };

export function containersWide<T extends KubeObject>(templateOf: (object: T) => PodTemplate): Column<T>[] {
  return [
    wide('Containers', object => each(templateOf(object), container => container.name)),
    wide('Images', object => each(templateOf(object), container => container.image)),
  ];
}

function podsWide<T extends Selecting>(): Column<T>[] {
  return [
    ...containersWide<T>(({ spec }) => spec.template),
    wide('Selector', ({ spec }) => selectorText(spec.selector)),
  ];
}

export const workloadColumns = {
  deployments: [
    nameColumn,
    column<Deployment>('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`),
    column<Deployment>('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0),
    column<Deployment>('Available', ({ status }) => status?.availableReplicas ?? 0),
    ageColumn,
    ...podsWide<Deployment>(),
  ],
  replicaSets: [
    nameColumn,
    count<ReplicaSet>('Desired', ({ spec }) => spec.replicas),
    count<ReplicaSet>('Current', ({ status }) => status?.replicas),
    count<ReplicaSet>('Ready', ({ status }) => status?.readyReplicas),
    ageColumn,
    ...podsWide<ReplicaSet>(),
  ],
  statefulSets: [
    nameColumn,
    column<StatefulSet>('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`),
    ageColumn,
    ...containersWide<StatefulSet>(({ spec }) => spec.template),
  ],
  daemonSets: [
    nameColumn,
    count<DaemonSet>('Desired', ({ status }) => status?.desiredNumberScheduled),
    count<DaemonSet>('Current', ({ status }) => status?.currentNumberScheduled),
    count<DaemonSet>('Ready', ({ status }) => status?.numberReady),
    count<DaemonSet>('Up-to-date', ({ status }) => status?.updatedNumberScheduled),
    count<DaemonSet>('Available', ({ status }) => status?.numberAvailable),
    column<DaemonSet>('Node Selector', ({ spec }) => labelsText(spec.template.spec.nodeSelector)),
    ageColumn,
    ...podsWide<DaemonSet>(),
  ],
  replicationControllers: [
    nameColumn,
    count<Controlling>('Desired', ({ spec }) => spec.replicas),
    count<Controlling>('Current', ({ status }) => status?.replicas),
    count<Controlling>('Ready', ({ status }) => status?.readyReplicas),
    ageColumn,
    wide<Controlling>('Containers', ({ spec }) => each(spec.template, container => container.name)),
    wide<Controlling>('Images', ({ spec }) => each(spec.template, container => container.image)),
    wide<Controlling>('Selector', ({ spec }) => labelsText(spec.selector)),
  ],
  podTemplates: [
    nameColumn,
    column<Templated>('Containers', ({ template }) => each(template, container => container.name)),
    column<Templated>('Images', ({ template }) => each(template, container => container.image)),
    column<Templated>('Pod Labels', ({ template }) => labelsText(template?.metadata?.labels)),
  ],
  controllerRevisions: [
    nameColumn,
    column<ControllerRevision>('Controller', controllerText),
    column<ControllerRevision>('Revision', ({ revision }) => revision),
    ageColumn,
  ],
} as const satisfies Record<string, readonly Column<never>[]>;

/** `statefulset.apps/db` */
function controllerText({ metadata }: KubeObject): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  if (!owner) return '<none>';
  const [group, version] = owner.apiVersion.split('/');
  return `${owner.kind.toLowerCase()}${version === undefined ? '' : `.${group}`}/${owner.name}`;
}

function each(template: PodTemplate | undefined, text: (container: { name: string; image: string }) => string): string {
  return (template?.spec?.containers ?? []).map(text).join(',');
}

/** A selector as people write it; the scale subresource shows it too. */
export function selectorText(selector: LabelSelector | undefined): string {
  const labels = Object.entries(selector?.matchLabels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  const expressions = (selector?.matchExpressions ?? []).map(({ key, operator, values }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator.toLowerCase()} (${(values ?? []).join(',')})`;
  });
  return [...labels, ...expressions].join(',');
}
