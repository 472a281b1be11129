import { type Resource, row } from '../resource.ts';

export const discoveryResources: readonly Resource[] = [
  row({ group: 'discovery.k8s.io', plural: 'endpointslices', kind: 'EndpointSlice', countsGenerations: true }),
];
