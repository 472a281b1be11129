import type { Container, Deployment, Pod, ReplicaSet } from '../../src/kubernetes/objects.ts';
import type { WorkloadFacts } from '../../src/kubernetes/workload.ts';

/** A Deployment `cart` in namespace `shop`, as an API server has it: revision 2 after revision 1. */
export function deployment(
  more: { containers?: Container[]; annotations?: Record<string, string>; status?: Deployment['status'] } = {},
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'cart', namespace: 'shop', uid: 'uid-cart', resourceVersion: '10', generation: 2 },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'cart' } },
      template: {
        metadata: { labels: { app: 'cart' }, ...(more.annotations ? { annotations: more.annotations } : {}) },
        spec: { containers: more.containers ?? [{ name: 'main', image: 'registry.example/cart:2' }] },
      },
    },
    ...(more.status ? { status: more.status } : {}),
  };
}

function replicaSet(revision: number, image: string): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `cart-${revision}`,
      namespace: 'shop',
      uid: `uid-cart-${revision}`,
      annotations: { 'deployment.kubernetes.io/revision': String(revision) },
    },
    spec: {
      selector: { matchLabels: { app: 'cart', 'pod-template-hash': `h${revision}` } },
      template: {
        metadata: { labels: { app: 'cart', 'pod-template-hash': `h${revision}` } },
        spec: { containers: [{ name: 'main', image }] },
      },
    },
  };
}

export function pod(
  name: string,
  createdAt: number,
  status: Partial<NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]>,
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', creationTimestamp: new Date(createdAt).toISOString() },
    spec: { containers: [{ name: 'main', image: 'registry.example/cart:2' }] },
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'main',
          image: '',
          imageID: '',
          ready: true,
          restartCount: 0,
          state: { running: { startedAt: '' } },
          lastState: {},
          ...status,
        },
      ],
    },
  };
}

export function facts(workload: Deployment, more: Partial<WorkloadFacts> = {}): WorkloadFacts {
  return {
    readAt: Date.parse('2026-11-21T10:00:00Z'),
    workload,
    replicaSets: [replicaSet(2, 'registry.example/cart:2'), replicaSet(1, 'registry.example/cart:1')],
    pods: [],
    ...more,
  };
}
