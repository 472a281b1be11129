/** The smallest objects of each kind that a server takes; `more` is laid over the spec (or the object). */
type Fields = Record<string, unknown>;

export const container = (more: Fields = {}): Fields => ({ name: 'main', image: 'registry.example/app:1.0', ...more });

/** No token is mounted unless an operation asks for it: its volume has a random name. */
const podSpec = (more: Fields = {}): Fields => ({
  automountServiceAccountToken: false,
  containers: [container()],
  ...more,
});

export const pod = (name: string, spec: Fields = {}, metadata: Fields = {}): Fields => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: podSpec(spec),
});

export const configMap = (name: string, data: Fields = { key: 'value' }, metadata: Fields = {}): Fields => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

export const template = (spec: Fields = {}, labels: Fields = { app: 'shop' }): Fields => ({
  metadata: { labels },
  spec: podSpec(spec),
});

const workload =
  (apiVersion: string, kind: string, fixed: Fields = {}) =>
  (name: string, spec: Fields = {}, metadata: Fields = {}): Fields => ({
    apiVersion,
    kind,
    metadata: { name, ...metadata },
    spec: { selector: { matchLabels: { app: 'shop' } }, template: template(), ...fixed, ...spec },
  });

export const deployment = workload('apps/v1', 'Deployment');
export const replicaSet = workload('apps/v1', 'ReplicaSet');
export const daemonSet = workload('apps/v1', 'DaemonSet');
export const statefulSet = workload('apps/v1', 'StatefulSet', { serviceName: 'shop' });

export const withSpec =
  (apiVersion: string, kind: string, fixed: Fields = {}) =>
  (name: string, spec: Fields = {}, metadata: Fields = {}): Fields => ({
    apiVersion,
    kind,
    metadata: { name, ...metadata },
    spec: { ...fixed, ...spec },
  });

export const withFields =
  (apiVersion: string, kind: string, fixed: Fields = {}) =>
  (name: string, fields: Fields = {}, metadata: Fields = {}): Fields => ({
    apiVersion,
    kind,
    metadata: { name, ...metadata },
    ...fixed,
    ...fields,
  });

const jobTemplate = () => template({ restartPolicy: 'Never' });
export const job = (name: string, spec: Fields = {}): Fields =>
  withSpec('batch/v1', 'Job')(name, { template: jobTemplate(), ...spec });
export const cronJob = (name: string, spec: Fields = {}): Fields =>
  withSpec('batch/v1', 'CronJob')(name, {
    schedule: '*/5 * * * *',
    jobTemplate: { spec: { template: jobTemplate() } },
    ...spec,
  });
export const autoscaler = withSpec('autoscaling/v2', 'HorizontalPodAutoscaler', {
  scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' },
  maxReplicas: 5,
});
export const budget = withSpec('policy/v1', 'PodDisruptionBudget', {
  selector: { matchLabels: { app: 'shop' } },
});
export const service = withSpec('v1', 'Service', { selector: { app: 'shop' }, ports: [{ port: 80 }] });
export const ingress = withSpec('networking.k8s.io/v1', 'Ingress', {
  rules: [
    {
      host: 'shop.example.com',
      http: {
        paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'shop', port: { number: 80 } } } }],
      },
    },
  ],
});
export const networkPolicy = withSpec('networking.k8s.io/v1', 'NetworkPolicy', { podSelector: {} });
export const claim = withSpec('v1', 'PersistentVolumeClaim', {
  accessModes: ['ReadWriteOnce'],
  resources: { requests: { storage: '1Gi' } },
});
export const volume = withSpec('v1', 'PersistentVolume', {
  capacity: { storage: '1Gi' },
  accessModes: ['ReadWriteOnce'],
  hostPath: { path: '/data' },
});
export const node = withSpec('v1', 'Node');
export const quota = withSpec('v1', 'ResourceQuota', { hard: { pods: '2' } });
export const limitRange = withSpec('v1', 'LimitRange', { limits: [{ type: 'Container' }] });
export const secret = withFields('v1', 'Secret', { data: { password: 'c2VjcmV0' } });
export const serviceAccount = withFields('v1', 'ServiceAccount');
export const storageClass = withFields('storage.k8s.io/v1', 'StorageClass', { provisioner: 'example.com/disk' });
export const priorityClass = withFields('scheduling.k8s.io/v1', 'PriorityClass', { value: 1000 });
export const role = withFields('rbac.authorization.k8s.io/v1', 'Role', {
  rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
});
export const clusterRole = withFields('rbac.authorization.k8s.io/v1', 'ClusterRole', {
  rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }],
});
export const roleBinding = withFields('rbac.authorization.k8s.io/v1', 'RoleBinding', {
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
  subjects: [{ kind: 'User', name: 'reader' }],
});
export const lease = withSpec('coordination.k8s.io/v1', 'Lease', { holderIdentity: 'me', leaseDurationSeconds: 15 });
