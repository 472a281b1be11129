import type { ResourceList } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { hashOf } from '../../lib/hash.ts';
import type { ApiClient } from '../api/client.ts';
import type { EventRecorder } from '../controllers/event_recorder.ts';
import type { World } from '../programs/world.ts';
import type { Network } from '../traffic/network.ts';
import type { NodeImages } from './images.ts';

/** What everything on one node shares. */
export interface NodeContext {
  name: string;
  client: ApiClient;
  clock: Clock;
  world: World;
  network: Network;
  events: EventRecorder;
  /** The images that were pulled already: they stay, whatever becomes of them in their registry. */
  images: NodeImages;
  hostIP: string;
  architecture: string;
  allocatable(): ResourceList;
  /** Aborted when the kubelet is stopped. */
  stopped: AbortSignal;
  /** Whether the node is able to look after its pods. */
  isWorking(): boolean;
  /** Why pods can't have a network on it. */
  networkProblem(): string | undefined;
  /** A container has started. */
  onRun(): void;
  /** Milliseconds between two looks at a pod that isn't as it should be. */
  syncEvery: number;
}

/** Milliseconds that things take on a node. */
export const pace = {
  /** From a pod's arrival until its network is there. */
  sandbox: 1200,
  /** To create and start a container. */
  start: 300,
  /** The kubelet asks its runtime what has changed once in so long. */
  relist: 1000,
  /** It looks for pods that are due once in so long. */
  tick: 1000,
  /** To take away what is left of a pod whose containers are done. */
  clear: 800,
  /** From one look at a pod to the next when there is news. */
  turn: 50,
} as const;

/** How events name a container of their pod. */
export function containerPath(name: string, isInit: boolean): string {
  return `spec.${isInit ? 'initContainers' : 'containers'}{${name}}`;
}

/** The instant of the next turn of something that comes round every `period`, each node at its own phase. */
export function nextTurn(key: string, period: number, now: number): number {
  const phase = Math.floor(shareOf([key, 'phase']) * period);
  return phase + (Math.floor((now - phase) / period) + 1) * period;
}

/** A share between 0 and 1 that looks random and is always the same. */
function shareOf(key: unknown): number {
  return Number.parseInt(hashOf(key, 8), 16) / 2 ** 32;
}

/** Kubelets spread what they do again and again by up to a half; we keep away from both ends of that. */
export function jittered(ms: number, key: unknown): number {
  return Math.round(ms * (1.1 + 0.3 * shareOf(key)));
}

/** Runs beside its caller until `signal` ends it; any other error is a bug, and goes to the top. */
export function runBeside(task: Promise<void>, signal: AbortSignal): void {
  task.catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
