import { defaultEndpointSlice } from '../defaults/network.ts';
import { type Resource, row } from '../resource.ts';
import { networkColumns } from '../table/network.ts';
import { validateEndpointSlice } from '../validation/endpoints.ts';

export const discoveryResources: readonly Resource[] = [
  row({
    group: 'discovery.k8s.io',
    plural: 'endpointslices',
    kind: 'EndpointSlice',
    countsGenerations: true,
    fillIn: defaultEndpointSlice,
    validate: validateEndpointSlice,
    columns: networkColumns.slices,
  }),
];
