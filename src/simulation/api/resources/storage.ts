import { type Resource, row } from '../resource.ts';

export const storageResources: readonly Resource[] = [
  row({
    group: 'storage.k8s.io',
    plural: 'storageclasses',
    kind: 'StorageClass',
    namespaced: false,
    shortNames: ['sc'],
  }),
  row({ group: 'storage.k8s.io', plural: 'csidrivers', kind: 'CSIDriver', namespaced: false }),
  row({ group: 'storage.k8s.io', plural: 'csinodes', kind: 'CSINode', namespaced: false }),
  row({ group: 'storage.k8s.io', plural: 'csistoragecapacities', kind: 'CSIStorageCapacity' }),
  row({
    group: 'storage.k8s.io',
    plural: 'volumeattachments',
    kind: 'VolumeAttachment',
    namespaced: false,
    subresources: ['status'],
    statusStartsEmpty: true,
  }),
  row({
    group: 'storage.k8s.io',
    plural: 'volumeattributesclasses',
    kind: 'VolumeAttributesClass',
    namespaced: false,
    shortNames: ['vac'],
  }),
];
