import * as made from '../manifests.ts';
import { merge, type Operation, operation, post } from '../operation.ts';
import * as at from '../places.ts';

const { template } = made;
type Fields = Record<string, unknown>;
const refused = (name: string, place: string, body: unknown) => operation(`invalid: ${name}`, post(place, body));
const service = (name: string, spec: Fields) => refused(`Service, ${name}`, at.services(), made.service('a', spec));
const ingress = (name: string, spec: Fields) => refused(`Ingress, ${name}`, at.ingresses(), made.ingress('a', spec));
const policy = (name: string, spec: Fields) =>
  refused(`NetworkPolicy, ${name}`, at.networkPolicies(), made.networkPolicy('a', spec));
const job = (name: string, spec: Fields) => refused(`Job, ${name}`, at.jobs(), made.job('a', spec));
const cronJob = (name: string, spec: Fields) => refused(`CronJob, ${name}`, at.cronJobs(), made.cronJob('a', spec));
const stateful = (name: string, spec: Fields) =>
  refused(`StatefulSet, ${name}`, at.statefulSets(), made.statefulSet('a', spec));
const daemons = (name: string, spec: Fields) =>
  refused(`DaemonSet, ${name}`, at.daemonSets(), made.daemonSet('a', spec));
const autoscaler = (name: string, spec: Fields) =>
  refused(`autoscaler, ${name}`, at.autoscalers(), made.autoscaler('a', spec));
const configMap = (name: string, metadata: Fields) =>
  refused(`ConfigMap, ${name}`, at.configMaps(), made.configMap('a', {}, metadata));
const backend = { service: { name: 'a', port: { number: 80 } } };

const ofMetadata: readonly Operation[] = [
  configMap('a long label', { labels: { ['a'.repeat(64)]: 'b'.repeat(64) } }),
  configMap('a label with two slashes', { labels: { 'a/b/c': 'd' } }),
  configMap('a label with a bad prefix', { labels: { 'A_b/c': 'd' } }),
  configMap('a label without a name', { labels: { 'example.com/': 'd' } }),
  configMap('a label without a prefix', { labels: { '/a': 'd' } }),
  configMap('an annotation with a capital', { annotations: { 'Example.com/a': 'fine', 'a b': 'not' } }),
  configMap('a finalizer of nobody', { finalizers: ['mine'] }),
  configMap('a finalizer that is none', { finalizers: ['a b/c'] }),
  configMap('finalizers that contradict', { finalizers: ['orphan', 'foregroundDeletion'] }),
  configMap('an event that owns', { ownerReferences: [{ kind: 'Event', apiVersion: 'v1', name: 'a', uid: 'b' }] }),
  refused('ConfigMap, a long name', at.configMaps(), made.configMap('a'.repeat(254))),
  refused('Service, a long name', at.services(), made.service('a'.repeat(64))),
  refused('Role, a name that is no path', at.roles(), made.role('a%b')),
  refused('Role, a name of dots', at.roles(), made.role('..')),
  refused('Role, a name to be completed', at.roles(), { metadata: { generateName: 'a%' }, rules: [] }),
  operation(
    'invalid: ConfigMap, an immutable one changes',
    post(at.configMaps(), { ...made.configMap('a'), immutable: true }),
    merge(at.configMaps('a'), { data: { key: 'other' }, binaryData: { more: 'YQ==' } }),
  ),
  operation(
    'invalid: Deployment, labels that are none on an old one',
    post(at.deployments(), made.deployment('a')),
    merge(at.deployments('a'), { metadata: { labels: { 'a b': 'c' } } }),
  ),
  operation(
    'invalid: Service, labels that are none on an old one',
    post(at.services(), made.service('a')),
    merge(at.services('a'), { metadata: { annotations: { 'a b': 'c' } } }),
  ),
  operation(
    'invalid: Lease, labels that are none on an old one',
    post(at.leases(), made.lease('a')),
    merge(at.leases('a'), { metadata: { labels: { 'a b': 'c' } } }),
  ),
];

const ofNetworks: readonly Operation[] = [
  service('a port with a bad name', { ports: [{ port: 80, name: 'A_b' }] }),
  service('a protocol of applications that is none', { ports: [{ port: 80, appProtocol: 'a b' }] }),
  service('affinity for too long', {
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 100_000 } },
  }),
  service('addresses outside that are none', { externalIPs: ['x', '127.0.0.1', '010.0.0.1'] }),
  service('ranges without a balancer', { loadBalancerSourceRanges: ['10.0.0.0/8'] }),
  service('ranges that are none', {
    type: 'LoadBalancer',
    loadBalancerSourceRanges: ['10.0.0.1/8', 'x', '10.0.0.0/08'],
  }),
  service('a class without a balancer', { loadBalancerClass: 'example.com/a' }),
  service('a class that is none', { type: 'LoadBalancer', loadBalancerClass: 'a b' }),
  service('a policy for traffic nobody knows', {
    type: 'NodePort',
    externalTrafficPolicy: 'x',
    internalTrafficPolicy: 'y',
  }),
  service('a policy for traffic from nowhere', { externalTrafficPolicy: 'Local' }),
  service('a distribution nobody knows', { trafficDistribution: 'Fair' }),
  service('families nobody knows', { ipFamilies: ['IPv5'] }),
  service('a health check without a reason', { healthCheckNodePort: 30_100 }),
  service('a name elsewhere and an address', {
    type: 'ExternalName',
    externalName: 'example.com',
    clusterIP: '10.96.0.7',
  }),
  service('no head and a port of the node', { type: 'NodePort', clusterIP: 'None' }),
  ingress('an address as its host', {
    rules: [{ host: '10.0.0.1', http: { paths: [{ path: '/', pathType: 'Exact', backend }] } }],
  }),
  ingress('a wildcard that is none', {
    rules: [{ host: 'a.*.example.com', http: { paths: [{ path: '/', pathType: 'Exact', backend }] } }],
  }),
  ingress('certificates for nobody', {
    defaultBackend: backend,
    tls: [{ hosts: ['A', '*.ok', '*a'], secretName: 'A' }],
  }),
  ingress('a class that is none', { defaultBackend: backend, ingressClassName: 'A B' }),
  ingress('paths that lead out', {
    rules: [
      {
        http: {
          paths: ['//a', '/a/../b', '/a/..', '/a%2fb'].map(path => ({ path, pathType: 'Prefix', backend })),
        },
      },
    ],
  }),
  ingress('a path type nobody knows', { rules: [{ http: { paths: [{ path: '/', pathType: 'Near', backend }] } }] }),
  ingress('two backends at once', { defaultBackend: { ...backend, resource: { kind: 'A', name: 'b' } } }),
  policy('ranges that are none', {
    ingress: [
      {
        from: [
          { ipBlock: { cidr: '10.0.0.1/8' } },
          { ipBlock: { cidr: '2001:db8::/32', except: ['2001:db8::/32', 'x', '2001:db8:1::/48'] } },
        ],
      },
    ],
  }),
  policy('selectors that are none', {
    podSelector: { matchLabels: { 'a b': 'c' } },
    egress: [{ to: [{ namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'Near' }] } }] }],
  }),
  policy('a range and a selector', { ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }] }] }),
  policy('ports that are none', {
    ingress: [
      {
        ports: [
          { port: 0, protocol: 'x' },
          { port: 'Not A Port' },
          { port: 80, endPort: 70 },
          { port: 80, endPort: 70_000 },
          { port: 'web', endPort: 90 },
          { endPort: 90 },
        ],
      },
    ],
  }),
  policy('types nobody knows', { policyTypes: ['Sideways', 'Ingress'] }),
  policy('too many types', { policyTypes: ['Ingress', 'Egress', 'Ingress'] }),
];

const ofWorkloads: readonly Operation[] = [
  job('too many indexes', { completionMode: 'Indexed', completions: 10, parallelism: 200_000 }),
  job('a mode nobody knows', { completionMode: 'Random' }),
  job('a policy nobody knows', { podReplacementPolicy: 'Never' }),
  job('a manager that is none', { managedBy: 'mine' }),
  job('failures by rules that are none', {
    podFailurePolicy: {
      rules: [{ action: 'Dance' }, { action: 'FailJob', onExitCodes: { operator: 'In', values: [] } }],
    },
  }),
  job('success without an index', { successPolicy: { rules: [{ succeededCount: 1 }] } }),
  job('limits by index without one', { backoffLimitPerIndex: 1, maxFailedIndexes: 2 }),
  operation(
    'invalid: Job, its template changes while it waits',
    post(at.jobs(), made.job('a', { suspend: true })),
    merge(at.jobs('a'), { spec: { template: { spec: { hostname: 'b' } } } }),
  ),
  cronJob('a template that is none', { jobTemplate: { spec: { template: template({ restartPolicy: 'Always' }) } } }),
  cronJob('a template with a selector', {
    jobTemplate: {
      spec: {
        selector: { matchLabels: { a: 'b' } },
        manualSelector: true,
        template: template({ restartPolicy: 'Never' }),
      },
    },
  }),
  cronJob('a schedule of too many parts', { schedule: '* * * * * *' }),
  cronJob('a schedule out of range', { schedule: '99 * * * *' }),
  stateful('a service name that is none', { serviceName: 'A_b' }),
  stateful('numbers below zero', { replicas: -1, minReadySeconds: -1, ordinals: { start: -1 } }),
  stateful('a partition below zero', { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: -1 } } }),
  stateful('retention nobody knows', { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'x', whenScaled: 'y' } }),
  stateful('a claim without a size', {
    volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }],
  }),
  stateful('pods with a deadline', { template: template({ activeDeadlineSeconds: 5 }) }),
  daemons('all and more at once', { updateStrategy: { rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } } }),
  daemons('numbers below zero', { minReadySeconds: -1, revisionHistoryLimit: -1 }),
  autoscaler('a metric nobody knows', { metrics: [{ type: 'Mood' }] }),
  autoscaler('two targets', {
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 0, averageValue: '0' } },
      },
    ],
  }),
  autoscaler('behaviour that is none', {
    behavior: {
      scaleUp: { stabilizationWindowSeconds: 4000, selectPolicy: 'x' },
      scaleDown: { stabilizationWindowSeconds: -1, policies: [{ type: 'x', value: 0, periodSeconds: 2000 }] },
    },
  }),
  refused('ReplicationController, nothing in it', at.replicationControllers(), { metadata: { name: 'a' }, spec: {} }),
  refused('ReplicationController, other labels', at.replicationControllers(), {
    metadata: { name: 'a' },
    spec: {
      replicas: -1,
      selector: { app: 'bank' },
      template: template({ restartPolicy: 'Never', activeDeadlineSeconds: 1 }),
    },
  }),
  refused('PodTemplate, a container without a name', at.podTemplates(), {
    metadata: { name: 'a' },
    template: template({ containers: [{ image: 'a' }] }),
  }),
];

export const validationOfOthers: readonly Operation[] = [...ofMetadata, ...ofNetworks, ...ofWorkloads];
