import type { PodSpec } from '../../../kubernetes/objects.ts';
import type { AdmissionPlugin } from './admission.ts';

/** Every pod stays five minutes on a node that is away, unless it says otherwise. */
export const defaultTolerations: AdmissionPlugin = {
  resources: ['pods'],
  mutate({ object, subresource }) {
    if (subresource !== undefined) return;
    const { spec } = object as { spec?: PodSpec } & typeof object;
    if (!spec) return;
    const tolerations = [...(spec.tolerations ?? [])];
    tolerate(tolerations, 'node.kubernetes.io/not-ready');
    tolerate(tolerations, 'node.kubernetes.io/unreachable');
    spec.tolerations = tolerations;
  },
};

function tolerate(tolerations: NonNullable<PodSpec['tolerations']>, key: string): void {
  if (tolerations.some(known => (known.key ?? key) === key && (known.effect ?? 'NoExecute') === 'NoExecute')) return;
  tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', ...{ tolerationSeconds: 300 } });
}
