import { amountOf } from '../../../kubernetes/kinds/amount.ts';
import type { KubeObject } from '../../../kubernetes/objects.ts';
import { forbidden } from '../status_error.ts';
import type { AdmissionPlugin } from './admission.ts';

type Claim = KubeObject & {
  spec?: { storageClassName?: string; resources?: { requests?: Record<string, string> } };
  status?: { phase?: string };
};
type StorageClass = KubeObject & { allowVolumeExpansion?: boolean };

/** A claim grows only when it is bound, and its class lets volumes grow. */
export const claimResize: AdmissionPlugin = {
  resources: ['persistentvolumeclaims'],
  validate({ operation, subresource, object, before, resource, shownName }, { store, registry }) {
    if (operation !== 'UPDATE' || subresource !== undefined) return;
    const [claim, old] = [object as Claim, before as Claim];
    const sizeOf = ({ spec }: Claim) => amountOf(spec?.resources?.requests?.['storage']).nano;
    if (sizeOf(claim) <= sizeOf(old)) return;
    if (old.status?.phase !== 'Bound') {
      throw forbidden(resource, shownName, 'Only bound persistent volume claims can be expanded');
    }
    const name = old.spec?.storageClassName;
    const found = name ? store.get(registry.find('storageclasses.storage.k8s.io')!, '', name) : undefined;
    if ((found as StorageClass | undefined)?.allowVolumeExpansion) return;
    const why =
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';
    throw forbidden(resource, shownName, why);
  },
};
