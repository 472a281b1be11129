import { ClusterError, type ClusterReader, type LogQuery } from '../../../src/kubernetes/cluster.ts';
import type {
  ConfigMap,
  Container,
  ContainerStatus,
  Deployment,
  KubeEvent,
  KubeList,
  KubeObject,
  Namespace,
  Node,
  Pod,
  ReplicaSet,
} from '../../../src/kubernetes/objects.ts';

/** The time at which all tests look at their worlds. */
export const now = Date.parse('2026-11-21T12:00:00Z');

/** A time so many seconds before. */
export const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();

export interface World extends ClusterReader {
  /** How many requests it has answered. */
  requests(): number;
}

/** A cluster that consists of the given objects and logs (by "namespace/pod", "…/previous" for the run before). */
export function createWorld(objects: readonly KubeObject[], logs: Record<string, string | ClusterError> = {}): World {
  let requests = 0;
  const sameKind = (object: KubeObject, kind: { apiVersion: string; kind: string }) =>
    object.kind === kind.kind && object.apiVersion === kind.apiVersion;
  return {
    requests: () => requests,
    async get<T extends KubeObject>(ref: Parameters<ClusterReader['get']>[0]) {
      requests += 1;
      const found = objects.find(
        object =>
          sameKind(object, ref) && object.metadata.name === ref.name && object.metadata.namespace === ref.namespace,
      );
      return found as T | undefined;
    },
    async list<T extends KubeObject>(
      kind: Parameters<ClusterReader['list']>[0],
      query: Parameters<ClusterReader['list']>[1] = {},
    ): Promise<KubeList<T>> {
      requests += 1;
      const items = objects.filter(
        object =>
          sameKind(object, kind) &&
          (query.namespace === undefined || object.metadata.namespace === query.namespace) &&
          hasLabels(object, query.labelSelector),
      ) as T[];
      const limit = query.limit ?? items.length;
      const metadata = { resourceVersion: '1', ...(items.length > limit ? { continue: 'more' } : {}) };
      return { apiVersion: kind.apiVersion, kind: `${kind.kind}List`, metadata, items: items.slice(0, limit) };
    },
    async logs(pod, query: LogQuery = {}) {
      requests += 1;
      const log = logs[`${pod.namespace}/${pod.name}${query.previous ? '/previous' : ''}`];
      if (log === undefined) throw new ClusterError(400, 'BadRequest', `no log of ${pod.name} is there`);
      if (log instanceof ClusterError) throw log;
      return `${log
        .trimEnd()
        .split('\n')
        .slice(-(query.tailLines ?? 1_000))
        .join('\n')}\n`;
    },
  };
}

function hasLabels(object: KubeObject, selector = ''): boolean {
  return selector
    .split(',')
    .filter(part => part !== '')
    .every(part => {
      const [key = '', value] = part.split('=');
      return object.metadata.labels?.[key] === value;
    });
}

export function namespace(name: string): Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, status: { phase: 'Active' } };
}

export function deployment(
  name: string,
  status: Deployment['status'],
  container: Partial<Container> = {},
  revision = 2,
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace: 'shop',
      uid: `deployment-${name}`,
      generation: 2,
      annotations: { 'deployment.kubernetes.io/revision': `${revision}` },
    },
    spec: {
      replicas: status?.replicas ?? 1,
      selector: { matchLabels: { app: name } },
      template: template(name, container),
    },
    status: { observedGeneration: 2, ...status },
  };
}

export function template(name: string, container: Partial<Container> = {}) {
  return {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name: 'main', image: `registry.example/${name}:1`, ...container }] },
  };
}

export function replicaSet(
  owner: string,
  revision: number,
  ready: number,
  replicas: number,
  container: Partial<Container> = {},
): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${owner}-r${revision}`,
      namespace: 'shop',
      uid: `replicaset-${owner}-${revision}`,
      creationTimestamp: ago(86_400 / revision),
      labels: { app: owner, 'pod-template-hash': `r${revision}` },
      annotations: { 'deployment.kubernetes.io/revision': `${revision}` },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'Deployment', name: owner, uid: `deployment-${owner}`, controller: true },
      ],
    },
    spec: { replicas, selector: { matchLabels: { app: owner } }, template: template(owner, container) },
    status: { replicas, readyReplicas: ready },
  };
}

interface PodFacts {
  owner?: string;
  revision?: number;
  phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  node?: string;
  labels?: Record<string, string>;
  container?: Partial<Container>;
  state?: ContainerStatus['state'];
  last?: ContainerStatus['lastState'];
  restarts?: number;
  ready?: boolean;
  conditions?: NonNullable<Pod['status']>['conditions'];
}

/** A pod that runs and is ready, except for what the facts say. */
export function pod(name: string, facts: PodFacts = {}): Pod {
  const { owner, revision = 2, phase = 'Running', ready = true } = facts;
  const container = { name: 'main', image: `registry.example/${owner ?? name}:1`, ...facts.container };
  const status: ContainerStatus = {
    name: 'main',
    image: container.image,
    imageID: '',
    ready,
    started: ready,
    restartCount: facts.restarts ?? 0,
    state: facts.state ?? { running: { startedAt: ago(600) } },
    lastState: facts.last ?? {},
  };
  const unready = { reason: 'ContainersNotReady', message: 'containers with unready status: [main]' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: `pod-${name}`,
      creationTimestamp: ago(600),
      labels: { ...(owner ? { app: owner, 'pod-template-hash': `r${revision}` } : {}), ...facts.labels },
      ...(owner
        ? {
            ownerReferences: [
              {
                apiVersion: 'apps/v1',
                kind: 'ReplicaSet',
                name: `${owner}-r${revision}`,
                uid: `replicaset-${owner}-${revision}`,
                controller: true,
              },
            ],
          }
        : {}),
    },
    spec: {
      containers: [container],
      ...(phase === 'Pending' && !facts.node ? {} : { nodeName: facts.node ?? 'node-a' }),
    },
    status: {
      phase,
      conditions: facts.conditions ?? [
        { type: 'Initialized', status: 'True' },
        ready ? { type: 'Ready', status: 'True' } : { type: 'Ready', status: 'False', ...unready },
        { type: 'PodScheduled', status: 'True' },
      ],
      containerStatuses: phase === 'Pending' && !facts.state ? [] : [status],
    },
  };
}

export function node(name: string, allocatable: Record<string, string>, more: Partial<Node> = {}): Node {
  const conditions = [{ type: 'Ready', status: 'True' as const }];
  return { apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { allocatable, conditions }, ...more };
}

export function event(
  about: { kind: string; name: string },
  facts: Partial<KubeEvent> & Pick<KubeEvent, 'reason' | 'message'>,
): KubeEvent {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${about.name}.${facts.reason}`, namespace: 'shop' },
    involvedObject: { ...about, namespace: 'shop' },
    type: 'Warning',
    firstTimestamp: ago(600),
    lastTimestamp: ago(20),
    ...facts,
  };
}

export function configMap(name: string, managedFields: unknown[] = []): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'shop', creationTimestamp: ago(9_000), managedFields },
    data: {},
  };
}
