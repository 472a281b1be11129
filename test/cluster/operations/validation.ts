import * as made from '../manifests.ts';
import { merge, type Operation, operation, post, put } from '../operation.ts';
import * as at from '../places.ts';

const { container, pod, template } = made;
type Fields = Record<string, unknown>;
const refused = (name: string, place: string, body: unknown) => operation(`invalid: ${name}`, post(place, body));
const podWith = (name: string, spec: Fields) => refused(`pod, ${name}`, at.pods(), pod('a', spec));
const inContainer = (name: string, more: Fields) => podWith(name, { containers: [container(more)] });
const deploymentWith = (name: string, spec: Fields) =>
  refused(`Deployment, ${name}`, at.deployments(), made.deployment('a', spec));
const serviceWith = (name: string, spec: Fields) => refused(`Service, ${name}`, at.services(), made.service('a', spec));

const ofPods: readonly Operation[] = [
  refused('pod, nothing in it', at.pods(), { metadata: { name: 'a' } }),
  podWith('no containers', { containers: [] }),
  podWith('two containers of one name', { containers: [container(), container()] }),
  inContainer('no name', { name: '' }),
  inContainer('a bad name', { name: 'Main_1' }),
  inContainer('no image', { image: '' }),
  inContainer('an image with a space', { image: ' app' }),
  inContainer('a pull policy nobody knows', { imagePullPolicy: 'Sometimes' }),
  inContainer('a request above the limit', { resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
  inContainer('a request below zero', { resources: { requests: { memory: '-1' } } }),
  inContainer('a resource nobody knows', { resources: { requests: { coffee: '1' } } }),
  inContainer('two GPUs wanted, one allowed', {
    resources: { requests: { 'example.com/gpu': '2' }, limits: { 'example.com/gpu': '1' } },
  }),
  inContainer('GPUs without a limit', { resources: { requests: { 'example.com/gpu': '2' } } }),
  inContainer('a port that is none', { ports: [{ containerPort: 0 }] }),
  inContainer('a port too high', { ports: [{ containerPort: 70_000 }] }),
  inContainer('two ports of one name', {
    ports: [
      { name: 'web', containerPort: 1 },
      { name: 'web', containerPort: 2 },
    ],
  }),
  inContainer('a protocol nobody knows', { ports: [{ containerPort: 1, protocol: 'ICMP' }] }),
  inContainer('a bad port name', { ports: [{ containerPort: 1, name: 'this-name-is-too-long' }] }),
  inContainer('a variable without a name', { env: [{ value: 'x' }] }),
  inContainer('a variable from two places', {
    env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
  }),
  inContainer('a variable from nowhere', { env: [{ name: 'A', valueFrom: {} }] }),
  inContainer('a variable from a field nobody knows', {
    env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.x' } } }],
  }),
  inContainer('a mount of no volume', { volumeMounts: [{ name: 'none', mountPath: '/x' }] }),
  inContainer('two mounts at one path', {
    volumeMounts: [
      { name: 'none', mountPath: '/x' },
      { name: 'none', mountPath: '/x' },
    ],
  }),
  inContainer('a probe without a way', { livenessProbe: {} }),
  inContainer('a probe with two ways', { livenessProbe: { exec: { command: ['x'] }, tcpSocket: { port: 1 } } }),
  inContainer('a probe with numbers below zero', {
    livenessProbe: { tcpSocket: { port: 1 }, periodSeconds: -1, failureThreshold: -2 },
  }),
  inContainer('a liveness probe that wants two successes', {
    livenessProbe: { tcpSocket: { port: 1 }, successThreshold: 2 },
  }),
  inContainer('a readiness probe on no port', { readinessProbe: { httpGet: { port: 0 } } }),
  podWith('a restart policy nobody knows', { restartPolicy: 'Sometimes' }),
  podWith('a DNS policy nobody knows', { dnsPolicy: 'Mine' }),
  podWith('DNS of its own without a server', { dnsPolicy: 'None' }),
  podWith('a negative grace period', { terminationGracePeriodSeconds: -1 }),
  podWith('a deadline of nothing', { activeDeadlineSeconds: 0 }),
  podWith('a bad node name', { nodeName: 'No_de' }),
  podWith('a node selector that is no label', { nodeSelector: { 'a b': 'c' } }),
  podWith('two volumes of one name', {
    volumes: [
      { name: 'a', emptyDir: {} },
      { name: 'a', emptyDir: {} },
    ],
  }),
  podWith('a volume from two places', { volumes: [{ name: 'a', emptyDir: {}, configMap: { name: 'x' } }] }),
  podWith('a volume of a secret without a name', { volumes: [{ name: 'a', secret: {} }] }),
  podWith('a volume of a claim without a name', { volumes: [{ name: 'a', persistentVolumeClaim: {} }] }),
  podWith('a toleration that makes no sense', {
    tolerations: [
      { operator: 'Equal', value: 'x' },
      { key: 'a', operator: 'Exists', value: 'x' },
      { key: 'a', operator: 'Equal', effect: 'Sometimes' },
    ],
  }),
  podWith('affinity to nothing', {
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: {} }] } },
  }),
  podWith('node affinity nobody knows', {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: 'a', operator: 'Near' },
                { key: 'b', operator: 'In' },
              ],
            },
          ],
        },
      },
    },
  }),
  podWith('a spread without a skew', { topologySpreadConstraints: [{ topologyKey: '', whenUnsatisfiable: 'Cry' }] }),
  podWith('host ports without the host', {
    hostNetwork: true,
    containers: [container({ ports: [{ containerPort: 80, hostPort: 81 }] })],
  }),
  podWith('a sidecar among the containers', {
    containers: [container({ restartPolicy: 'Never' })],
    initContainers: [container({ name: 'i', restartPolicy: 'Sometimes' })],
  }),
  podWith('an init container with a probe', {
    initContainers: [container({ name: 'i', readinessProbe: { tcpSocket: { port: 1 } } })],
  }),
  podWith('a debug container from the start', { ephemeralContainers: [{ name: 'debug', image: 'x' }] }),
  podWith('privileges that contradict', {
    containers: [container({ securityContext: { privileged: true, allowPrivilegeEscalation: false } })],
  }),
  podWith('a user below zero', { securityContext: { runAsUser: -1 } }),
  podWith('a readiness gate that is no name', { readinessGates: [{ conditionType: 'a b' }] }),
  podWith('many things at once', {
    restartPolicy: 'x',
    dnsPolicy: 'y',
    containers: [container({ name: 'X', image: '' })],
  }),
];

const ofWorkloads: readonly Operation[] = [
  refused('Deployment, nothing in it', at.deployments(), { metadata: { name: 'a' } }),
  deploymentWith('no selector', { selector: null }),
  deploymentWith('an empty selector', { selector: {} }),
  deploymentWith('a selector of other labels', { selector: { matchLabels: { app: 'bank' } } }),
  deploymentWith('a selector that is none', {
    selector: {
      matchExpressions: [
        { key: 'app', operator: 'Near' },
        { key: 'x', operator: 'In' },
        { key: 'x', operator: 'Exists', values: ['y'] },
      ],
    },
  }),
  deploymentWith('fewer than none', { replicas: -1 }),
  deploymentWith('pods that end', { template: template({ restartPolicy: 'Never' }) }),
  deploymentWith('a strategy nobody knows', { strategy: { type: 'BlueGreen' } }),
  deploymentWith('recreating in rolls', { strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }),
  deploymentWith('no surge and nothing unavailable', {
    strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } },
  }),
  deploymentWith('a percentage that is none', {
    strategy: { rollingUpdate: { maxSurge: 'much', maxUnavailable: '150%' } },
  }),
  deploymentWith('a deadline before it is ready', { minReadySeconds: 100, progressDeadlineSeconds: 50 }),
  deploymentWith('a history below zero', { revisionHistoryLimit: -1, minReadySeconds: -1 }),
  deploymentWith('a bad pod', { template: template({ containers: [] }) }),
  refused(
    'ReplicaSet, other labels',
    at.replicaSets(),
    made.replicaSet('a', { template: template({}, { app: 'bank' }) }),
  ),
  refused(
    'StatefulSet, policies nobody knows',
    at.statefulSets(),
    made.statefulSet('a', { podManagementPolicy: 'x', updateStrategy: { type: 'y' } }),
  ),
  operation(
    'invalid: StatefulSet, what may not change',
    post(at.statefulSets(), made.statefulSet('a')),
    merge(at.statefulSets('a'), { spec: { serviceName: 'other', podManagementPolicy: 'Parallel' } }),
  ),
  refused(
    'DaemonSet, a strategy nobody knows',
    at.daemonSets(),
    made.daemonSet('a', { updateStrategy: { type: 'y' } }),
  ),
  refused(
    'DaemonSet, nothing unavailable',
    at.daemonSets(),
    made.daemonSet('a', { updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } }),
  ),
  refused(
    'Job, pods that always restart',
    at.jobs(),
    made.job('a', { template: template({ restartPolicy: 'Always' }) }),
  ),
  refused(
    'Job, numbers below zero',
    at.jobs(),
    made.job('a', {
      completions: -1,
      parallelism: -1,
      backoffLimit: -1,
      activeDeadlineSeconds: -1,
      ttlSecondsAfterFinished: -1,
    }),
  ),
  refused('Job, indexed without a number', at.jobs(), made.job('a', { completionMode: 'Indexed' })),
  refused('Job, a selector of its own', at.jobs(), made.job('a', { selector: { matchLabels: { app: 'shop' } } })),
  operation(
    'invalid: Job, what may not change',
    post(at.jobs(), made.job('a')),
    merge(at.jobs('a'), { spec: { completions: 5, template: { spec: { restartPolicy: 'OnFailure' } } } }),
  ),
  refused('CronJob, a schedule that is none', at.cronJobs(), made.cronJob('a', { schedule: 'often' })),
  refused('CronJob, no schedule', at.cronJobs(), made.cronJob('a', { schedule: '' })),
  refused('CronJob, a time zone in the schedule', at.cronJobs(), made.cronJob('a', { schedule: 'TZ=UTC * * * * *' })),
  refused('CronJob, a time zone nobody knows', at.cronJobs(), made.cronJob('a', { timeZone: 'Mars/Olympus' })),
  refused(
    'CronJob, a policy nobody knows',
    at.cronJobs(),
    made.cronJob('a', { concurrencyPolicy: 'x', startingDeadlineSeconds: -1, failedJobsHistoryLimit: -1 }),
  ),
  refused('CronJob, a long name', at.cronJobs(), made.cronJob('a'.repeat(60))),
  refused('autoscaler, less than the least', at.autoscalers(), made.autoscaler('a', { minReplicas: 7 })),
  refused('autoscaler, none at all', at.autoscalers(), made.autoscaler('a', { maxReplicas: 0, minReplicas: 0 })),
  refused('autoscaler, of nothing', at.autoscalers(), made.autoscaler('a', { scaleTargetRef: { kind: '', name: '' } })),
  refused(
    'autoscaler, a metric without a target',
    at.autoscalers(),
    made.autoscaler('a', { metrics: [{ type: 'Resource', resource: { name: 'cpu', target: {} } }] }),
  ),
  refused('budget, both at once', at.budgets(), made.budget('a', { minAvailable: 1, maxUnavailable: 1 })),
  refused('budget, below zero', at.budgets(), made.budget('a', { minAvailable: -1 })),
  refused('budget, more than all', at.budgets(), made.budget('a', { maxUnavailable: '120%' })),
];

const ofTheRest: readonly Operation[] = [
  serviceWith('no ports', { ports: [] }),
  serviceWith('a port too high', { ports: [{ port: 70_000 }] }),
  serviceWith('two ports without names', { ports: [{ port: 1 }, { port: 2 }] }),
  serviceWith('two ports of one name', {
    ports: [
      { port: 1, name: 'a' },
      { port: 2, name: 'a' },
    ],
  }),
  serviceWith('the same port twice', {
    ports: [
      { port: 1, name: 'a' },
      { port: 1, name: 'b' },
    ],
  }),
  serviceWith('a type nobody knows', { type: 'Magic' }),
  serviceWith('an address that is none', { clusterIP: 'x' }),
  serviceWith('an address of elsewhere', { clusterIP: '192.0.2.7' }),
  serviceWith('another name that is none', { type: 'ExternalName', externalName: '-' }),
  serviceWith('a port of a node out of range', { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] }),
  serviceWith('a port of a node without one', { ports: [{ port: 80, nodePort: 30_080 }] }),
  serviceWith('affinity nobody knows', { sessionAffinity: 'Sometimes' }),
  serviceWith('a selector that is none', { selector: { 'a b': 'c' } }),
  serviceWith('a target that is none', { ports: [{ port: 80, targetPort: 'Not A Name' }] }),
  refused('ConfigMap, a bad key', at.configMaps(), made.configMap('a', { 'a b': 'c' })),
  refused('ConfigMap, a key that is a way', at.configMaps(), made.configMap('a', { '..': 'd' })),
  refused('ConfigMap, a key twice', at.configMaps(), {
    ...made.configMap('a', { key: 'c' }),
    binaryData: { key: 'YQ==' },
  }),
  refused('ConfigMap, too large', at.configMaps(), made.configMap('a', { key: 'x'.repeat(1_100_000) })),
  refused(
    'ConfigMap, labels that are none',
    at.configMaps(),
    made.configMap('a', {}, { labels: { 'a b': 'not ok' }, annotations: { 'c d': 'e' } }),
  ),
  refused(
    'ConfigMap, annotations too large',
    at.configMaps(),
    made.configMap('a', {}, { annotations: { a: 'x'.repeat(263_000) } }),
  ),
  refused(
    'ConfigMap, an owner that is none',
    at.configMaps(),
    made.configMap('a', {}, { ownerReferences: [{ kind: '', name: '', apiVersion: 'v1/2/3', uid: '' }] }),
  ),
  refused(
    'ConfigMap, two controllers',
    at.configMaps(),
    made.configMap(
      'a',
      {},
      {
        ownerReferences: ['x', 'y'].map(name => ({ kind: 'Pod', apiVersion: 'v1', name, uid: name, controller: true })),
      },
    ),
  ),
  refused('Secret, a type without its key', at.secrets(), made.secret('a', { type: 'kubernetes.io/tls' })),
  refused(
    'Secret, docker configuration that is none',
    at.secrets(),
    made.secret('a', { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'YQ==' } }),
  ),
  operation(
    'invalid: Secret, the type changes',
    post(at.secrets(), made.secret('a')),
    merge(at.secrets('a'), { type: 'example.com/other' }),
  ),
  refused('claim, nothing in it', at.claims(), { metadata: { name: 'a' } }),
  refused(
    'claim, a mode nobody knows',
    at.claims(),
    made.claim('a', { accessModes: ['ReadSometimes'], volumeMode: 'x' }),
  ),
  refused('claim, nothing wanted', at.claims(), made.claim('a', { resources: { requests: { storage: '0' } } })),
  operation(
    'invalid: claim, it changes',
    post(at.claims(), made.claim('a')),
    merge(at.claims('a'), { spec: { accessModes: ['ReadOnlyMany'] } }),
  ),
  operation(
    'invalid: claim, it grows too early',
    post(at.claims(), made.claim('a')),
    merge(at.claims('a'), { spec: { resources: { requests: { storage: '2Gi' } } } }),
  ),
  refused('volume, from nowhere', at.persistentVolumes(), made.volume('{ns}', { hostPath: null })),
  refused('volume, without a size', at.persistentVolumes(), made.volume('{ns}', { capacity: {}, accessModes: [] })),
  refused('StorageClass, without who provides', at.storageClasses(), made.storageClass('{ns}', { provisioner: '' })),
  operation(
    'invalid: StorageClass, it changes',
    post(at.storageClasses(), made.storageClass('{ns}')),
    merge(at.storageClasses('{ns}'), { provisioner: 'example.com/other', reclaimPolicy: 'Retain' }),
  ),
  refused('PriorityClass, too high', at.priorityClasses(), made.priorityClass('{ns}', { value: 2_000_000_000 })),
  operation(
    'invalid: PriorityClass, it changes',
    post(at.priorityClasses(), made.priorityClass('{ns}')),
    merge(at.priorityClasses('{ns}'), { value: 5 }),
  ),
  refused('Ingress, nothing in it', at.ingresses(), { metadata: { name: 'a' }, spec: {} }),
  refused(
    'Ingress, a path that is none',
    at.ingresses(),
    made.ingress('a', {
      rules: [
        { host: 'Shop', http: { paths: [{ path: 'x', pathType: 'Prefix', backend: { service: { name: 'a' } } }] } },
      ],
    }),
  ),
  refused(
    'Ingress, no path type',
    at.ingresses(),
    made.ingress('a', {
      rules: [{ http: { paths: [{ path: '/', backend: { service: { name: 'a', port: { number: 80 } } } }] } }],
    }),
  ),
  refused(
    'NetworkPolicy, a range that is none',
    at.networkPolicies(),
    made.networkPolicy('a', {
      ingress: [
        { from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['192.0.2.0/24'] } }, { ipBlock: { cidr: 'x' } }, {}] },
      ],
    }),
  ),
  refused('ResourceQuota, below zero', at.quotas(), made.quota('a', { hard: { pods: '-1' } })),
  refused('ResourceQuota, of nothing', at.quotas(), made.quota('a', { hard: { nothing: '1' } })),
  refused(
    'LimitRange, more than most',
    at.limitRanges(),
    made.limitRange('a', {
      limits: [{ type: 'Container', max: { cpu: '1' }, min: { cpu: '2' }, default: { cpu: '3' } }],
    }),
  ),
  refused('Role, a rule about nothing', at.roles(), made.role('a', { rules: [{ verbs: [] }] })),
  refused(
    'RoleBinding, of nobody knows what',
    at.roleBindings(),
    made.roleBinding('a', { roleRef: { apiGroup: 'x', kind: 'Y', name: '' }, subjects: [{ kind: 'Z', name: 'a' }] }),
  ),
  operation(
    'invalid: RoleBinding, of another role',
    post(at.roleBindings(), made.roleBinding('a')),
    put(
      at.roleBindings('a'),
      made.roleBinding('a', { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'other' } }),
    ),
  ),
  refused('Lease, no time', at.leases(), made.lease('a', { leaseDurationSeconds: 0, leaseTransitions: -1 })),
  refused('Endpoints, an address that is none', at.endpoints(), {
    metadata: { name: 'a' },
    subsets: [{ addresses: [{ ip: '127.0.0.1' }, { ip: 'x' }], ports: [{ port: 0 }] }],
  }),
  refused('EndpointSlice, a type nobody knows', at.endpointSlices(), {
    metadata: { name: 'a' },
    addressType: 'Pigeon',
    endpoints: [],
  }),
  refused(
    'Node, a bad taint',
    at.nodes(),
    made.node('{ns}-node', {
      taints: [
        { key: 'a', effect: 'x' },
        { key: '', effect: 'NoSchedule' },
      ],
    }),
  ),
  operation(
    'invalid: Node, its pod range changes',
    post(at.nodes(), made.node('{ns}-node', { podCIDR: '10.1.0.0/24', providerID: 'a' })),
    merge(at.nodes('{ns}-node'), { spec: { podCIDR: '10.2.0.0/24', providerID: 'b' } }),
  ),
];

export const validation: readonly Operation[] = [...ofPods, ...ofWorkloads, ...ofTheRest];
