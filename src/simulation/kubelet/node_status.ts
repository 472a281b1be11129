import type { Condition, Node } from '../../kubernetes/objects.ts';
import { type ApiClient, ApiError } from '../api/client.ts';

export type Pressure = 'MemoryPressure' | 'DiskPressure' | 'PIDPressure';

/** What a node says of itself beside its size. */
export interface NodeHealth {
  pressures: ReadonlySet<Pressure>;
  /** Why it can't run pods. */
  problem: string | undefined;
}

const pressureTexts: Record<Pressure, [well: string, wellText: string, ill: string, illText: string]> = {
  MemoryPressure: [
    'KubeletHasSufficientMemory',
    'kubelet has sufficient memory available',
    'KubeletHasInsufficientMemory',
    'kubelet has insufficient memory available',
  ],
  DiskPressure: [
    'KubeletHasNoDiskPressure',
    'kubelet has no disk pressure',
    'KubeletHasDiskPressure',
    'kubelet has disk pressure',
  ],
  PIDPressure: [
    'KubeletHasSufficientPID',
    'kubelet has sufficient PID available',
    'KubeletHasInsufficientPID',
    'kubelet has insufficient PID available',
  ],
};

/** The conditions of a node, in the order of a kubelet; each keeps the time of its last change. */
export function nodeConditions(health: NodeHealth, before: readonly Condition[], now: string): Condition[] {
  const pressures = (Object.keys(pressureTexts) as Pressure[]).map((type): Condition => {
    const [well, wellText, ill, illText] = pressureTexts[type];
    const isIll = health.pressures.has(type);
    const text = isIll ? { reason: ill, message: illText } : { reason: well, message: wellText };
    return { type, status: isIll ? 'True' : 'False', ...text };
  });
  const ready: Condition =
    health.problem === undefined
      ? { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
      : { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: health.problem };
  return [...pressures, ready].map(condition => {
    const last = before.find(({ type }) => type === condition.type);
    const since = last?.status === condition.status ? (last.lastTransitionTime ?? now) : now;
    return { ...condition, ...{ lastHeartbeatTime: now }, lastTransitionTime: since };
  });
}

/** Registers the node, or takes over the one that is there. */
export async function registerNode(client: ApiClient, node: Node): Promise<void> {
  const { name } = node.metadata;
  const labels = {
    'beta.kubernetes.io/arch': architectureOf(node),
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': architectureOf(node),
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    ...node.metadata.labels,
  };
  const object = { ...node, metadata: { ...node.metadata, labels } };
  try {
    await client.create<Node>('nodes', object);
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 409)) throw error;
  }
}

export function internalIP(node: Node): string | undefined {
  return node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
}

export function architectureOf({ metadata, status }: Node): string {
  return metadata.labels?.['kubernetes.io/arch'] ?? status?.nodeInfo?.['architecture'] ?? 'amd64';
}

/** All of a node's status but its conditions. */
export function fixedStatus(node: Node): NonNullable<Node['status']> {
  const capacity = { cpu: '4', memory: '8Gi', pods: '110', 'ephemeral-storage': '100Gi', ...node.status?.capacity };
  return {
    ...node.status,
    capacity,
    allocatable: { ...capacity, ...node.status?.allocatable },
    addresses: node.status?.addresses ?? [{ type: 'Hostname', address: node.metadata.name }],
    nodeInfo: {
      architecture: architectureOf(node),
      operatingSystem: 'linux',
      osImage: 'Debian GNU/Linux 13 (trixie)',
      kernelVersion: '6.12.0-amd64',
      kubeletVersion: 'v1.36.3',
      kubeProxyVersion: '',
      containerRuntimeVersion: 'containerd://2.4.2',
      ...node.status?.nodeInfo,
    },
  };
}
