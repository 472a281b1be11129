import type { KubeObject } from '../../../kubernetes/objects.ts';
import type { AdmissionPlugin } from './admission.ts';
import { newestDefault } from './newest_default.ts';

type Claim = KubeObject & { spec?: { storageClassName?: string } };

const marks = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

/** A claim that names no class gets the default one, if there is one. */
export const defaultStorageClass: AdmissionPlugin = {
  resources: ['persistentvolumeclaims'],
  mutate({ operation, object }, { store, registry }) {
    const claim = object as Claim;
    if (operation !== 'CREATE' || claim.spec?.storageClassName !== undefined) return;
    if (claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined) return;
    const found = newestDefault(store.list(registry.find('storageclasses.storage.k8s.io')!), marks);
    if (found) claim.spec = { ...claim.spec, storageClassName: found.metadata.name };
  },
};
