import type { Node, Pod } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { hashOf } from '../../lib/hash.ts';
import type { ApiClient, LogSource } from '../api/client.ts';
import { createEventRecorder } from '../controllers/event_recorder.ts';
import { isActive, isOver } from '../controllers/pods.ts';
import type { World } from '../programs/world.ts';
import { createNetwork, type Network } from '../traffic/network.ts';
import { refusalOf } from './admission.ts';
import { logOf } from './container_logs.ts';
import { startEviction } from './eviction.ts';
import { startHeartbeat } from './heartbeat.ts';
import { createNodeImages } from './images.ts';
import { createLink } from './link.ts';
import { type NodeContext, runBeside } from './node_context.ts';
import { type NodeFailure, networkProblem, problemOf } from './node_failures.ts';
import { architectureOf, fixedStatus, internalIP, registerNode } from './node_status.ts';
import { type ContainerUsage, usageOf } from './node_usage.ts';
import { type PodWorker, startPod } from './pod_worker.ts';
import { rejectPod } from './reject_pod.ts';

export interface Kubelet {
  /** Settles when the node is registered; rejects when the API refuses it. */
  registered: Promise<void>;
  /** The logs of this node's pods; `undefined` for a pod that isn't here. */
  logs: (...query: Parameters<LogSource>) => ReturnType<LogSource> | undefined;
  /** What the running containers use at this moment. */
  usage(): ContainerUsage[];
  fail(how: NodeFailure): void;
  /** Ends all failures. */
  recover(): void;
  /** Memory and disk that others than pods take of the node; enough of it puts the node under pressure. */
  occupy(taken: { memoryBytes?: number; diskBytes?: number }): void;
  stop(): void;
}

export interface KubeletOptions {
  client: ApiClient;
  clock: Clock;
  world: World;
  /** The one of the whole cluster; otherwise the kubelet keeps one for its own pods. */
  network?: Network;
  /** Its name, labels, taints and `status.capacity`; pods get addresses from `spec.podCIDR`. */
  node: Node;
  /** Seconds between two looks at a pod that isn't as it should be. A kubelet's own default is a minute. */
  syncSeconds?: number;
  /** What the node has pulled before we look. */
  images?: string[];
}

/** Plays one node: runs the pods that are bound to it, as far as the world lets them. */
export function createKubelet(options: KubeletOptions): Kubelet {
  const { clock, world, node } = options;
  const { name } = node.metadata;
  const stopped = new AbortController();
  const link = createLink(options.client);
  const { client } = link;
  const network = options.network ?? createNetwork({ client, world });
  const events = createEventRecorder({ client, clock, component: 'kubelet', host: name });
  const workers = new Map<string, PodWorker>();
  const failures = new Set<NodeFailure>();
  const taken = { memoryBytes: 0, diskBytes: 0 };
  const nextIP = podAddresses(node);
  let latest: Node = { ...node, status: fixedStatus(node) };
  const say = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    events.record({ ...node, metadata: { name, uid: name } }, { type, reason, message });

  const eviction = startEviction({
    clock,
    world,
    capacity: fixedStatus(node).capacity ?? {},
    workers: () => workers.values(),
    occupied: () => taken,
    onPressure: () => void changed(),
    onThreshold: starved => say('Warning', 'EvictionThresholdMet', `Attempting to reclaim ${starved}`),
    signal: stopped.signal,
  });
  const context: NodeContext = {
    ...{ name, client, clock, world, network, events, stopped: stopped.signal },
    images: createNodeImages(options.images ?? []),
    hostIP: internalIP(node) ?? nextIP(),
    architecture: architectureOf(node),
    allocatable: () => latest.status?.allocatable ?? {},
    isWorking: () => !failures.has('runtime_down'),
    networkProblem: () => networkProblem(failures),
    onRun: eviction.lookAgain,
    syncEvery: (options.syncSeconds ?? defaultSyncSeconds) * 1000,
  };
  const health = () => ({ pressures: eviction.pressures, problem: problemOf(failures) });
  const starting = registerNode(client, node).then(async () => {
    const heartbeat = startHeartbeat({ client, clock, node, health, signal: stopped.signal });
    await heartbeat.report();
    return heartbeat;
  });

  /** The node says at once how it is now. */
  async function changed(): Promise<void> {
    for (const { reason } of statusChanges()) say('Normal', reason, `Node ${name} status is now: ${reason}`);
    await (await starting).report();
  }

  let saidBefore = new Set(['KubeletReady']);
  function statusChanges(): { reason: string }[] {
    const { pressures, problem } = health();
    const now = new Set([
      problem === undefined ? 'NodeReady' : 'NodeNotReady',
      pressures.has('MemoryPressure') ? 'NodeHasInsufficientMemory' : 'NodeHasSufficientMemory',
      pressures.has('DiskPressure') ? 'NodeHasDiskPressure' : 'NodeHasNoDiskPressure',
    ]);
    const news = [...now].filter(reason => !saidBefore.has(reason));
    saidBefore = now;
    return news.map(reason => ({ reason }));
  }
  statusChanges();

  const unwatch = client.watch<Pod>('pods', ({ type, object }) => onPod(type, object), {
    fieldSelector: `spec.nodeName=${name}`,
  });
  const unwatchNode = client.watch<Node>(
    'nodes',
    ({ type, object }) => {
      if (type !== 'DELETED') latest = object;
    },
    { fieldSelector: `metadata.name=${name}` },
  );

  function onPod(type: string, pod: Pod): void {
    if (pod.spec.nodeName !== name) return;
    const uid = pod.metadata.uid ?? '';
    const known = workers.get(uid);
    if (type === 'DELETED') {
      known?.abandon();
      workers.delete(uid);
    } else if (known) known.update(pod);
    else if (!isOver(pod)) accept(pod, uid);
  }

  function accept(pod: Pod, uid: string): void {
    const others = [...workers.values()].map(({ record }) => record.pod).filter(one => isActive(one) || !isOver(one));
    const refusal = refusalOf(pod, { node: latest, others, pressures: eviction.pressures });
    if (refusal) runBeside(rejectPod(context, pod, refusal), stopped.signal);
    else workers.set(uid, startPod(context, pod, nextIP()));
  }

  return {
    registered: starting.then(() => undefined),
    logs(pod, query) {
      const known = workers.get(pod.metadata.uid ?? '');
      return known && logOf(known.record, pod, query);
    },
    usage: () => [...workers.values()].flatMap(({ record }) => usageOf(world, record, clock.now())),
    fail(how) {
      failures.add(how);
      if (how === 'unreachable') link.setUp(false);
      else void changed();
    },
    recover() {
      failures.clear();
      link.setUp(true);
      for (const worker of workers.values()) worker.lookAgain();
      void changed();
    },
    occupy(more) {
      Object.assign(taken, more);
      eviction.lookAgain();
    },
    stop() {
      unwatch();
      unwatchNode();
      stopped.abort();
      if (!options.network) network.stop();
      for (const worker of workers.values()) worker.abandon();
    },
  };
}

/** Far less than a real kubelet's: what a pod waits for is seen soon, and costs nothing where nobody waits. */
const defaultSyncSeconds = 2;

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
