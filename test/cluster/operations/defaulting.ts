import * as made from '../manifests.ts';
import { type Operation, operation, post } from '../operation.ts';
import * as at from '../places.ts';

const { container, pod } = made;
const podWith = (name: string, spec: Record<string, unknown>) =>
  operation(`default: ${name}`, post(at.pods(), pod('a', spec)));
const inContainer = (name: string, more: Record<string, unknown>) => podWith(name, { containers: [container(more)] });
const of = (name: string, place: string, body: unknown) => operation(`default: ${name}`, post(place, body));
const http = { httpGet: { port: 8080 } };

export const defaulting: readonly Operation[] = [
  podWith('a pod', {}),
  podWith('a pod that is not restarted', { restartPolicy: 'Never' }),
  podWith('a pod on the network of its node', {
    hostNetwork: true,
    containers: [container({ ports: [{ containerPort: 80 }] })],
  }),
  podWith('a pod with a priority class that is not there', { priorityClassName: 'none' }),
  podWith('a pod with a system priority', { priorityClassName: 'system-cluster-critical' }),
  podWith('a pod with tolerations of its own', {
    tolerations: [
      { key: 'a', operator: 'Exists' },
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 },
    ],
  }),
  podWith('a pod with init and sidecar containers', {
    initContainers: [container({ name: 'init' }), container({ name: 'side', restartPolicy: 'Always' })],
  }),
  ...[
    'app',
    'app:latest',
    'app:1',
    `app@sha256:${'a'.repeat(64)}`,
    `app:latest@sha256:${'a'.repeat(64)}`,
    'r.example:5/App',
  ].map(image => inContainer(`an image like ${image}`, { image })),
  podWith('a pod with rarer volumes', {
    volumes: [
      { name: 'a', iscsi: { targetPortal: 'x', iqn: 'iqn.2001-04.com.example:x', lun: 0 } },
      { name: 'b', azureDisk: { diskName: 'x', diskURI: 'https://x' } },
      { name: 'c', image: { reference: 'app' } },
      { name: 'd', emptyDir: { sizeLimit: '1024Mi' } },
      { name: 'e', ephemeral: { volumeClaimTemplate: { spec: made.claim('x')['spec'] } } },
      {
        name: 'f',
        projected: { sources: [{ downwardAPI: { items: [{ path: 'x', fieldRef: { fieldPath: 'metadata.name' } }] } }] },
      },
    ],
  }),
  podWith('a pod of an account by its older name', { serviceAccount: 'default' }),
  inContainer('amounts of nothing', { resources: { requests: { cpu: '0' }, limits: { memory: '0' } } }),
  inContainer('a variable from an amount', {
    env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }],
  }),
  inContainer('a probe of zeros', { livenessProbe: { tcpSocket: { port: 1 }, periodSeconds: 0, timeoutSeconds: 0 } }),
  podWith('a pod with volumes', {
    volumes: [
      { name: 'a', configMap: { name: 'x' } },
      { name: 'b', secret: { secretName: 'x' } },
      { name: 'c', emptyDir: {} },
      { name: 'd', hostPath: { path: '/x' } },
      { name: 'e', projected: { sources: [{ serviceAccountToken: { path: 'token' } }, { configMap: { name: 'x' } }] } },
      { name: 'f', downwardAPI: { items: [{ path: 'x', fieldRef: { fieldPath: 'metadata.name' } }] } },
      { name: 'g', persistentVolumeClaim: { claimName: 'x' } },
      { name: 'h', nfs: { server: 'x', path: '/x' } },
    ],
  }),
  podWith('a pod with a bare volume', { volumes: [{ name: 'a' }] }),
  podWith('a pod with topology', {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { a: 'b' } },
      },
    ],
  }),
  podWith('a pod with affinity', {
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, preference: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } },
        ],
      },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'zone', labelSelector: { matchLabels: { a: 'b' } } },
        ],
      },
    },
  }),
  podWith('a pod that waits at a gate', { schedulingGates: [{ name: 'example.com/wait' }] }),
  podWith('a pod with resources of its own', { resources: { requests: { cpu: '1' }, limits: { memory: '1Gi' } } }),
  inContainer('an image without a tag', { image: 'app' }),
  inContainer('an image that is latest', { image: 'registry.example:5000/app:latest' }),
  inContainer('an image by its digest', { image: `app@sha256:${'a'.repeat(64)}` }),
  inContainer('an image with a port and no tag', { image: 'registry.example:5000/app' }),
  inContainer('limits without requests', { resources: { limits: { cpu: '500m', memory: '64Mi' } } }),
  inContainer('requests equal to limits', {
    resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } },
  }),
  inContainer('quantities in other words', {
    resources: {
      requests: { cpu: 1, memory: '1.5Gi', 'ephemeral-storage': '1e3' },
      limits: { cpu: '2.5', memory: '2048M' },
    },
  }),
  inContainer('an HTTP probe', {
    livenessProbe: http,
    readinessProbe: { tcpSocket: { port: 'web' } },
    startupProbe: { exec: { command: ['x'] } },
    ports: [{ name: 'web', containerPort: 8080 }],
  }),
  inContainer('a gRPC probe', { livenessProbe: { grpc: { port: 9000 } } }),
  inContainer('a hook', {
    lifecycle: { preStop: { httpGet: { port: 80, path: 'x' } }, postStart: { exec: { command: ['x'] } } },
  }),
  inContainer('environment', {
    env: [
      { name: 'A', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'B', valueFrom: { configMapKeyRef: { name: 'x', key: 'y' } } },
      { name: 'C', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
      { name: 'D' },
    ],
    envFrom: [{ secretRef: { name: 'x' } }],
  }),
  inContainer('a security context', { securityContext: { privileged: true, capabilities: { add: ['NET_ADMIN'] } } }),
  operation(
    'default: the token of a service account',
    post(at.pods(), { ...pod('a'), spec: { containers: [container()] } }),
  ),
  operation('default: a service account that is not there', post(at.pods(), pod('a', { serviceAccountName: 'none' }))),
  of('a Deployment', at.deployments(), made.deployment('a')),
  of('a Deployment that recreates', at.deployments(), made.deployment('a', { strategy: { type: 'Recreate' } })),
  of('a ReplicaSet', at.replicaSets(), made.replicaSet('a')),
  of(
    'a StatefulSet',
    at.statefulSets(),
    made.statefulSet('a', {
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    }),
  ),
  of('a DaemonSet', at.daemonSets(), made.daemonSet('a')),
  of('a ReplicationController', at.replicationControllers(), {
    metadata: { name: 'a' },
    spec: { template: made.template() },
  }),
  of('a PodTemplate', at.podTemplates(), { metadata: { name: 'a' }, template: made.template() }),
  of('a ControllerRevision', at.controllerRevisions(), { metadata: { name: 'a' }, revision: 1, data: { a: 1 } }),
  of('a CronJob', at.cronJobs(), made.cronJob('a')),
  of('an autoscaler without metrics', at.autoscalers(), made.autoscaler('a')),
  of(
    'an autoscaler with behaviour',
    at.autoscalers(),
    made.autoscaler('a', {
      behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
      metrics: [
        { type: 'Resource', resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 70 } } },
      ],
    }),
  ),
  of('a disruption budget', at.budgets(), made.budget('a')),
  of('a disruption budget of a percentage', at.budgets(), made.budget('a', { maxUnavailable: '50%' })),
  of('a Service', at.services(), made.service('a')),
  of('a headless Service', at.services(), made.service('a', { clusterIP: 'None' })),
  of('a Service for nodes', at.services(), made.service('a', { type: 'NodePort' })),
  of('a Service for a load balancer', at.services(), made.service('a', { type: 'LoadBalancer' })),
  of(
    'a Service for another name',
    at.services(),
    made.service('a', { type: 'ExternalName', externalName: 'example.com', selector: null, ports: null }),
  ),
  of('a Service with affinity', at.services(), made.service('a', { sessionAffinity: 'ClientIP' })),
  of(
    'a Service with a named target',
    at.services(),
    made.service('a', {
      ports: [
        { name: 'web', port: 80, targetPort: 'http' },
        { name: 'dns', port: 53, protocol: 'UDP' },
      ],
    }),
  ),
  of('an Ingress', at.ingresses(), made.ingress('a')),
  of('a NetworkPolicy', at.networkPolicies(), made.networkPolicy('a')),
  of(
    'a NetworkPolicy outwards',
    at.networkPolicies(),
    made.networkPolicy('a', { egress: [{ ports: [{ port: 53 }] }] }),
  ),
  of('an IngressClass', at.ingressClasses(), {
    metadata: { name: '{ns}' },
    spec: { controller: 'example.com/c', parameters: { kind: 'X', name: 'y' } },
  }),
  of('a claim', at.claims(), made.claim('a')),
  of('a volume', at.persistentVolumes(), made.volume('{ns}')),
  of('a StorageClass', at.storageClasses(), made.storageClass('{ns}')),
  of('a PriorityClass', at.priorityClasses(), made.priorityClass('{ns}')),
  of('a Secret', at.secrets(), made.secret('a')),
  of('a Secret of texts', at.secrets(), made.secret('a', { data: { a: 'YQ==' }, stringData: { a: 'b', c: 'd' } })),
  of('a ServiceAccount', at.serviceAccounts(), made.serviceAccount('a')),
  of(
    'a LimitRange',
    at.limitRanges(),
    made.limitRange('a', {
      limits: [{ type: 'Container', max: { cpu: '2' }, min: { memory: '10Mi' }, default: { memory: '100Mi' } }],
    }),
  ),
  of('a ResourceQuota', at.quotas(), made.quota('a')),
  of('a Node', at.nodes(), made.node('{ns}-node')),
  of('a Role', at.roles(), made.role('a')),
  of(
    'a RoleBinding',
    at.roleBindings(),
    made.roleBinding('a', {
      subjects: [
        { kind: 'User', name: 'x' },
        { kind: 'ServiceAccount', name: 'default', namespace: '{ns}' },
        { kind: 'Group', name: 'y' },
      ],
    }),
  ),
  of('a ClusterRole', at.clusterRoles(), made.clusterRole('{ns}')),
  of('a Lease', at.leases(), made.lease('a')),
  of('Endpoints', at.endpoints(), {
    metadata: { name: 'a' },
    subsets: [{ addresses: [{ ip: '10.0.0.2' }, { ip: '10.0.0.1' }], ports: [{ port: 80 }] }],
  }),
  of('an EndpointSlice', at.endpointSlices(), {
    metadata: { name: 'a' },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'] }],
    ports: [{ port: 80 }],
  }),
  of('a Job', at.jobs(), {
    ...made.job('a'),
    spec: { ...(made.job('a')['spec'] as object), manualSelector: true, selector: { matchLabels: { app: 'shop' } } },
  }),
  of('a Job whose selector is made', at.jobs(), made.job('a', { completions: 3, parallelism: 2 })),
  of(
    'an indexed Job',
    at.jobs(),
    made.job('a', { completions: 3, completionMode: 'Indexed', backoffLimitPerIndex: 1 }),
  ),
];
