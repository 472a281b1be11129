import { defaultStorageClass } from '../defaults/storage.ts';
import { type Resource, row } from '../resource.ts';
import { createdAtColumn, nameColumn } from '../table/column.ts';
import { storageColumns } from '../table/storage.ts';
import { validateStorageClass } from '../validation/storage.ts';

const group = 'storage.k8s.io';

export const storageResources: readonly Resource[] = [
  row({
    group,
    plural: 'storageclasses',
    kind: 'StorageClass',
    namespaced: false,
    shortNames: ['sc'],
    fillIn: defaultStorageClass,
    validate: validateStorageClass,
    columns: storageColumns.classes,
  }),
  row({ group, plural: 'csidrivers', kind: 'CSIDriver', namespaced: false, columns: storageColumns.drivers }),
  row({ group, plural: 'csinodes', kind: 'CSINode', namespaced: false, columns: storageColumns.nodes }),
  row({ group, plural: 'csistoragecapacities', kind: 'CSIStorageCapacity', columns: [nameColumn, createdAtColumn] }),
  row({
    group,
    plural: 'volumeattachments',
    kind: 'VolumeAttachment',
    namespaced: false,
    subresources: ['status'],
    statusStartsEmpty: true,
    columns: storageColumns.attachments,
  }),
  row({
    group,
    plural: 'volumeattributesclasses',
    kind: 'VolumeAttributesClass',
    namespaced: false,
    shortNames: ['vac'],
    columns: storageColumns.attributesClasses,
  }),
];
