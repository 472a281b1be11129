import type { Node, Pod } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { hashOf } from '../../lib/hash.ts';
import { timestamp } from '../../lib/timestamp.ts';
import type { ApiClient, LogLine, LogSource } from '../api/client.ts';
import { createEventRecorder } from '../controllers/event_recorder.ts';
import { isOver } from '../controllers/pods.ts';
import type { World } from '../programs/world.ts';
import { createNetwork, type Network } from '../traffic/network.ts';
import type { NodeContext } from './node_context.ts';
import { internalIP, registerNode } from './node_status.ts';
import { type PodWorker, startPod } from './pod_worker.ts';

export interface Kubelet {
  /** Settles when the node is registered; rejects when the API refuses it. */
  registered: Promise<void>;
  /** The logs of this node's pods; `undefined` for a pod that isn't here. */
  logs: (...query: Parameters<LogSource>) => ReturnType<LogSource> | undefined;
  /** What the running containers use at this moment. */
  usage(): ContainerUsage[];
  stop(): void;
}

export interface ContainerUsage {
  namespace: string;
  pod: string;
  container: string;
  memoryBytes: number;
  cpuCores: number;
}

export interface KubeletOptions {
  client: ApiClient;
  clock: Clock;
  world: World;
  /** The one of the whole cluster; otherwise the kubelet keeps one for its own pods. */
  network?: Network;
  /** Its name, labels, taints and `status.capacity`; pods get addresses from `spec.podCIDR`. */
  node: Node;
  /** Seconds between two looks at a pod that isn't as it should be. */
  syncSeconds?: number;
  /** What the node has pulled before we look. */
  images?: string[];
}

/** Plays one node: runs the pods that are bound to it, as far as the world lets them. */
export function createKubelet(options: KubeletOptions): Kubelet {
  const { client, clock, world, node, syncSeconds = 10, images = [] } = options;
  const network = options.network ?? createNetwork({ client, world });
  const { name } = node.metadata;
  const nextIP = podAddresses(node);
  const context: NodeContext = {
    client,
    clock,
    world,
    network,
    events: createEventRecorder({ client, clock, component: 'kubelet', host: name }),
    images: new Set(images),
    hostIP: internalIP(node) ?? nextIP(),
    syncEvery: syncSeconds * 1000,
  };
  const workers = new Map<string, { pod: Pod; worker: PodWorker }>();
  const registered = registerNode(client, node, timestamp(clock.now()));

  const unwatch = client.watch<Pod>('pods', ({ type, object: pod }) => {
    if (pod.spec.nodeName !== name) return;
    const uid = pod.metadata.uid ?? '';
    const known = workers.get(uid);
    if (type === 'DELETED') {
      known?.worker.abandon();
      workers.delete(uid);
    } else if (known) known.worker.update(pod);
    else if (!isOver(pod)) accept(pod, uid);
  });

  function accept(pod: Pod, uid: string): void {
    const worker = startPod(context, structuredClone(pod), nextIP());
    workers.set(uid, { pod, worker });
    worker.update(pod);
  }

  return {
    registered,
    logs(pod, query) {
      const known = workers.get(pod.metadata.uid ?? '');
      return known && readLogs(known.worker, pod, query, clock.now());
    },
    usage: () => [...workers.values()].flatMap(({ pod, worker }) => usageOf(pod, worker, clock.now())),
    stop() {
      unwatch();
      if (!options.network) network.stop();
      for (const { worker } of workers.values()) worker.abandon();
    },
  };
}

/** The logs of all nodes, for the API server. */
export function logsOf(kubelets: readonly Kubelet[]): LogSource {
  return (pod, query) => {
    for (const kubelet of kubelets) {
      const lines = kubelet.logs(pod, query);
      if (lines) return lines;
    }
    return { error: `no kubelet answers for the node of pod ${pod.metadata.name}` };
  };
}

type Query = Parameters<LogSource>[1];

function readLogs(
  worker: PodWorker,
  pod: Pod,
  { container, previous }: Query,
  now: number,
): readonly LogLine[] | { error: string } {
  const life = worker.lives.get(container);
  const who = `container "${container}" in pod "${pod.metadata.name}"`;
  if (!life) return { error: `container ${container} is not valid for pod ${pod.metadata.name}` };
  const log = previous ? life.logs.previous : life.logs.current;
  if (log) return log.read(now);
  if (previous) return { error: `previous terminated ${who} not found` };
  const reason = life.status.state.waiting?.reason;
  const isPulling = reason === 'ErrImagePull' || reason === 'ImagePullBackOff';
  if (isPulling) return { error: `${who} is waiting to start: trying and failing to pull image` };
  return reason === undefined ? [] : { error: `${who} is waiting to start: ${reason}` };
}

function usageOf({ metadata }: Pod, { lives }: PodWorker, now: number): ContainerUsage[] {
  const { namespace = '', name } = metadata;
  return [...lives].flatMap(([container, { running }]) => {
    if (!running) return [];
    const seconds = (now - running.startedAt) / 1000;
    const { process } = running;
    const usage = { memoryBytes: Math.round(process.memoryAt(seconds)), cpuCores: process.cpuAt(seconds) };
    return [{ namespace, pod: name, container, ...usage }];
  });
}

/** Addresses from the node's range, one after the other; a range is made up when the node names none. */
function podAddresses(node: Node): () => string {
  const madeUp = `10.244.${Number.parseInt(hashOf(node.metadata.name, 2), 16)}.0/24`;
  const [a, b, c] = (node.spec?.podCIDR ?? madeUp).split('.');
  let last = 0;
  return () => {
    last = (last % 254) + 1;
    return `${a}.${b}.${c}.${last}`;
  };
}
