import { type Resource, row } from '../resource.ts';

export const networkingResources: readonly Resource[] = [
  row({
    group: 'networking.k8s.io',
    plural: 'ingressclasses',
    kind: 'IngressClass',
    namespaced: false,
    countsGenerations: true,
  }),
  row({
    group: 'networking.k8s.io',
    plural: 'ingresses',
    kind: 'Ingress',
    shortNames: ['ing'],
    countsGenerations: true,
    subresources: ['status'],
    statusStartsEmpty: true,
  }),
  row({
    group: 'networking.k8s.io',
    plural: 'networkpolicies',
    kind: 'NetworkPolicy',
    shortNames: ['netpol'],
    countsGenerations: true,
  }),
];
