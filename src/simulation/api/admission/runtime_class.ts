import type { Pod } from '../../../kubernetes/objects.ts';
import { forbidden } from '../status_error.ts';
import type { AdmissionPlugin } from './admission.ts';

/** There are no runtime classes here, so that none that a pod names is found. */
export const runtimeClass: AdmissionPlugin = {
  resources: ['pods'],
  mutate({ operation, subresource, resource, shownName, object }) {
    const { runtimeClassName } = (object as Pod & { spec: { runtimeClassName?: string } }).spec;
    if (operation !== 'CREATE' || subresource !== undefined || !runtimeClassName) return;
    throw forbidden(resource, shownName, `pod rejected: RuntimeClass "${runtimeClassName}" not found`);
  },
};
