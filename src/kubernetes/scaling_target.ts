import type { ClusterReader } from './cluster.ts';
import type { LimitRange } from './kinds/policy.ts';
import type { PersistentVolumeClaim } from './kinds/storage.ts';
import type { StatefulSet } from './kinds/workloads.ts';
import { kinds } from './kinds.ts';
import { isPlaced } from './node_load.ts';
import type { Container, Pod, PodTemplate, ResourceList } from './objects.ts';
import { isOwnedBy, readWorkload, selectorText } from './workload.ts';

/** What can be scaled, with the pods that it has. */
export interface ScalingTarget {
  kind: 'Deployment' | 'StatefulSet';
  name: string;
  namespace: string;
  /** As many as are set now. */
  replicas: number;
  template: PodTemplate;
  /** Claims that each pod gets for itself. */
  claimTemplates: PersistentVolumeClaim[];
  /** Those that stay: neither over nor on their way out. */
  pods: Pod[];
}

/** `undefined` when there is nothing by that name that can be scaled. */
export async function readScalingTarget(
  cluster: ClusterReader,
  target: { namespace: string; name: string },
  now: number,
  signal: AbortSignal,
): Promise<ScalingTarget | undefined> {
  const [facts, set] = await Promise.all([
    readWorkload(cluster, target, now, signal),
    cluster.get<StatefulSet>({ ...kinds.statefulSet, ...target }, signal),
  ]);
  if (facts) {
    const { workload, replicaSets, pods } = facts;
    const [newest] = replicaSets;
    const template = newest?.spec.template ?? workload.spec.template;
    const replicas = workload.spec.replicas ?? 1;
    return { kind: 'Deployment', ...target, replicas, template, claimTemplates: [], pods: pods.filter(isStaying) };
  }
  if (!set) return undefined;
  const query = { namespace: target.namespace, labelSelector: selectorText(set.spec.selector) };
  const { items } = await cluster.list<Pod>(kinds.pod, query, signal);
  const { replicas = 1, template, volumeClaimTemplates: claimTemplates = [] } = set.spec;
  const pods = items.filter(pod => isOwnedBy(pod, set) && isStaying(pod));
  return { kind: 'StatefulSet', ...target, replicas, template, claimTemplates, pods };
}

function isStaying({ metadata, status }: Pod): boolean {
  const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return metadata.deletionTimestamp === undefined && !isOver;
}

export function placedPods({ pods }: ScalingTarget): number {
  return pods.filter(isPlaced).length;
}

/** A further pod as it would be once admission has filled in what limit ranges say. */
export function nextPod({ template, namespace, name }: ScalingTarget, ranges: readonly LimitRange[]): Pod {
  const items = ranges.flatMap(({ spec }) => spec.limits).filter(({ type }) => type === 'Container');
  const filled = (container: Container): Container => {
    const given = container.resources ?? {};
    const limits = Object.assign({}, ...items.map(item => item.default), given.limits) as ResourceList;
    const requests = Object.assign({}, ...items.map(item => item.defaultRequest), given.limits, given.requests);
    return { ...container, resources: { limits, requests } };
  };
  const { containers, initContainers } = template.spec;
  return {
    ...kinds.pod,
    metadata: { ...template.metadata, name, namespace },
    spec: {
      ...template.spec,
      containers: containers.map(filled),
      ...(initContainers ? { initContainers: initContainers.map(filled) } : {}),
    },
  };
}
