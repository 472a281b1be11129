import type { Pod } from '../../../kubernetes/objects.ts';
import type { Backend } from '../verbs/write.ts';
import type { AdmissionPlugin } from './admission.ts';

const copied = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/** A pod that has a node says in which zone and region it is. */
export const topologyLabels: AdmissionPlugin = {
  resources: ['pods'],
  mutate({ object, subresource }, backend) {
    if (subresource === undefined) labelByNode(object as Pod, backend);
  },
};

export function labelByNode({ metadata, spec }: Pod, { store, registry }: Backend): void {
  if (!spec.nodeName) return;
  const labels = store.get(registry.find('nodes')!, '', spec.nodeName)?.metadata.labels ?? {};
  for (const key of copied) {
    if (labels[key] !== undefined) metadata.labels = { ...metadata.labels, [key]: labels[key] };
  }
}
