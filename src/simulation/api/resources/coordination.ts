import { type Resource, row } from '../resource.ts';

export const coordinationResources: readonly Resource[] = [
  row({ group: 'coordination.k8s.io', plural: 'leases', kind: 'Lease' }),
];
