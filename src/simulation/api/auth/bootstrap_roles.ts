import type { ClusterRole, PolicyRule } from '../../../kubernetes/kinds/access.ts';

/** The roles that every cluster has from the start, and that people bind to. */

const read = ['get', 'list', 'watch'];
const write = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const readWrite = [...write, ...read].sort();
const aggregateTo = 'rbac.authorization.k8s.io/aggregate-to-';

function rule(verbs: readonly string[], apiGroups: readonly string[], ...resources: string[]): PolicyRule {
  return { apiGroups: [...apiGroups], resources: resources.sort(), verbs: [...verbs] };
}

function urls(...nonResourceURLs: string[]): PolicyRule {
  return { nonResourceURLs, verbs: ['get'] };
}

function withStatus(...names: string[]): string[] {
  return names.flatMap(name => [name, `${name}/status`]);
}

const scaled = ['deployments', 'replicasets', 'statefulsets'].map(name => `${name}/scale`);
const seen = [
  'pods',
  'replicationcontrollers',
  'replicationcontrollers/scale',
  'serviceaccounts',
  'endpoints',
  'configmaps',
];

const viewRules = [
  rule(read, [''], ...seen, ...withStatus('services', 'persistentvolumeclaims')),
  rule(
    read,
    [''],
    'limitranges',
    'resourcequotas',
    'bindings',
    'events',
    'pods/status',
    'resourcequotas/status',
    'namespaces/status',
    'replicationcontrollers/status',
    'pods/log',
  ),
  rule(read, [''], 'namespaces'),
  rule(read, ['events.k8s.io'], 'events'),
  rule(read, ['discovery.k8s.io'], 'endpointslices'),
  rule(
    read,
    ['apps'],
    'controllerrevisions',
    ...withStatus('statefulsets', 'daemonsets', 'deployments', 'replicasets'),
    ...scaled,
  ),
  rule(read, ['autoscaling'], ...withStatus('horizontalpodautoscalers')),
  rule(read, ['batch'], ...withStatus('jobs', 'cronjobs')),
  rule(read, ['policy'], ...withStatus('poddisruptionbudgets')),
  rule(read, ['networking.k8s.io'], 'networkpolicies', ...withStatus('ingresses')),
];

const inPods = ['pods/attach', 'pods/proxy', 'pods/exec', 'pods/portforward'];

const editRules = [
  rule(read, [''], ...inPods, 'secrets', 'services/proxy'),
  rule(['impersonate'], [''], 'serviceaccounts'),
  rule(write, [''], 'pods', ...inPods),
  rule(['create'], [''], 'pods/eviction'),
  rule(
    write,
    [''],
    'replicationcontrollers',
    'replicationcontrollers/scale',
    'serviceaccounts',
    'services',
    'services/proxy',
    'persistentvolumeclaims',
    'configmaps',
    'secrets',
    'events',
  ),
  rule(['create'], [''], 'serviceaccounts/token'),
  rule(write, ['events.k8s.io'], 'events'),
  rule(write, ['apps'], 'statefulsets', 'daemonsets', 'deployments', 'deployments/rollback', 'replicasets', ...scaled),
  rule(write, ['autoscaling'], 'horizontalpodautoscalers'),
  rule(write, ['batch'], 'jobs', 'cronjobs'),
  rule(write, ['policy'], 'poddisruptionbudgets'),
  rule(write, ['networking.k8s.io'], 'networkpolicies', 'ingresses'),
  rule(readWrite, ['coordination.k8s.io'], 'leases'),
];

const adminRules = [
  rule(['create'], ['authorization.k8s.io'], 'localsubjectaccessreviews'),
  rule(readWrite, ['rbac.authorization.k8s.io'], 'roles', 'rolebindings'),
];

const basicUserRules = [
  rule(['create'], ['authorization.k8s.io'], 'selfsubjectaccessreviews', 'selfsubjectrulesreviews'),
  rule(['create'], ['authentication.k8s.io'], 'selfsubjectreviews'),
];

const everything: PolicyRule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
];

const health = ['/healthz', '/livez', '/readyz'];
const versions = ['/version', '/version/'];
const discovered = ['/api', '/api/*', '/apis', '/apis/*', ...health, '/openapi', '/openapi/*', ...versions].sort();
const monitored = [...health, ...health.map(path => `${path}/*`), '/metrics', '/metrics/slis'].sort();

export const bootstrapClusterRoles: readonly ClusterRole[] = [
  role('cluster-admin', everything),
  role('system:discovery', [urls(...discovered)]),
  role('system:monitoring', [urls(...monitored), rule(['get'], [''], 'nodes/metrics')]),
  role('system:basic-user', basicUserRules),
  role('system:public-info-viewer', [urls(...health, ...versions)]),
  aggregated('admin', [...adminRules, ...editRules, ...viewRules]),
  aggregated('edit', [...editRules, ...viewRules], 'admin'),
  aggregated('view', viewRules, 'edit'),
  role('system:aggregate-to-admin', adminRules, { [`${aggregateTo}admin`]: 'true' }),
  role('system:aggregate-to-edit', editRules, { [`${aggregateTo}edit`]: 'true' }),
  role('system:aggregate-to-view', viewRules, { [`${aggregateTo}view`]: 'true' }),
  role('system:auth-delegator', [
    rule(['create'], ['authentication.k8s.io'], 'tokenreviews'),
    rule(['create'], ['authorization.k8s.io'], 'subjectaccessreviews'),
  ]),
];

function role(name: string, rules: PolicyRule[], labels: Record<string, string> = {}): ClusterRole {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: {
      name,
      annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
      labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    },
    rules,
  };
}

/** Its rules are those of others, which a controller keeps together; `into` is the role that takes it in. */
function aggregated(name: string, rules: PolicyRule[], into?: string): ClusterRole {
  const clusterRoleSelectors = [{ matchLabels: { [`${aggregateTo}${name}`]: 'true' } }];
  const labels = into === undefined ? {} : { [`${aggregateTo}${into}`]: 'true' };
  return { ...role(name, rules, labels), aggregationRule: { clusterRoleSelectors } };
}

/** Who is bound to which of them from the start. */
export const bootstrapBindings: Readonly<Record<string, readonly string[]>> = {
  'cluster-admin': ['system:masters'],
  'system:monitoring': ['system:monitoring'],
  'system:discovery': ['system:authenticated'],
  'system:basic-user': ['system:authenticated'],
  'system:public-info-viewer': ['system:authenticated', 'system:unauthenticated'],
};
