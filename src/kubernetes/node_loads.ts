import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { ClusterReader, ClusterWatcher } from './cluster.ts';
import { type Follower, follow } from './follow.ts';
import { kinds } from './kinds.ts';
import { isPlaced, loadsOf, type NodeLoad, nodeFactsOf, requestedBy } from './node_load.ts';
import type { Node, Pod } from './objects.ts';
import { createPodIndex, type PodIndex } from './pod_index.ts';

export interface LoadReading {
  loads: NodeLoad[];
  /** Not all pods or nodes could be looked at. */
  incomplete: boolean;
  /** Why this may be old or not yet whole, as a sentence. */
  doubt?: string;
}

/** What is requested on every node. */
export interface NodeLoads {
  /** Whether the cluster is known to be large: then its pods are better not read. */
  follows(): boolean;
  read(cluster: ClusterReader, signal: AbortSignal): Promise<LoadReading>;
}

/** Up to so many pods a cluster is read for each question; beyond, its pods are followed. */
const mostToRead = 2_500;
const mostNodes = 10_000;
const patienceMs = 10_000;
const firstReading = "The cluster's pods are being read for the first time: ask again in a minute.";

/** Reads them each time. */
export const readNodeLoads: NodeLoads = {
  follows: () => false,
  read: (cluster, signal) => readAll(cluster, signal),
};

async function readAll(cluster: ClusterReader, signal: AbortSignal, mostPods?: number): Promise<LoadReading> {
  const [nodes, pods] = await Promise.all([
    cluster.list<Node>(kinds.node, { limit: mostNodes }, signal),
    cluster.list<Pod>(kinds.pod, mostPods === undefined ? {} : { limit: mostPods }, signal),
  ]);
  const incomplete = !!(nodes.metadata.continue || pods.metadata.continue);
  return { loads: loadsOf(nodes.items, pods.items), incomplete };
}

export interface FollowedLoads extends NodeLoads {
  stop(): Promise<void>;
}

interface Following {
  index: PodIndex;
  /** Resolves when everything that was there has come. */
  ready: Promise<unknown>;
  trouble(): string | undefined;
  ended: Promise<unknown>;
}

/**
 * Reads small clusters each time. A large one is read once, the first time that it is asked about, and followed from
 * then on: the next question costs the API server nothing.
 */
export function createNodeLoads(deps: {
  watcher: ClusterWatcher;
  clock: Pick<Clock, 'sleep'>;
  log: Log;
  mostToRead?: number;
  /** How long a first reading of everything is waited for. */
  patienceMs?: number;
}): FollowedLoads {
  const stopped = new AbortController();
  const limit = deps.mostToRead ?? mostToRead;
  const patience = deps.patienceMs ?? patienceMs;
  let following: Following | undefined;

  function start(): Following {
    const index = createPodIndex();
    const troubles = new Map<string, string | undefined>();
    const on = (what: string) => ({
      ...deps,
      signal: stopped.signal,
      onTrouble: (problem: string | undefined) => void troubles.set(what, problem),
    });
    const pods = readiness(podsInto(index));
    const nodes = readiness(nodesInto(index));
    const ended = Promise.all([
      follow(kinds.pod, pods.follower, on('pods')),
      follow(kinds.node, nodes.follower, on('nodes')),
    ]);
    const ready = Promise.all([pods.ready, nodes.ready]);
    return { index, ready, ended, trouble: () => [...troubles.values()].find(problem => problem !== undefined) };
  }

  return {
    follows: () => following !== undefined,
    async read(cluster, signal) {
      if (!following) {
        const small = await readAll(cluster, signal, limit);
        if (!small.incomplete) return small;
        following ??= start();
      }
      const { index, ready, trouble } = following;
      if (!(await comesInTime(ready, { ms: patience, clock: deps.clock, signal }))) {
        return { loads: index.loads(), incomplete: true, doubt: firstReading };
      }
      const problem = trouble();
      const doubt = `The counts may be old: changes can't be followed (${problem}).`;
      return { loads: index.loads(), incomplete: false, ...(problem === undefined ? {} : { doubt }) };
    },
    async stop() {
      stopped.abort(new DOMException('stopped', 'AbortError'));
      await following?.ended;
    },
  };
}

function podsInto(index: PodIndex): Follower<Pod> {
  const uidOf = ({ metadata }: Pod) => metadata.uid ?? `${metadata.namespace}/${metadata.name}`;
  return {
    begin: () => index.readAnew('pods'),
    complete: () => index.forgetUnseen('pods'),
    put: pod =>
      isPlaced(pod) ? index.putPod(uidOf(pod), pod.spec.nodeName ?? '', requestedBy(pod)) : index.removePod(uidOf(pod)),
    remove: pod => index.removePod(uidOf(pod)),
  };
}

function nodesInto(index: PodIndex): Follower<Node> {
  return {
    begin: () => index.readAnew('nodes'),
    complete: () => index.forgetUnseen('nodes'),
    put: node => index.putNode(nodeFactsOf(node)),
    remove: node => index.removeNode(node.metadata.name),
  };
}

/** The same follower, and when it has first been complete. */
function readiness<T extends Node | Pod>(follower: Follower<T>) {
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const complete = () => {
    follower.complete();
    resolve();
  };
  return { ready, follower: { ...follower, complete } };
}

/** Whether it is done within this time; throws when the one who waits goes away. */
async function comesInTime(
  work: Promise<unknown>,
  { ms, clock, signal }: { ms: number; clock: Pick<Clock, 'sleep'>; signal: AbortSignal },
): Promise<boolean> {
  signal.throwIfAborted();
  const done = new AbortController();
  const late = clock.sleep(ms, AbortSignal.any([signal, done.signal])).then(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    late.catch(() => undefined);
    done.abort();
  }
}
