import type { NodeUsage, PodUsage, UsageSource } from '../api/client.ts';
import type { Running, World } from './world.ts';

/** Cores that a container uses, for itself and for its requests. */
function coresOf(running: Running, now: number): number {
  return Math.min(coresAnyway(running, now) + running.load.cpuCores, running.cpuLimit ?? Infinity);
}

/** Cores that it uses without any request. */
export function coresAnyway({ process, startedAt }: Running, now: number): number {
  return process.cpuAt((now - startedAt) / 1000);
}

/** Bytes that it holds. */
export function bytesOf({ process, startedAt, load }: Running, now: number): number {
  return Math.round(process.memoryAt((now - startedAt) / 1000) + load.memoryBytes);
}

/** The share of its periods in which the kernel holds it back; a program that wants more than its limit always is. */
function throttledOf(running: Running, now: number): number {
  if (running.cpuLimit === undefined) return 0;
  return Math.max(running.load.throttled, throttledShare(coresAnyway(running, now) / running.cpuLimit));
}

/**
 * Use comes in bursts: the kernel holds a container back in some periods well before it uses all of its limit on
 * average, and in all of them at the end.
 */
export function throttledShare(use: number): number {
  return use > 0.5 ? Math.min(1, ((use - 0.5) / 0.5) ** 2) : 0;
}

/** What has been used since the start. Between two changes of the load it is a straight line. */
export interface Used {
  cpuSeconds: number;
  throttledSeconds: number;
  /** Up to when this is counted, in milliseconds since the epoch. */
  at: number;
}

export function usedAt(running: Running, now: number): Used {
  const { used } = running;
  const seconds = Math.max(0, now - used.at) / 1000;
  return {
    cpuSeconds: used.cpuSeconds + seconds * coresOf(running, now),
    throttledSeconds: used.throttledSeconds + seconds * throttledOf(running, now),
    at: Math.max(now, used.at),
  };
}

/** Counts up to `now`; call it before the load changes. */
export function accrue(running: Running, now: number): void {
  running.used = usedAt(running, now);
}

const windowMs = 15_000;

/** What metrics-server would say: of every pod that runs, and of every node with what it needs for itself. */
export function createUsageSource(deps: { world: World; now: () => number; nodes: readonly string[] }): UsageSource {
  const { world, now, nodes } = deps;

  function pods(): PodUsage[] {
    const at = now();
    const found = new Map<string, PodUsage>();
    for (const running of [...world.running.values()].flat()) {
      const { namespace, pod, podUid, container: name } = running;
      const known = found.get(podUid) ?? { namespace, pod, at, windowMs, containers: [] };
      known.containers.push({ name, cpuCores: coresOf(running, at), memoryBytes: bytesOf(running, at) });
      found.set(podUid, known);
    }
    return [...found.values()];
  }

  return {
    pods,
    nodes() {
      const at = now();
      const sums = new Map<string, NodeUsage>(
        nodes.map(node => [node, { node, at, windowMs, cpuCores: ownCores, memoryBytes: ownBytes }]),
      );
      for (const running of [...world.running.values()].flat()) {
        const sum = sums.get(running.node);
        if (!sum) continue;
        sum.cpuCores += coresOf(running, at);
        sum.memoryBytes += bytesOf(running, at);
      }
      return [...sums.values()];
    },
  };
}

/** Kubelet, container runtime and kernel. */
const ownCores = 0.06;
const ownBytes = 420 * 2 ** 20;
