import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../../kubernetes/kinds/storage.ts';
import type { KubeObject } from '../../../kubernetes/objects.ts';
import { ageColumn, type Column, column, count, nameColumn, wide } from './column.ts';

type Driver = KubeObject & {
  spec?: {
    attachRequired?: boolean;
    podInfoOnMount?: boolean;
    storageCapacity?: boolean;
    requiresRepublish?: boolean;
    tokenRequests?: { audience?: string }[];
    volumeLifecycleModes?: string[];
  };
};
type StorageNode = KubeObject & { spec?: { drivers?: unknown[] } };
type Attachment = KubeObject & {
  spec?: { attacher?: string; nodeName?: string; source?: { persistentVolumeName?: string } };
  status?: { attached?: boolean };
};
type AttributesClass = KubeObject & { driverName?: string };
type Attributed = { volumeAttributesClassName?: string };

const betaClass = 'volume.beta.kubernetes.io/storage-class';

export const storageColumns = {
  claims: [
    nameColumn,
    column<PersistentVolumeClaim>('Status', phaseText),
    column<PersistentVolumeClaim>('Volume', ({ spec }) => spec.volumeName ?? ''),
    column<PersistentVolumeClaim>('Capacity', ({ spec, status }) =>
      spec.volumeName ? (status?.capacity?.['storage'] ?? '0') : '',
    ),
    column<PersistentVolumeClaim>('Access Modes', ({ spec, status }) =>
      spec.volumeName ? modesText(status?.accessModes) : '',
    ),
    column<PersistentVolumeClaim>('StorageClass', classText),
    column<PersistentVolumeClaim>('VolumeAttributesClass', attributesText),
    ageColumn,
    wide<PersistentVolumeClaim>('VolumeMode', ({ spec }) => spec.volumeMode ?? '<unset>'),
  ],
  volumes: [
    nameColumn,
    column<PersistentVolume>('Capacity', ({ spec }) => spec.capacity?.['storage'] ?? '0'),
    column<PersistentVolume>('Access Modes', ({ spec }) => modesText(spec.accessModes)),
    column<PersistentVolume>('Reclaim Policy', ({ spec }) => spec.persistentVolumeReclaimPolicy ?? ''),
    column<PersistentVolume>('Status', phaseText),
    column<PersistentVolume>('Claim', ({ spec: { claimRef } }) =>
      claimRef ? `${claimRef.namespace ?? ''}/${claimRef.name ?? ''}` : '',
    ),
    column<PersistentVolume>('StorageClass', classText),
    column<PersistentVolume>('VolumeAttributesClass', attributesText),
    column<PersistentVolume>('Reason', ({ status }) => status?.reason ?? ''),
    ageColumn,
    wide<PersistentVolume>('VolumeMode', ({ spec }) => spec.volumeMode ?? '<unset>'),
  ],
  classes: [
    { ...nameColumn, value: (object: KubeObject) => defaultName(object, 'storageclass') },
    column<StorageClass>('Provisioner', ({ provisioner }) => provisioner),
    column<StorageClass>('ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
    column<StorageClass>('VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'),
    {
      name: 'AllowVolumeExpansion',
      type: 'string',
      value: ({ allowVolumeExpansion }: StorageClass) => allowVolumeExpansion === true,
    },
    ageColumn,
  ],
  drivers: [
    nameColumn,
    flag<Driver>('AttachRequired', ({ spec }) => spec?.attachRequired ?? true),
    flag<Driver>('PodInfoOnMount', ({ spec }) => spec?.podInfoOnMount ?? false),
    flag<Driver>('StorageCapacity', ({ spec }) => spec?.storageCapacity ?? false),
    column<Driver>(
      'TokenRequests',
      ({ spec }) => spec?.tokenRequests?.map(({ audience }) => audience ?? '').join() ?? '<unset>',
    ),
    flag<Driver>('RequiresRepublish', ({ spec }) => spec?.requiresRepublish ?? false),
    column<Driver>('Modes', ({ spec }) => spec?.volumeLifecycleModes?.join() || '<none>'),
    ageColumn,
  ],
  nodes: [nameColumn, count<StorageNode>('Drivers', ({ spec }) => spec?.drivers?.length), ageColumn],
  attachments: [
    nameColumn,
    column<Attachment>('Attacher', ({ spec }) => spec?.attacher ?? ''),
    column<Attachment>('PV', ({ spec }) => spec?.source?.persistentVolumeName ?? ''),
    column<Attachment>('Node', ({ spec }) => spec?.nodeName ?? ''),
    flag<Attachment>('Attached', ({ status }) => status?.attached ?? false),
    ageColumn,
  ],
  attributesClasses: [nameColumn, column<AttributesClass>('DriverName', one => one.driverName ?? ''), ageColumn],
} as const satisfies Record<string, readonly Column<never>[]>;

function flag<T extends KubeObject>(name: string, value: (object: T) => boolean): Column<T> {
  return { name, type: 'boolean', value };
}

/** Of several classes the one that is taken where none is named is marked. */
export function defaultName({ metadata }: KubeObject, kind: string): string {
  const { annotations = {}, name } = metadata;
  const marks = [`${kind}.kubernetes.io/is-default-class`, `${kind}.beta.kubernetes.io/is-default-class`];
  return marks.some(mark => annotations[mark] === 'true') ? `${name} (default)` : name;
}

function phaseText({ metadata, status }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating';
}

function classText({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.annotations?.[betaClass] ?? spec.storageClassName ?? '';
}

function attributesText({ spec }: PersistentVolume | PersistentVolumeClaim): string {
  return (spec as Attributed).volumeAttributesClassName ?? '<unset>';
}

const shortModes = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' };

function modesText(modes: readonly string[] | undefined): string {
  return Object.entries(shortModes)
    .filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join();
}
