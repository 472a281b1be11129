import type { PersistentVolumeClaim } from '../../kubernetes/kinds/storage.ts';
import type { Pod } from '../../kubernetes/objects.ts';
import { parseQuantity } from '../../kubernetes/quantity.ts';
import type { Process } from '../programs/run_program.ts';
import type { Running, World } from '../programs/world.ts';
import { type Family, table } from './exposition.ts';

/** A claimed volume that is mounted somewhere, as the kubelet there measures it. */
export interface VolumeMeter {
  namespace: string;
  claim: string;
  node: string;
  capacityBytes: number;
  usedBytes: number;
}

interface Objects {
  pods: readonly Pod[];
  claims: readonly PersistentVolumeClaim[];
}

export interface VolumeBook {
  /** Remembers what has been written so far: it stays when those who wrote it are gone. */
  note(objects: Objects, now: number): void;
  read(objects: Objects, now: number): VolumeMeter[];
}

interface Written {
  base: number;
  /** By the run of a container. */
  grown: Map<string, number>;
}

/** Of an empty file system. */
const ownBytes = 24 * 2 ** 10;

export function createVolumeBook(world: Pick<World, 'running'>): VolumeBook {
  const noted = new Map<string, Written>();

  function sum(objects: Objects, now: number): Map<string, { written: Written; node: string }> {
    const found = new Map<string, { written: Written; node: string }>();
    for (const { key, running, use } of uses(world, objects.pods)) {
      const before = noted.get(key);
      const known = found.get(key) ?? {
        written: { base: before?.base ?? 0, grown: new Map(before?.grown) },
        node: running.node,
      };
      known.written.base = Math.max(known.written.base, use?.at(0) ?? 0);
      const run = `${running.podUid} ${running.container} ${running.startedAt}`;
      known.written.grown.set(run, use ? use.at((now - running.startedAt) / 1000) - use.at(0) : 0);
      found.set(key, known);
    }
    return found;
  }

  return {
    note(objects, now) {
      for (const [key, { written }] of sum(objects, now)) noted.set(key, written);
    },
    read(objects, now) {
      const mounted = sum(objects, now);
      return objects.claims.flatMap(({ metadata, status }) => {
        const { namespace = '', name } = metadata;
        const one = mounted.get(`${namespace}/${name}`);
        const capacityBytes = parseQuantity(status?.capacity?.['storage'] ?? '');
        if (!one || capacityBytes === undefined) return [];
        const total = [...one.written.grown.values()].reduce((all, bytes) => all + bytes, one.written.base + ownBytes);
        const usedBytes = Math.min(capacityBytes, Math.floor(total));
        return [{ namespace, claim: name, node: one.node, capacityBytes, usedBytes }];
      });
    },
  };
}

/** Every claim that a running container has mounted, and what it writes there. */
function* uses(
  world: Pick<World, 'running'>,
  pods: readonly Pod[],
): Iterable<{ key: string; running: Running; use: Process['disk'] | undefined }> {
  const podOf = new Map(pods.map(pod => [pod.metadata.uid, pod]));
  for (const running of [...world.running.values()].flat()) {
    const spec = podOf.get(running.podUid)?.spec;
    const container = spec?.containers.find(({ name }) => name === running.container);
    for (const { name, mountPath } of container?.volumeMounts ?? []) {
      const volume = spec?.volumes?.find(one => one.name === name) as ClaimVolume | undefined;
      const claim = volume?.persistentVolumeClaim?.claimName;
      if (claim === undefined) continue;
      const { disk } = running.process;
      const isHere = disk?.path !== undefined && `${disk.path}/`.startsWith(`${mountPath}/`);
      yield { key: `${running.namespace}/${claim}`, running, use: isHere ? disk : undefined };
    }
  }
}

interface ClaimVolume {
  persistentVolumeClaim?: { claimName: string };
}

/** What kubelets say about volumes. */
export function volumeFamilies(volumes: readonly VolumeMeter[]): Family[] {
  const labels = ({ namespace, claim, node }: VolumeMeter) => ({ namespace, persistentvolumeclaim: claim, node });
  return table(volumes, labels, [
    ['kubelet_volume_stats_capacity_bytes', 'Capacity in bytes of the volume', one => one.capacityBytes],
    [
      'kubelet_volume_stats_available_bytes',
      'Number of available bytes in the volume',
      one => one.capacityBytes - one.usedBytes,
    ],
    ['kubelet_volume_stats_used_bytes', 'Number of used bytes in the volume', one => one.usedBytes],
  ]);
}
