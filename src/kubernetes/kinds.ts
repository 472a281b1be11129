import { ClusterError, type Kind, type ObjectRef, type Place } from './cluster.ts';

/** The kinds that we read or change. Secrets are missing on purpose: nothing here can ask for one. */
export const kinds = {
  pod: { apiVersion: 'v1', kind: 'Pod' },
  node: { apiVersion: 'v1', kind: 'Node' },
  namespace: { apiVersion: 'v1', kind: 'Namespace' },
  service: { apiVersion: 'v1', kind: 'Service' },
  configMap: { apiVersion: 'v1', kind: 'ConfigMap' },
  event: { apiVersion: 'v1', kind: 'Event' },
  deployment: { apiVersion: 'apps/v1', kind: 'Deployment' },
  replicaSet: { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  statefulSet: { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  daemonSet: { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  job: { apiVersion: 'batch/v1', kind: 'Job' },
  cronJob: { apiVersion: 'batch/v1', kind: 'CronJob' },
  controllerRevision: { apiVersion: 'apps/v1', kind: 'ControllerRevision' },
  endpointSlice: { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
  ingress: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  networkPolicy: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
  horizontalPodAutoscaler: { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
  podDisruptionBudget: { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' },
  resourceQuota: { apiVersion: 'v1', kind: 'ResourceQuota' },
  limitRange: { apiVersion: 'v1', kind: 'LimitRange' },
  persistentVolumeClaim: { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  persistentVolume: { apiVersion: 'v1', kind: 'PersistentVolume' },
  storageClass: { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' },
  csiStorageCapacity: { apiVersion: 'storage.k8s.io/v1', kind: 'CSIStorageCapacity' },
  podMetrics: { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'PodMetrics' },
  nodeMetrics: { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'NodeMetrics' },
} as const satisfies Record<string, Kind>;

const resources: Record<string, Place> = {
  'v1/Pod': { plural: 'pods', namespaced: true },
  'v1/Node': { plural: 'nodes', namespaced: false },
  'v1/Namespace': { plural: 'namespaces', namespaced: false },
  'v1/Service': { plural: 'services', namespaced: true },
  'v1/ConfigMap': { plural: 'configmaps', namespaced: true },
  'v1/Event': { plural: 'events', namespaced: true },
  'apps/v1/Deployment': { plural: 'deployments', namespaced: true },
  'apps/v1/ReplicaSet': { plural: 'replicasets', namespaced: true },
  'apps/v1/StatefulSet': { plural: 'statefulsets', namespaced: true },
  'apps/v1/DaemonSet': { plural: 'daemonsets', namespaced: true },
  'batch/v1/Job': { plural: 'jobs', namespaced: true },
  'batch/v1/CronJob': { plural: 'cronjobs', namespaced: true },
  'apps/v1/ControllerRevision': { plural: 'controllerrevisions', namespaced: true },
  'discovery.k8s.io/v1/EndpointSlice': { plural: 'endpointslices', namespaced: true },
  'networking.k8s.io/v1/Ingress': { plural: 'ingresses', namespaced: true },
  'networking.k8s.io/v1/NetworkPolicy': { plural: 'networkpolicies', namespaced: true },
  'autoscaling/v2/HorizontalPodAutoscaler': { plural: 'horizontalpodautoscalers', namespaced: true },
  'policy/v1/PodDisruptionBudget': { plural: 'poddisruptionbudgets', namespaced: true },
  'v1/ResourceQuota': { plural: 'resourcequotas', namespaced: true },
  'v1/LimitRange': { plural: 'limitranges', namespaced: true },
  'v1/PersistentVolumeClaim': { plural: 'persistentvolumeclaims', namespaced: true },
  'v1/PersistentVolume': { plural: 'persistentvolumes', namespaced: false },
  'storage.k8s.io/v1/StorageClass': { plural: 'storageclasses', namespaced: false },
  'storage.k8s.io/v1/CSIStorageCapacity': { plural: 'csistoragecapacities', namespaced: true },
  'metrics.k8s.io/v1beta1/PodMetrics': { plural: 'pods', namespaced: true },
  'metrics.k8s.io/v1beta1/NodeMetrics': { plural: 'nodes', namespaced: false },
};

/** Where objects of a kind are listed: in one namespace, or in all of them. */
export function collectionPath(kind: Kind, namespace?: string): string {
  const resource = placeOf(kind);
  const root = kind.apiVersion.includes('/') ? `/apis/${kind.apiVersion}` : `/api/${kind.apiVersion}`;
  if (!resource.namespaced || namespace === undefined) return `${root}/${resource.plural}`;
  return `${root}/namespaces/${segment('namespace', namespace)}/${resource.plural}`;
}

export function objectPath(ref: ObjectRef): string {
  const resource = placeOf(ref);
  if (resource.namespaced && ref.namespace === undefined) {
    throw refused(`expected a namespace for ${ref.kind} "${ref.name}", got none`);
  }
  return `${collectionPath(ref, ref.namespace)}/${segment('name', ref.name)}`;
}

function placeOf(kind: Kind): Place {
  const key = `${kind.apiVersion}/${kind.kind}`;
  const place = resources[key] ?? kind.place;
  if (!place) throw refused(`expected a kind from kubernetes/kinds.ts, or one with its place, got ${key}`);
  if (kind.kind === 'Secret' || place.plural.toLowerCase() === 'secrets') throw refused('Secrets are not read');
  if (/^[a-z0-9-]+$/.test(place.plural) && /^([a-z0-9.-]+\/)?v[a-z0-9]+$/.test(kind.apiVersion)) return place;
  throw refused(
    `expected a plural and a version of small letters and digits, got ${JSON.stringify([place, kind.apiVersion])}`,
  );
}

/** An empty name would ask for the whole collection, and ".." for its parent. */
function segment(what: string, value: string): string {
  if (/^[A-Za-z0-9:_-][A-Za-z0-9:._-]*$/.test(value)) return value;
  throw refused(`expected a ${what} of letters, digits, "-" and ".", got ${JSON.stringify(value.slice(0, 80))}`);
}

function refused(message: string): ClusterError {
  return new ClusterError(400, 'BadRequest', message);
}
