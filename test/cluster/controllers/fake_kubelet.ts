import type { Pod } from '../../../src/kubernetes/objects.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import type { ApiClient, Target } from '../../../src/simulation/api/client.ts';

/**
 * Plays nodes on which nothing takes time: a pod is ready as soon as it has a node, and gone as soon as it is deleted.
 * What its image is tagged with decides: `broken` can't be pulled, `done` ends well, `failed` doesn't.
 */
export async function startFakeKubelet(deps: { client: ApiClient; clock: Clock }, nodes: readonly string[]) {
  const { client, clock } = deps;
  const stopping = new AbortController();
  for (const node of nodes) await register(client, clock, node);
  const stopWatching = client.watch<Pod>('pods', ({ type, object }) => {
    if (type === 'DELETED' || !nodes.includes(object.spec.nodeName ?? '')) return;
    // Somebody else may be faster, or the pod may be gone: what comes next will say so.
    void look(client, clock, object).catch(() => {});
  });
  void renewLeases(deps, nodes, stopping.signal);
  return {
    stop() {
      stopping.abort();
      stopWatching();
    },
  };
}

const resources = { cpu: '4', memory: '8Gi', pods: '110', 'ephemeral-storage': '100Gi' };

async function register(client: ApiClient, clock: Clock, name: string): Promise<void> {
  const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' };
  await client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });
  const now = timeOf(clock);
  const healthy = { reason: 'Fake', message: 'It is well.', lastHeartbeatTime: now, lastTransitionTime: now };
  const conditions = [
    { type: 'MemoryPressure', status: 'False', ...healthy },
    { type: 'DiskPressure', status: 'False', ...healthy },
    { type: 'PIDPressure', status: 'False', ...healthy },
    { type: 'Ready', status: 'True', ...healthy },
  ];
  const status = { capacity: resources, allocatable: resources, conditions };
  await client.patch({ resource: 'nodes', name }, { type: 'merge', body: { status }, subresource: 'status' });
  await client.create('leases.coordination.k8s.io', {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease' },
    ...{ spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: now.replace('Z', '.000000Z') } },
  });
}

async function renewLeases(
  { client, clock }: { client: ApiClient; clock: Clock },
  nodes: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(10_000, signal).catch(() => {});
    if (signal.aborted) return;
    const body = { spec: { renewTime: timeOf(clock).replace('Z', '.000000Z') } };
    for (const name of nodes) {
      const target = { resource: 'leases.coordination.k8s.io', name, namespace: 'kube-node-lease' };
      await client.patch(target, { type: 'merge', body }).catch(() => {});
    }
  }
}

async function look(client: ApiClient, clock: Clock, pod: Pod): Promise<void> {
  const { name, namespace = '', uid = '', deletionTimestamp } = pod.metadata;
  const target: Target = { resource: 'pods', name, namespace };
  if (deletionTimestamp !== undefined) {
    await client.delete(target, { gracePeriodSeconds: 0, preconditions: { uid } });
    return;
  }
  if (pod.status?.phase !== 'Pending' || pod.status.startTime !== undefined) return;
  await client.patch(target, { type: 'strategic', body: { status: statusOf(pod, clock) }, subresource: 'status' });
}

function statusOf(pod: Pod, clock: Clock): Record<string, unknown> {
  const now = timeOf(clock);
  const tag = pod.spec.containers[0]?.image?.split(':').at(-1);
  const over = tag === 'done' || tag === 'failed';
  const ready = tag !== 'broken' && !over;
  const state = {
    broken: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } },
    done: { terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now } },
    failed: { terminated: { exitCode: 1, reason: 'Error', startedAt: now, finishedAt: now } },
  }[tag ?? ''] ?? { running: { startedAt: now } };
  const condition = (type: string, holds: boolean) => ({
    type,
    status: holds ? 'True' : 'False',
    lastTransitionTime: now,
  });
  return {
    phase: { broken: 'Pending', done: 'Succeeded', failed: 'Failed' }[tag ?? ''] ?? 'Running',
    startTime: now,
    conditions: [condition('Initialized', true), condition('ContainersReady', ready), condition('Ready', ready)],
    podIP: addressOf(pod),
    podIPs: [{ ip: addressOf(pod) }],
    containerStatuses: pod.spec.containers.map(({ name, image }) => ({
      ...{ name, image, imageID: image, ready, started: ready, restartCount: 0, state },
    })),
  };
}

/** Made of the uid, so that pods differ. */
function addressOf({ metadata }: Pod): string {
  const digits = Number.parseInt((metadata.uid ?? '0').slice(0, 4), 16) || 1;
  return `10.1.${(digits >> 8) & 255}.${(digits & 127) + 1}`;
}

function timeOf(clock: Clock): string {
  return new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
}
