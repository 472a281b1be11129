import type { HorizontalPodAutoscaler } from '../../kubernetes/kinds/autoscaling.ts';
import type { EndpointSlice, Ingress } from '../../kubernetes/kinds/network.ts';
import type { PodDisruptionBudget, ResourceQuota } from '../../kubernetes/kinds/policy.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../kubernetes/kinds/storage.ts';
import type { CronJob, DaemonSet, Job, StatefulSet } from '../../kubernetes/kinds/workloads.ts';
import type {
  ConfigMap,
  Deployment,
  KubeObject,
  Namespace,
  Node,
  Pod,
  ReplicaSet,
  Service,
} from '../../kubernetes/objects.ts';
import type { ApiClient } from '../api/client.ts';

/** One read of what there is to say something about. */
export interface ClusterObjects {
  pods: readonly Pod[];
  deployments: readonly Deployment[];
  replicaSets: readonly ReplicaSet[];
  statefulSets: readonly StatefulSet[];
  daemonSets: readonly DaemonSet[];
  jobs: readonly Job[];
  cronJobs: readonly CronJob[];
  autoscalers: readonly HorizontalPodAutoscaler[];
  quotas: readonly ResourceQuota[];
  budgets: readonly PodDisruptionBudget[];
  claims: readonly PersistentVolumeClaim[];
  volumes: readonly PersistentVolume[];
  nodes: readonly Node[];
  namespaces: readonly Namespace[];
  services: readonly Service[];
  slices: readonly EndpointSlice[];
  ingresses: readonly Ingress[];
  configMaps: readonly ConfigMap[];
}

const resourceOf: Record<keyof ClusterObjects, string> = {
  pods: 'pods',
  deployments: 'deployments.apps',
  replicaSets: 'replicasets.apps',
  statefulSets: 'statefulsets.apps',
  daemonSets: 'daemonsets.apps',
  jobs: 'jobs.batch',
  cronJobs: 'cronjobs.batch',
  autoscalers: 'horizontalpodautoscalers.autoscaling',
  quotas: 'resourcequotas',
  budgets: 'poddisruptionbudgets.policy',
  claims: 'persistentvolumeclaims',
  volumes: 'persistentvolumes',
  nodes: 'nodes',
  namespaces: 'namespaces',
  services: 'services',
  slices: 'endpointslices.discovery.k8s.io',
  ingresses: 'ingresses.networking.k8s.io',
  configMaps: 'configmaps',
};

export const noObjects: ClusterObjects = {
  pods: [],
  deployments: [],
  replicaSets: [],
  statefulSets: [],
  daemonSets: [],
  jobs: [],
  cronJobs: [],
  autoscalers: [],
  quotas: [],
  budgets: [],
  claims: [],
  volumes: [],
  nodes: [],
  namespaces: [],
  services: [],
  slices: [],
  ingresses: [],
  configMaps: [],
};

/** Reads those kinds, or all; what the server doesn't serve there is none of. */
export async function readObjects(
  client: ApiClient,
  kinds: readonly (keyof ClusterObjects)[] = Object.keys(resourceOf) as (keyof ClusterObjects)[],
): Promise<ClusterObjects> {
  const served = new Set((await client.resources()).map(({ name }) => name));
  const lists = await Promise.all(
    kinds
      .filter(kind => served.has(resourceOf[kind]))
      .map(async kind => [kind, (await client.list<KubeObject>(resourceOf[kind])).items] as const),
  );
  return { ...noObjects, ...Object.fromEntries(lists) };
}
