import { ClusterError, type ListQuery } from '../../kubernetes/cluster.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../kubernetes/kinds/storage.ts';
import { kinds } from '../../kubernetes/kinds.ts';
import type { KubeObject } from '../../kubernetes/objects.ts';
import { formatBytes, parseQuantity } from '../../kubernetes/quantity.ts';
import { enumerate, plural } from './answer.ts';
import type { Senses } from './tool.ts';

interface StorageCapacity extends KubeObject {
  storageClassName: string;
  capacity?: string;
  maximumVolumeSize?: string;
}

const mostObjects = 2_000;
const mostClasses = 6;
const isDefaultClass = 'storageclass.kubernetes.io/is-default-class';

/** Whether new claims would get a volume, for each storage class, as far as the API tells. */
export async function provisioningLines({ cluster, signal }: Senses): Promise<string[]> {
  const query: ListQuery = { limit: mostObjects, fromCache: true };
  const [classes, claims, volumes, capacities] = await Promise.all([
    cluster.list<StorageClass>(kinds.storageClass, query, signal),
    cluster.list<PersistentVolumeClaim>(kinds.persistentVolumeClaim, query, signal),
    cluster.list<PersistentVolume>(kinds.persistentVolume, query, signal),
    // Only drivers that track how much room they have tell; older clusters don't know the kind.
    cluster
      .list<StorageCapacity>(kinds.csiStorageCapacity, query, signal)
      .catch(error => (error instanceof ClusterError && error.status !== 0 ? { items: [] } : Promise.reject(error))),
  ]);
  const waiting = claims.items.filter(({ status }) => status?.phase === 'Pending');
  const left = volumes.items.filter(({ status }) => status?.phase === 'Available');
  const lines = classes.items
    .slice(0, mostClasses)
    .map(each => classLine(each, { waiting, left, capacities: capacities.items }));
  const hidden = classes.items.length - lines.length;
  return [
    ...lines,
    ...(hidden > 0 ? [`${hidden} more storage classes are not shown.`] : []),
    ...unmet(waiting, classes.items),
  ];
}

function classLine(
  storageClass: StorageClass,
  all: { waiting: PersistentVolumeClaim[]; left: PersistentVolume[]; capacities: StorageCapacity[] },
): string {
  const { metadata, provisioner, volumeBindingMode, allowVolumeExpansion } = storageClass;
  const ours = ({ spec }: PersistentVolumeClaim | PersistentVolume) => spec.storageClassName === metadata.name;
  const [waiting, left] = [all.waiting.filter(ours), all.left.filter(ours)];
  const isDefault = metadata.annotations?.[isDefaultClass] === 'true';
  return [
    `StorageClass ${metadata.name}${isDefault ? ' (default)' : ''}: ${provisioner}`,
    volumeBindingMode === 'WaitForFirstConsumer' ? 'binds when a pod uses the claim' : 'binds at once',
    allowVolumeExpansion ? 'volumes can grow' : 'volumes can NOT grow',
    room(storageClass, left, all.capacities),
    ...(waiting.length > 0 ? [`${plural(waiting.length, 'claim')} waiting: ${namesOf(waiting)}`] : []),
  ].join('; ');
}

function room({ metadata, provisioner }: StorageClass, left: PersistentVolume[], all: StorageCapacity[]): string {
  const tracked = all.filter(({ storageClassName }) => storageClassName === metadata.name);
  const sizes = tracked.map(({ capacity, maximumVolumeSize }) => parseQuantity(maximumVolumeSize ?? capacity ?? '0'));
  if (sizes.length > 0) return `at most ${formatBytes(Math.max(...sizes.map(size => size ?? 0)))} free in one place`;
  if (provisioner !== 'kubernetes.io/no-provisioner') return 'provisions on demand, the API does not tell how much';
  const free = left.map(({ spec }) => parseQuantity(spec.capacity?.['storage'] ?? '0') ?? 0);
  return free.length > 0
    ? `${plural(free.length, 'volume')} free, up to ${formatBytes(Math.max(...free))}`
    : 'makes no volumes, and none is free';
}

/** Claims that no class will ever serve. */
function unmet(waiting: PersistentVolumeClaim[], classes: StorageClass[]): string[] {
  const known = new Set(classes.map(({ metadata }) => metadata.name));
  const lost = waiting.filter(({ spec }) => spec.storageClassName && !known.has(spec.storageClassName));
  return lost
    .map(
      ({ metadata, spec }) =>
        `Claim ${metadata.namespace}/${metadata.name} waits for StorageClass ${spec.storageClassName}, which does not exist.`,
    )
    .slice(0, 3);
}

function namesOf(claims: PersistentVolumeClaim[]): string {
  return enumerate(
    claims.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    2,
  );
}
