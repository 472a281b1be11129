import { mergePatch } from '../../../src/simulation/api/patch/merge.ts';
import * as made from '../manifests.ts';
import {
  apply,
  asTable,
  del,
  get,
  jsonPatch,
  merge,
  type Operation,
  post,
  put,
  story,
  strategic,
} from '../operation.ts';
import * as at from '../places.ts';

type Fields = Record<string, unknown>;

interface Kind {
  name: string;
  place: (name?: string) => string;
  /** The smallest object of this kind, of a name. */
  object: Fields;
  /** What of it can be changed, and how. */
  change?: Fields;
}

const labelled = (value: string): Fields => ({ metadata: { labels: { tier: value } } });

/** Kinds of the cluster are called after the namespace, so that operations don't meet. */
const cluster = '{ns}';
const scaled = { spec: { replicas: 3 } };
const imaged = { spec: { template: { spec: { containers: [made.container({ image: 'app:2' })] } } } };

const kinds: readonly Kind[] = [
  { name: 'Pod', place: at.pods, object: made.pod('a'), change: { spec: { activeDeadlineSeconds: 60 } } },
  { name: 'Service', place: at.services, object: made.service('a'), change: { spec: { selector: { app: 'other' } } } },
  { name: 'ConfigMap', place: at.configMaps, object: made.configMap('a'), change: { data: { key: 'other' } } },
  { name: 'Secret', place: at.secrets, object: made.secret('a'), change: { data: { password: 'b3RoZXI=' } } },
  {
    name: 'ServiceAccount',
    place: at.serviceAccounts,
    object: made.serviceAccount('a'),
    change: { imagePullSecrets: [{ name: 'registry' }] },
  },
  {
    name: 'Endpoints',
    place: at.endpoints,
    object: made.withFields('v1', 'Endpoints')('a', {
      subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }],
    }),
  },
  { name: 'LimitRange', place: at.limitRanges, object: made.limitRange('a') },
  { name: 'ResourceQuota', place: at.quotas, object: made.quota('a'), change: { spec: { hard: { pods: '5' } } } },
  {
    name: 'PersistentVolumeClaim',
    place: at.claims,
    object: made.claim('a', { storageClassName: '' }),
  },
  { name: 'PersistentVolume', place: at.persistentVolumes, object: made.volume(cluster) },
  { name: 'Node', place: at.nodes, object: made.node(cluster), change: { spec: { unschedulable: true } } },
  { name: 'Namespace', place: at.namespaces, object: made.withFields('v1', 'Namespace')(`${cluster}-2`) },
  {
    name: 'ReplicationController',
    place: at.replicationControllers,
    object: made.withSpec('v1', 'ReplicationController')('a', {
      selector: { app: 'shop' },
      template: made.template(),
    }),
    change: scaled,
  },
  {
    name: 'PodTemplate',
    place: at.podTemplates,
    object: made.withFields('v1', 'PodTemplate')('a', { template: made.template() }),
  },
  { name: 'Deployment', place: at.deployments, object: made.deployment('a'), change: scaled },
  { name: 'ReplicaSet', place: at.replicaSets, object: made.replicaSet('a'), change: scaled },
  { name: 'StatefulSet', place: at.statefulSets, object: made.statefulSet('a'), change: scaled },
  { name: 'DaemonSet', place: at.daemonSets, object: made.daemonSet('a'), change: imaged },
  {
    name: 'ControllerRevision',
    place: at.controllerRevisions,
    object: made.withFields('apps/v1', 'ControllerRevision')('a', { revision: 1, data: { spec: {} } }),
    change: { revision: 2 },
  },
  { name: 'Job', place: at.jobs, object: made.job('a'), change: { spec: { parallelism: 2 } } },
  { name: 'CronJob', place: at.cronJobs, object: made.cronJob('a'), change: { spec: { suspend: true } } },
  {
    name: 'HorizontalPodAutoscaler',
    place: at.autoscalers,
    object: made.autoscaler('a'),
    change: { spec: { maxReplicas: 7 } },
  },
  {
    name: 'PodDisruptionBudget',
    place: at.budgets,
    object: made.budget('a', { minAvailable: '50%' }),
    change: { spec: { minAvailable: 1 } },
  },
  {
    name: 'Ingress',
    place: at.ingresses,
    object: made.ingress('a'),
    change: { spec: { ingressClassName: 'nginx' } },
  },
  {
    name: 'IngressClass',
    place: at.ingressClasses,
    object: made.withSpec('networking.k8s.io/v1', 'IngressClass', { controller: 'example.com/c' })(cluster),
  },
  {
    name: 'NetworkPolicy',
    place: at.networkPolicies,
    object: made.networkPolicy('a'),
    change: { spec: { policyTypes: ['Egress'] } },
  },
  {
    name: 'StorageClass',
    place: at.storageClasses,
    object: made.storageClass(cluster),
    change: { allowVolumeExpansion: true },
  },
  {
    name: 'PriorityClass',
    place: at.priorityClasses,
    object: made.priorityClass(cluster),
    change: { description: 'd' },
  },
  { name: 'Role', place: at.roles, object: made.role('a'), change: { rules: [] } },
  {
    name: 'RoleBinding',
    place: at.roleBindings,
    object: made.roleBinding('a'),
    change: { subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }] },
  },
  { name: 'ClusterRole', place: at.clusterRoles, object: made.clusterRole(cluster), change: { rules: [] } },
  {
    name: 'ClusterRoleBinding',
    place: at.clusterRoleBindings,
    object: made.withFields('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding')(cluster, {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'none' },
    }),
    change: { subjects: [{ kind: 'Group', name: 'none' }] },
  },
  { name: 'Lease', place: at.leases, object: made.lease('a'), change: { spec: { leaseDurationSeconds: 30 } } },
  {
    name: 'EndpointSlice',
    place: at.endpointSlices,
    object: made.withFields('discovery.k8s.io/v1', 'EndpointSlice')('a', {
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'] }],
      ports: [{ port: 80 }],
    }),
    change: { endpoints: [] },
  },
  {
    name: 'Event',
    place: at.events,
    object: made.withFields('v1', 'Event')('a', {
      involvedObject: { kind: 'Pod', name: 'p', namespace: '{ns}', apiVersion: 'v1' },
      reason: 'Tried',
      message: 'it was tried',
      type: 'Normal',
      count: 1,
    }),
    change: { count: 2 },
  },
  {
    name: 'Event of events.k8s.io',
    place: at.newEvents,
    object: made.withFields('events.k8s.io/v1', 'Event')('a', {
      regarding: { kind: 'Pod', name: 'p', namespace: '{ns}', apiVersion: 'v1' },
      reason: 'Tried',
      note: 'it was tried',
      type: 'Normal',
      action: 'Trying',
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'example.com/c',
      reportingInstance: 'c-1',
    }),
  },
];

const nameOf = ({ object }: Kind) => (object['metadata'] as { name: string }).name;
const creation = ({ place, object }: Kind) => post(place(), object);

function overlaid(object: Fields, change: Fields): Fields {
  return mergePatch(object, change) as Fields;
}

function operationsOf(kind: Kind): Operation[] {
  const { place, object, change = {} } = kind;
  const name = nameOf(kind);
  const one = place(name);
  const say = (what: string) => `kind ${kind.name}: ${what}`;
  const deletedBy = (propagationPolicy: string) =>
    story(
      say(`deleted, ${propagationPolicy}`),
      creation(kind),
      del(one, { propagationPolicy, gracePeriodSeconds: 0 }),
      get(one),
    );
  return [
    story(
      say('created and read'),
      creation(kind),
      get(one),
      get(one, { accept: asTable }),
      get(`${place()}?fieldSelector=metadata.name=${name}`),
      creation(kind),
    ),
    story(
      say('replaced'),
      creation(kind),
      put(one, overlaid(object, { ...change, ...labelled('a') })),
      put(one, object),
    ),
    story(
      say('merge patch'),
      creation(kind),
      merge(one, { ...labelled('a'), ...change }),
      merge(one, { metadata: { labels: null } }),
    ),
    story(
      say('strategic patch'),
      creation(kind),
      strategic(one, { ...labelled('a'), ...change }),
      strategic(one, labelled('b')),
    ),
    story(
      say('JSON patch'),
      creation(kind),
      jsonPatch(one, [{ op: 'add', path: '/metadata/labels', value: { tier: 'a' } }]),
      jsonPatch(one, [{ op: 'test', path: '/metadata/labels/tier', value: 'b' }]),
      jsonPatch(one, [{ op: 'remove', path: '/metadata/labels/tier' }]),
    ),
    story(
      say('applied'),
      apply(`${one}?fieldManager=one`, object),
      apply(`${one}?fieldManager=one`, overlaid(object, change)),
      apply(`${one}?fieldManager=two`, overlaid(object, change)),
      apply(`${one}?fieldManager=one`, object),
    ),
    ...['Foreground', 'Background', 'Orphan'].map(deletedBy),
  ];
}

/** Each verb, on each kind that a server has, once. */
export const everyKind: readonly Operation[] = kinds.flatMap(operationsOf);
