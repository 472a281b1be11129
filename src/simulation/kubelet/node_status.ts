import type { Condition, Node } from '../../kubernetes/objects.ts';
import { type ApiClient, ApiError } from '../api/client.ts';

const healthy: [type: string, status: 'True' | 'False', reason: string, message: string][] = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
];

/** Registers the node, or takes over the one that is there, and says that it is ready. */
export async function registerNode(client: ApiClient, node: Node, time: string): Promise<void> {
  const { name } = node.metadata;
  const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', ...node.metadata.labels };
  const object = { ...node, metadata: { ...node.metadata, labels } };
  try {
    await client.create<Node>('nodes', object);
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 409)) throw error;
  }
  const body = { status: statusOf(node, time) };
  await client.patch<Node>({ resource: 'nodes', name }, { type: 'merge', body, subresource: 'status' });
}

export function internalIP(node: Node): string | undefined {
  return node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
}

function statusOf(node: Node, time: string): NonNullable<Node['status']> {
  const capacity = { cpu: '4', memory: '8Gi', pods: '110', ...node.status?.capacity };
  const conditions: Condition[] = healthy.map(([type, status, reason, message]) => ({
    type,
    status,
    reason,
    message,
    lastTransitionTime: time,
  }));
  const addresses = node.status?.addresses ?? [{ type: 'Hostname', address: node.metadata.name }];
  const nodeInfo = {
    kubeletVersion: 'v1.36.3',
    containerRuntimeVersion: 'containerd://2.4.2',
    ...node.status?.nodeInfo,
  };
  return { capacity, allocatable: { ...capacity, ...node.status?.allocatable }, conditions, addresses, nodeInfo };
}
