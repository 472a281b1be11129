import type { Deployment, KubeEvent, Node, Pod, PodStatus, ReplicaSet } from '../../src/kubernetes/objects.ts';
import type { ApiClient } from '../../src/simulation/api/client.ts';

/** A cluster of this size, all of it written down as numbers, so that answers can be checked against them. */
export const large = {
  nodes: 5_000,
  pods: 100_000,
  namespaces: 100,
  /** In each namespace. */
  workloads: 20,
  /** That this one's pods have a state, and events. Those of the others were never looked at by a node. */
  home: 'team-7',
  /** Of the workloads at home, what is wrong. */
  crashing: 'app-3',
  withoutImage: 'app-5',
  /** Half of its pods. */
  waiting: 'app-9',
  closed: 'node-9',
};

export const podsOfOne = large.pods / large.namespaces / large.workloads;
export const requested = { cpu: 0.1, memory: 128 * 2 ** 20 };
export const allocatable = { cpu: 32, memory: 128 * 2 ** 30 };
export const eventsOfOne = 40;

const hash = '7d9f8b6c5';
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

export async function fill(client: ApiClient): Promise<void> {
  for (let i = 0; i < large.namespaces; i += 1) {
    await client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `team-${i}` } });
  }
  for (let i = 0; i < large.nodes; i += 1) await client.create<Node>('nodes', nodeNumber(i));
  const owners = new Map<string, string>();
  for (let i = 0; i < large.workloads; i += 1) owners.set(`app-${i}`, await createWorkload(client, `app-${i}`));
  for (let i = 0; i < large.pods; i += 1) {
    const pod = podNumber(i, owners);
    await client.create<Pod>('pods', pod);
    if (pod.metadata.namespace === large.home) await report(client, pod);
  }
}

/** Where the pod with this number lies, what it belongs to, and which of its workload it is. */
function placeOf(i: number) {
  const inNamespace = Math.floor(i / large.namespaces);
  return {
    namespace: `team-${i % large.namespaces}`,
    workload: `app-${inNamespace % large.workloads}`,
    ordinal: Math.floor(inNamespace / large.workloads),
  };
}

function nodeNumber(i: number): Node {
  const room = { cpu: String(allocatable.cpu), memory: '128Gi', pods: '110' };
  const name = `node-${i}`;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'topology.kubernetes.io/zone': `zone-${i % 3}` } },
    spec: name === large.closed ? { unschedulable: true } : {},
    status: { capacity: room, allocatable: room, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

function isWaiting({ namespace, workload, ordinal }: ReturnType<typeof placeOf>): boolean {
  return namespace === large.home && workload === large.waiting && ordinal % 2 === 1;
}

/** With the uids of those that own the pods at home; nobody looks for the others. */
function podNumber(i: number, owners: ReadonlyMap<string, string>): Pod {
  const place = placeOf(i);
  const { namespace, workload } = place;
  const controller = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: `${workload}-${hash}`,
    uid: owners.get(workload)!,
  };
  const resources = { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${workload}-${hash}-${i}`,
      namespace,
      labels: { app: workload, 'pod-template-hash': hash },
      ownerReferences: [{ ...controller, controller: true }],
    },
    spec: {
      ...(isWaiting(place) ? {} : { nodeName: `node-${i % large.nodes}` }),
      serviceAccountName: 'default',
      automountServiceAccountToken: false,
      containers: [{ name: 'main', image: `registry.example/${workload}:1.0.0`, resources }],
    },
  } as Pod;
}

/** A Deployment with its ReplicaSet; gives the uid of that. */
async function createWorkload(client: ApiClient, name: string): Promise<string> {
  const labels = { app: name };
  const containers = [{ name: 'main', image: `registry.example/${name}:1.0.0` }];
  const metadata = { name, namespace: large.home, annotations: { 'deployment.kubernetes.io/revision': '1' } };
  const deployment = await client.create<Deployment>('deployments.apps', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: podsOfOne,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  });
  const withHash = { ...labels, 'pod-template-hash': hash };
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name, uid: deployment.metadata.uid!, controller: true };
  const set = await client.create<ReplicaSet>('replicasets.apps', {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { ...metadata, name: `${name}-${hash}`, labels: withHash, ownerReferences: [owner] },
    spec: {
      replicas: podsOfOne,
      selector: { matchLabels: withHash },
      template: { metadata: { labels: withHash }, spec: { containers } },
    },
  });
  return set.metadata.uid!;
}

/** What a node would say of the pod, and the events that it would have made. */
async function report(client: ApiClient, pod: Pod): Promise<void> {
  const { name, namespace = '', labels = {} } = pod.metadata;
  const status = statusOf(labels['app'] ?? '', pod);
  const target = { resource: 'pods', namespace, name };
  await client.patch(target, { type: 'merge', body: { status }, subresource: 'status' });
  const reason = status.containerStatuses?.[0]?.state.waiting?.reason;
  if (reason) await client.create<KubeEvent>('events', eventAbout(pod, 'Warning', 'BackOff', `${reason} of ${name}`));
  else await client.create<KubeEvent>('events', eventAbout(pod, 'Normal', 'Started', `Container started in ${name}`));
}

function eventAbout({ metadata }: Pod, type: 'Normal' | 'Warning', reason: string, message: string): KubeEvent {
  const { name, namespace = '' } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${reason.toLowerCase()}`, namespace },
    involvedObject: { kind: 'Pod', name, namespace },
    type,
    reason,
    message,
    count: eventsOfOne,
    firstTimestamp: ago(3_000),
    lastTimestamp: ago(60),
  };
}

function statusOf(workload: string, { spec }: Pod): PodStatus {
  const main = { name: 'main', image: '', imageID: '', started: false, restartCount: 0, lastState: {} };
  const unready = { type: 'Ready', status: 'False' as const, reason: 'ContainersNotReady' };
  const initialized = { type: 'Initialized', status: 'True' as const };
  if (spec.nodeName === undefined) {
    const message = '0/5000 nodes are available: 5000 Insufficient example.com/gpu.';
    const conditions = [{ type: 'PodScheduled', status: 'False' as const, reason: 'Unschedulable', message }];
    return { phase: 'Pending', conditions };
  }
  if (workload === large.crashing) {
    const terminated = { exitCode: 137, reason: 'OOMKilled', finishedAt: ago(60) };
    const state = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' } };
    const crashed = { ...main, ready: false, restartCount: 12, state, lastState: { terminated } };
    return { phase: 'Running', conditions: [initialized, unready], containerStatuses: [crashed] };
  }
  if (workload === large.withoutImage) {
    const message = `Back-off pulling image "registry.example/${workload}:1.0.0"`;
    const pulling = { ...main, ready: false, state: { waiting: { reason: 'ImagePullBackOff', message } } };
    return { phase: 'Pending', conditions: [initialized, unready], containerStatuses: [pulling] };
  }
  const running = { ...main, ready: true, started: true, state: { running: { startedAt: ago(3_000) } } };
  return {
    phase: 'Running',
    conditions: [initialized, { type: 'Ready', status: 'True' }],
    containerStatuses: [running],
  };
}
