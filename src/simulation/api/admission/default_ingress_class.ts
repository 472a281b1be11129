import type { KubeObject } from '../../../kubernetes/objects.ts';
import { forbidden } from '../status_error.ts';
import type { AdmissionPlugin } from './admission.ts';

type Ingress = KubeObject & { spec?: { ingressClassName?: string } };

const mark = 'ingressclass.kubernetes.io/is-default-class';

/** An ingress that names no class gets the default one, if there is one. */
export const defaultIngressClass: AdmissionPlugin = {
  resources: ['ingresses.networking.k8s.io'],
  mutate({ operation, object, resource, shownName }, { store, registry }) {
    const ingress = object as Ingress;
    if (operation !== 'CREATE' || ingress.spec?.ingressClassName !== undefined) return;
    if (ingress.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined) return;
    const all = store.list(registry.find('ingressclasses.networking.k8s.io')!);
    const defaults = all.filter(({ metadata }) => metadata.annotations?.[mark] === 'true');
    if (defaults.length > 1) {
      throw forbidden(resource, shownName, `${defaults.length} default IngressClasses were found, only 1 allowed`);
    }
    if (defaults[0]) ingress.spec = { ...ingress.spec, ingressClassName: defaults[0].metadata.name };
  },
};
