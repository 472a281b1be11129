import { defaultIngress, defaultIngressClass, defaultNetworkPolicy } from '../defaults/network.ts';
import { type Resource, row } from '../resource.ts';
import { networkColumns } from '../table/network.ts';
import { validateIngress, validateIngressClass } from '../validation/ingress.ts';
import { validateNetworkPolicy } from '../validation/network_policy.ts';

const group = 'networking.k8s.io';

export const networkingResources: readonly Resource[] = [
  row({
    group,
    plural: 'ingressclasses',
    kind: 'IngressClass',
    namespaced: false,
    countsGenerations: true,
    fillIn: defaultIngressClass,
    validate: validateIngressClass,
    columns: networkColumns.ingressClasses,
  }),
  row({
    group,
    plural: 'ingresses',
    kind: 'Ingress',
    shortNames: ['ing'],
    countsGenerations: true,
    subresources: ['status'],
    statusStartsEmpty: true,
    fillIn: defaultIngress,
    validate: validateIngress,
    columns: networkColumns.ingresses,
  }),
  row({
    group,
    plural: 'networkpolicies',
    kind: 'NetworkPolicy',
    shortNames: ['netpol'],
    countsGenerations: true,
    fillIn: defaultNetworkPolicy,
    validate: validateNetworkPolicy,
    columns: networkColumns.policies,
  }),
];
