import type { Clock } from '../../lib/clock.ts';
import type { ApiClient } from '../api/client.ts';
import type { EventRecorder } from '../controllers/event_recorder.ts';
import type { World } from '../programs/world.ts';
import type { Network } from '../traffic/network.ts';

/** What everything on one node shares. */
export interface NodeContext {
  client: ApiClient;
  clock: Clock;
  world: World;
  network: Network;
  events: EventRecorder;
  /** The images that were pulled already: they stay, whatever becomes of them in their registry. */
  images: Set<string>;
  hostIP: string;
  /** Milliseconds between two looks at a pod that isn't as it should be. */
  syncEvery: number;
}

/** Milliseconds that things take on a node. */
export const pace = {
  /** From a pod's arrival until its network is there. */
  sandbox: 1200,
  /** To create and start a container. */
  start: 300,
  /** Until the kubelet notices that a container has ended. */
  notice: 800,
  /** From there to the next step. */
  sync: 1000,
} as const;

/** How events name a container of their pod. */
export function containerPath(name: string, isInit: boolean): string {
  return `spec.${isInit ? 'initContainers' : 'containers'}{${name}}`;
}

/** Runs beside its caller until `signal` ends it; any other error is a bug, and goes to the top. */
export function runBeside(task: Promise<void>, signal: AbortSignal): void {
  task.catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
