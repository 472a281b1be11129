import * as made from '../manifests.ts';
import { get, merge, type Operation, operation, post, type Step } from '../operation.ts';
import * as at from '../places.ts';

const { container, pod } = made;
type Fields = Record<string, unknown>;

/** Nobody counts here, so the status says what is used. */
const quota = (hard: Fields, used: Fields, more: Fields = {}): Step[] => [
  post(at.quotas(), made.quota('q', { hard, ...more })),
  merge(at.quotas('q', 'status'), { status: { hard, used } }),
  // A server learns of quotas a moment later, and in their order: once it holds to this one it knows the first.
  post(at.quotas(), made.quota('seen', { hard: { secrets: '0' } })),
  merge(at.quotas('seen', 'status'), { status: { hard: { secrets: '0' }, used: { secrets: '0' } } }),
  { ...post(`${at.secrets()}?dryRun=All`, made.secret('a')), until: 403 },
];
const limits = (limit: Fields) =>
  post(at.limitRanges(), made.limitRange('l', { limits: [{ type: 'Container', ...limit }] }));
const sized = (requests: Fields, bounds?: Fields) =>
  pod('a', { containers: [container({ resources: { requests, ...(bounds ? { limits: bounds } : {}) } })] });

export const admitting: readonly Operation[] = [
  operation('quota: it fits', ...quota({ pods: '2' }, { pods: '1' }), post(at.pods(), pod('a'))),
  operation(
    'quota: then more is used',
    ...quota({ pods: '2' }, { pods: '1' }),
    post(at.pods(), pod('a')),
    get(at.quotas('q')),
  ),
  operation('quota: no pod more', ...quota({ pods: '2' }, { pods: '2' }), post(at.pods(), pod('a'))),
  operation(
    'quota: too much of two things',
    ...quota({ 'requests.cpu': '1', 'requests.memory': '1Gi' }, { 'requests.cpu': '500m', 'requests.memory': '1Gi' }),
    post(at.pods(), sized({ cpu: '600m', memory: '1Mi' })),
  ),
  operation(
    'quota: it must be said how much',
    ...quota({ 'requests.cpu': '1', 'limits.memory': '1Gi' }, { 'requests.cpu': '0', 'limits.memory': '0' }),
    post(at.pods(), pod('a')),
  ),
  operation(
    'quota: cpu is a request',
    ...quota({ cpu: '1' }, { cpu: '500m' }),
    post(at.pods(), sized({ cpu: '700m' })),
  ),
  operation(
    'quota: objects are counted',
    ...quota({ configmaps: '1' }, { configmaps: '1' }),
    post(at.configMaps(), made.configMap('a')),
  ),
  operation(
    'quota: objects of a group are counted',
    ...quota({ 'count/deployments.apps': '1' }, { 'count/deployments.apps': '1' }),
    post(at.deployments(), made.deployment('a')),
  ),
  operation(
    'quota: services for nodes',
    ...quota({ 'services.nodeports': '0', services: '5' }, { 'services.nodeports': '0', services: '0' }),
    post(at.services(), made.service('a', { type: 'NodePort' })),
  ),
  operation(
    'quota: storage',
    ...quota(
      { 'requests.storage': '1Gi', persistentvolumeclaims: '3' },
      { 'requests.storage': '500Mi', persistentvolumeclaims: '1' },
    ),
    post(at.claims(), made.claim('a')),
  ),
  operation(
    'quota: a scope that does not match',
    ...quota({ pods: '0' }, { pods: '0' }, { scopes: ['BestEffort'] }),
    post(at.pods(), sized({ cpu: '1' })),
  ),
  operation(
    'quota: a scope that matches',
    ...quota({ pods: '0' }, { pods: '0' }, { scopes: ['BestEffort'] }),
    post(at.pods(), pod('a')),
  ),
  operation(
    'quota: a dry run is counted too',
    ...quota({ pods: '1' }, { pods: '1' }),
    post(`${at.pods()}?dryRun=All`, pod('a')),
  ),
  operation(
    'quota: the status is not looked at yet',
    post(at.quotas(), made.quota('q', { hard: { pods: '0' } })),
    post(at.pods(), pod('a')),
  ),
  operation(
    'limits: a default',
    limits({ default: { memory: '100Mi' }, defaultRequest: { cpu: '100m' } }),
    post(at.pods(), pod('a')),
  ),
  operation(
    'limits: a default and what was said',
    limits({ default: { memory: '100Mi' } }),
    post(at.pods(), sized({ memory: '50Mi' })),
  ),
  operation(
    'limits: a default below what was asked',
    limits({ default: { memory: '100Mi' } }),
    post(at.pods(), sized({ memory: '200Mi' })),
  ),
  operation('limits: too much', limits({ max: { cpu: '1' } }), post(at.pods(), sized({ cpu: '2' }, { cpu: '2' }))),
  operation('limits: too little', limits({ min: { cpu: '500m' } }), post(at.pods(), sized({ cpu: '100m' }))),
  operation(
    'limits: nothing was said',
    limits({ max: { memory: '1Gi' }, default: { cpu: '1' } }),
    post(at.pods(), pod('a')),
  ),
  operation(
    'limits: a limit is too far from the request',
    limits({ maxLimitRequestRatio: { cpu: '2' } }),
    post(at.pods(), sized({ cpu: '100m' }, { cpu: '1' })),
  ),
  operation(
    'limits: of a whole pod',
    post(at.limitRanges(), made.limitRange('l', { limits: [{ type: 'Pod', max: { cpu: '1' } }] })),
    post(
      at.pods(),
      pod('a', { containers: ['x', 'y'].map(name => container({ name, resources: { limits: { cpu: '600m' } } })) }),
    ),
  ),
  operation(
    'limits: of a claim',
    post(
      at.limitRanges(),
      made.limitRange('l', { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '500Mi' } }] }),
    ),
    post(at.claims(), made.claim('a')),
  ),
  operation(
    'admission: the default storage class',
    post(
      at.storageClasses(),
      made.storageClass('{ns}', {}, { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } }),
    ),
    post(at.claims(), made.claim('a')),
  ),
  operation(
    'admission: a claim grows without a class that allows it',
    post(at.claims(), made.claim('a')),
    merge(at.claims('a', 'status'), { status: { phase: 'Bound' } }),
    merge(at.claims('a'), { spec: { resources: { requests: { storage: '2Gi' } } } }),
  ),
  operation(
    'admission: a claim shrinks',
    post(at.storageClasses(), made.storageClass('{ns}', { allowVolumeExpansion: true })),
    post(at.claims(), made.claim('a', { storageClassName: '{ns}', volumeName: 'v' })),
    merge(at.claims('a', 'status'), { status: { phase: 'Bound', capacity: { storage: '1Gi' } } }),
    merge(at.claims('a'), { spec: { resources: { requests: { storage: '500Mi' } } } }),
  ),
  operation(
    'admission: a bound claim grows',
    post(at.storageClasses(), made.storageClass('{ns}', { allowVolumeExpansion: true })),
    post(at.claims(), made.claim('a', { storageClassName: '{ns}', volumeName: 'v' })),
    merge(at.claims('a', 'status'), { status: { phase: 'Bound', capacity: { storage: '1Gi' } } }),
    merge(at.claims('a'), { spec: { resources: { requests: { storage: '2Gi' } } } }),
  ),
  operation(
    'admission: a priority by its class',
    post(at.priorityClasses(), made.priorityClass('{ns}', { value: 7, preemptionPolicy: 'Never' })),
    post(at.pods(), pod('a', { priorityClassName: '{ns}' })),
  ),
  operation('admission: a priority of its own', post(at.pods(), pod('a', { priority: 7 }))),
  operation(
    'admission: the default ingress class',
    post(at.ingressClasses(), {
      metadata: { name: '{ns}', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'example.com/c' },
    }),
    post(at.ingresses(), made.ingress('a')),
  ),
  operation(
    'admission: pods that are refused as not safe',
    merge(at.namespaces('{ns}'), { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } }),
    post(at.pods(), pod('a')),
  ),
  operation(
    'admission: pods that are not safe, with a warning',
    merge(at.namespaces('{ns}'), { metadata: { labels: { 'pod-security.kubernetes.io/warn': 'baseline' } } }),
    post(at.pods(), pod('a', { hostNetwork: true })),
  ),
  operation(
    'admission: a new node has taints',
    post(at.nodes(), made.node('{ns}-node', { taints: [{ key: 'a', effect: 'NoSchedule' }] })),
  ),
];
