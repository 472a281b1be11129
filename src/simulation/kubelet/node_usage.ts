import type { Pod } from '../../kubernetes/objects.ts';
import type { Running, World } from '../programs/world.ts';
import type { PodRecord } from './pod_record.ts';

export interface PodUsage {
  memoryBytes: number;
  diskBytes: number;
  containers: { running: Running; memoryBytes: number; diskBytes: number }[];
}

/** What the containers of a pod use at this moment. */
export function usageOfPod(world: World, podIP: string, { metadata }: Pod, now: number): PodUsage {
  const mine = (world.running.get(podIP) ?? []).filter(({ podUid }) => podUid === metadata.uid);
  const containers = mine.map(running => {
    const seconds = (now - running.startedAt) / 1000;
    return {
      running,
      memoryBytes: running.process.memoryAt(seconds) + running.load.memoryBytes,
      diskBytes: running.process.disk?.at(seconds) ?? 0,
    };
  });
  return {
    containers,
    memoryBytes: containers.reduce((sum, one) => sum + one.memoryBytes, 0),
    diskBytes: containers.reduce((sum, one) => sum + one.diskBytes, 0),
  };
}

export interface ContainerUsage {
  namespace: string;
  pod: string;
  container: string;
  memoryBytes: number;
  cpuCores: number;
}

export function usageOf(world: World, { pod, podIP }: PodRecord, now: number): ContainerUsage[] {
  const { namespace = '', name } = pod.metadata;
  return usageOfPod(world, podIP, pod, now).containers.map(({ running, memoryBytes }) => ({
    namespace,
    pod: name,
    container: running.container,
    memoryBytes: Math.round(memoryBytes),
    cpuCores: running.process.cpuAt((now - running.startedAt) / 1000) + running.load.cpuCores,
  }));
}
