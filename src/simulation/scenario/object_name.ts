import { z } from 'zod';
import type { KubeObject } from '../../kubernetes/objects.ts';
import type { Target } from '../api/client.ts';

/** An object as scenarios write it: `Deployment shop/catalog`, `Node node-a`. */
export interface ObjectName {
  kind: string;
  namespace?: string;
  name: string;
}

const written = /^([A-Z][A-Za-z]*) (?:([a-z0-9-]+)\/)?([a-z0-9][a-z0-9.-]*)$/;

export const ObjectName = z
  .string()
  .regex(written, 'expected an object such as "Deployment shop/catalog" or "Node node-a"')
  .transform(parseObjectName);

function parseObjectName(text: string): ObjectName {
  const [, kind = '', namespace, name = ''] = written.exec(text) ?? [];
  return { kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

export function textOf({ kind, namespace, name }: ObjectName): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

export function nameOfObject({ kind, metadata: { namespace, name } }: KubeObject): ObjectName {
  return { kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** The kinds that a scenario may hold, and the resource that each is reached by. */
export const resourceOfKind: Readonly<Record<string, string>> = {
  Namespace: 'namespaces',
  Node: 'nodes',
  PriorityClass: 'priorityclasses.scheduling.k8s.io',
  StorageClass: 'storageclasses.storage.k8s.io',
  PersistentVolume: 'persistentvolumes',
  IngressClass: 'ingressclasses.networking.k8s.io',
  ClusterRole: 'clusterroles.rbac.authorization.k8s.io',
  ClusterRoleBinding: 'clusterrolebindings.rbac.authorization.k8s.io',
  ServiceAccount: 'serviceaccounts',
  Role: 'roles.rbac.authorization.k8s.io',
  RoleBinding: 'rolebindings.rbac.authorization.k8s.io',
  ConfigMap: 'configmaps',
  Secret: 'secrets',
  ResourceQuota: 'resourcequotas',
  LimitRange: 'limitranges',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  Service: 'services',
  Ingress: 'ingresses.networking.k8s.io',
  NetworkPolicy: 'networkpolicies.networking.k8s.io',
  PodDisruptionBudget: 'poddisruptionbudgets.policy',
  Pod: 'pods',
  Deployment: 'deployments.apps',
  StatefulSet: 'statefulsets.apps',
  DaemonSet: 'daemonsets.apps',
  Job: 'jobs.batch',
  CronJob: 'cronjobs.batch',
  HorizontalPodAutoscaler: 'horizontalpodautoscalers.autoscaling',
};

export function targetOf({ kind, namespace, name }: ObjectName): Target {
  const resource = resourceOfKind[kind];
  if (resource === undefined) throw new Error(`expected one of ${Object.keys(resourceOfKind).join(', ')}, got ${kind}`);
  return { resource, name, ...(namespace === undefined ? {} : { namespace }) };
}
