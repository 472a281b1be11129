import { defaultLease } from '../defaults/policy.ts';
import { type Resource, row } from '../resource.ts';
import { policyColumns } from '../table/policy.ts';
import { validateLease } from '../validation/policy.ts';

export const coordinationResources: readonly Resource[] = [
  row({
    group: 'coordination.k8s.io',
    plural: 'leases',
    kind: 'Lease',
    fields: { 'metadata.name': 'metadata.name' },
    fillIn: defaultLease,
    validate: validateLease,
    columns: policyColumns.leases,
  }),
];
