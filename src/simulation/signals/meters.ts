import type { Pod } from '../../kubernetes/objects.ts';
import type { ApiClient } from '../api/client.ts';
import { bytesOf, usedAt } from '../programs/usage.ts';
import type { World } from '../programs/world.ts';
import type { RequestMeter } from '../traffic/counters.ts';
import type { ClientName, IngressName, ServerName, Traffic } from '../traffic/traffic.ts';

import { createVolumeBook, type VolumeBook } from './volumes.ts';

/** What is counted and measured where programs run. */
export interface Meters extends VolumeBook {
  containers(): ContainerMeter[];
  /** How often the kernel has ended a container for its memory. */
  kills(podUid: string, container: string): number;
  served(): RequestMeter<ServerName>[];
  sent(): RequestMeter<ClientName>[];
  entered(): RequestMeter<IngressName>[];
  stop(): void;
}

export interface ContainerMeter {
  namespace: string;
  pod: string;
  podUid: string;
  container: string;
  node: string;
  startedAt: number;
  cpuSeconds: number;
  /** Of 100 ms each; only with a limit. */
  periods: number;
  throttledPeriods: number;
  memoryBytes: number;
  cpuLimit: number | undefined;
  memoryLimit: number | undefined;
  /** How often the kernel has ended it for its memory. */
  outOfMemory: number;
}

const periodsPerSecond = 10;

export function createMeters(deps: {
  client: ApiClient;
  world: World;
  traffic: Pick<Traffic, 'served' | 'sent' | 'entered'>;
  now: () => number;
}): Meters {
  const { client, world, traffic, now } = deps;
  const kills = countKills(client);

  function containers(): ContainerMeter[] {
    const at = now();
    return [...world.running.values()].flat().map(running => {
      const { namespace, pod, podUid, container, node, startedAt, cpuLimit, memoryLimit } = running;
      const { cpuSeconds, throttledSeconds } = usedAt(running, at);
      const limited = cpuLimit === undefined ? 0 : periodsPerSecond;
      return {
        ...{ namespace, pod, podUid, container, node, startedAt, cpuSeconds, cpuLimit, memoryLimit },
        periods: Math.floor(((at - startedAt) / 1000) * limited),
        throttledPeriods: Math.floor(throttledSeconds * limited),
        memoryBytes: bytesOf(running, at),
        outOfMemory: kills.of(podUid, container),
      };
    });
  }

  return {
    ...createVolumeBook(world),
    containers,
    kills: kills.of,
    served: traffic.served,
    sent: traffic.sent,
    entered: traffic.entered,
    stop: kills.stop,
  };
}

/** Counts by what kubelets tell: each end that is new is one more. */
function countKills(client: ApiClient): { of(podUid: string, container: string): number; stop(): void } {
  const counts = new Map<string, { count: number; last: string }>();
  const stop = client.watch<Pod>('pods', ({ type, object: { metadata, status } }) => {
    for (const { name, state, lastState } of status?.containerStatuses ?? []) {
      const key = `${metadata.uid} ${name}`;
      if (type === 'DELETED') counts.delete(key);
      const killed = [state.terminated, lastState.terminated].find(end => end?.reason === 'OOMKilled');
      const known = counts.get(key);
      const id = killed?.containerID ?? killed?.finishedAt;
      if (type === 'DELETED' || id === undefined || known?.last === id) continue;
      counts.set(key, { count: (known?.count ?? 0) + 1, last: id });
    }
  });
  return { of: (podUid, container) => counts.get(`${podUid} ${container}`)?.count ?? 0, stop };
}
