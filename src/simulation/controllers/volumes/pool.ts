import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../../kubernetes/kinds/storage.ts';
import { formatBytes, parseQuantity } from '../../../kubernetes/quantity.ts';
import { capacityBytes } from './matching.ts';

/** The driver behind the storage of this cluster. Classes that name it get real volumes, as far as their pool reaches. */
export const embeddedProvisioner = 'csi.embedded.local';

/** Class parameters: which pool a class's volumes come from (its own unless it names one), and how much that holds. */
const poolParameter = 'pool';
const capacityParameter = 'poolCapacity';

export function poolOf({ metadata, parameters }: StorageClass): string {
  return parameters?.[poolParameter] ?? metadata.name;
}

/** Why the pool can't give `bytes` more; `undefined` when it can. */
export function shortage(
  { classes, volumes }: { classes: readonly StorageClass[]; volumes: readonly PersistentVolume[] },
  pool: string,
  bytes: number,
): string | undefined {
  const members = classes.filter(one => one.provisioner === embeddedProvisioner && poolOf(one) === pool);
  const limits = members.flatMap(({ parameters }) => {
    const limit = parseQuantity(parameters?.[capacityParameter] ?? '');
    return limit === undefined ? [] : [limit];
  });
  if (limits.length === 0) return undefined;
  const names = new Set(members.map(({ metadata }) => metadata.name));
  const used = volumes
    .filter(({ spec }) => spec.csi?.driver === embeddedProvisioner && names.has(spec.storageClassName ?? ''))
    .reduce((sum, volume) => sum + capacityBytes(volume), 0);
  const free = Math.max(0, Math.min(...limits) - used);
  if (bytes <= free) return undefined;
  return `not enough free space in pool "${pool}": ${formatBytes(bytes)} requested, ${formatBytes(free)} available`;
}

export function volumeNameFor({ metadata }: PersistentVolumeClaim): string {
  return `pvc-${metadata.uid}`;
}
