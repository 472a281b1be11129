import type { RoleBinding } from '../../kubernetes/kinds/access.ts';
import type { PriorityClass } from '../../kubernetes/kinds/policy.ts';
import type { KubeObject } from '../../kubernetes/objects.ts';
import { bootstrapBindings, bootstrapClusterRoles } from './auth/bootstrap_roles.ts';
import { createIdentities } from './identity.ts';
import { ownService } from './own_service.ts';
import { create } from './verbs/create.ts';
import type { Backend } from './verbs/write.ts';

const namespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

const rbac = 'rbac.authorization.k8s.io';

/** What is there before anybody has asked for anything. */
export function bootstrap(backend: Backend, seed: string): void {
  const add = (resourceName: string, object: object) =>
    create(backend, { resource: backend.registry.find(resourceName)!, namespace: '' }, object);
  for (const name of namespaces) add('namespaces', { metadata: { name } });
  // Names of their own: what is added here one day changes none of those that come later.
  const others = { ...backend, identities: createIdentities(`${seed}/bootstrap`) };
  const addOther = (resourceName: string, object: object) =>
    create(others, { resource: backend.registry.find(resourceName)!, namespace: '' }, object);
  for (const role of bootstrapClusterRoles) addOther(`clusterroles.${rbac}`, role);
  for (const [name, groups] of Object.entries(bootstrapBindings)) {
    addOther(`clusterrolebindings.${rbac}`, bindingOf(name, groups));
  }
  for (const [resourceName, object] of ownService) {
    create(others, { resource: backend.registry.find(resourceName)!, namespace: 'default' }, object);
  }
  for (const [name, value] of priorities) addOther('priorityclasses.scheduling.k8s.io', priorityClass(name, value));
}

function bindingOf(name: string, groups: readonly string[]): Partial<RoleBinding> {
  return {
    metadata: {
      name,
      annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
      labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
    },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
    subjects: groups.map(group => ({ apiGroup: rbac, kind: 'Group', name: group })),
  };
}

const priorities = [
  ['system-node-critical', 2_000_001_000],
  ['system-cluster-critical', 2_000_000_000],
] as const;

function priorityClass(name: string, value: number): Partial<PriorityClass> & Pick<KubeObject, 'metadata'> {
  const place =
    name === 'system-node-critical'
      ? 'not be moved from their current node'
      : 'run in the cluster, but can be moved to another node if necessary';
  return {
    metadata: { name },
    value,
    description: `Used for system critical pods that must ${place}.`,
    preemptionPolicy: 'PreemptLowerPriority',
  };
}
