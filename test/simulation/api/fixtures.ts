import type { Deployment, KubeObject, Node, Pod, ReplicaSet } from '../../../src/kubernetes/objects.ts';
import type { Log } from '../../../src/lib/log.ts';
import { createVirtualClock } from '../../../src/lib/virtual_clock.ts';
import { createApiServer } from '../../../src/simulation/api/server.ts';

/** A server whose time stands still, so that everything it says can be foretold. */
export function testServer(options: { historyLimit?: number; log?: Log } = {}) {
  const clock = createVirtualClock({ start: Date.parse('2026-03-01T12:00:00Z') });
  const server = createApiServer({ clock, ...options });
  return { server, clock, client: server.client() };
}

export function pod(name: string, labels: Record<string, string> = { app: 'web' }): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels },
    spec: { containers: [{ name: 'app', image: 'registry.example/web:1' }] },
  };
}

export function deployment(name: string, image = 'registry.example/web:1'): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default', labels: { app: name } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image }] } },
    },
  };
}

/** A revision of a deployment, as its controller would have made it. */
export function revision(owner: Deployment, number: number, image: string): ReplicaSet {
  const labels = { ...owner.spec.selector.matchLabels, 'pod-template-hash': `hash${number}` };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${owner.metadata.name}-hash${number}`,
      namespace: 'default',
      labels,
      annotations: { 'deployment.kubernetes.io/revision': String(number) },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          name: owner.metadata.name,
          uid: owner.metadata.uid ?? '',
          controller: true,
        },
      ],
    },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'app', image }] } },
    },
  };
}

export function node(name: string): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: {
      capacity: { cpu: '4', memory: '8Gi', pods: '110' },
      allocatable: { cpu: '4', memory: '8Gi', pods: '110' },
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
      addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
    },
  };
}

export function configMap(name: string, data: Record<string, string>): KubeObject & { data: Record<string, string> } {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data };
}
