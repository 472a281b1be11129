import type { KubeObject } from '../../../kubernetes/objects.ts';
import type { JsonRecord } from '../json.ts';
import { type Resource, row } from '../resource.ts';
import { column, nameColumn } from '../table/column.ts';

/** By which pods are given their nodes, all kinds at one address; an older way than `pods/binding`. */
export const bindingResource: Resource = row({
  plural: 'bindings',
  kind: 'Binding',
  verbs: ['create'],
});

function healthOf(component: KubeObject, field: 'status' | 'message'): string {
  const [first] = (component as KubeObject & { conditions?: Record<string, string>[] }).conditions ?? [];
  if (field === 'message') return first?.['message'] ?? '';
  return first?.['status'] === 'True' ? 'Healthy' : 'Unhealthy';
}

/** How the parts of the control plane are; here they are one program, and well as long as it answers. */
export const componentStatusResource: Resource = row({
  plural: 'componentstatuses',
  singular: 'componentstatus',
  kind: 'ComponentStatus',
  namespaced: false,
  shortNames: ['cs'],
  verbs: ['get', 'list'],
  columns: [
    nameColumn,
    column('Status', component => healthOf(component, 'status')),
    column('Message', component => healthOf(component, 'message')),
    column('Error', component => ((component as KubeObject & JsonRecord)['error'] as string | undefined) ?? ''),
  ],
});

export const components: readonly KubeObject[] = ['controller-manager', 'scheduler', 'etcd-0'].map(name => ({
  kind: 'ComponentStatus',
  apiVersion: 'v1',
  metadata: { name },
  conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
}));

const addresses = { group: 'networking.k8s.io', namespaced: false } as const;

/** Kept for those who look, and used by nothing here: the one range of service addresses is fixed. */
export const addressResources: readonly Resource[] = [
  row({ ...addresses, plural: 'ipaddresses', kind: 'IPAddress', shortNames: ['ip'] }),
  row({ ...addresses, plural: 'servicecidrs', kind: 'ServiceCIDR', subresources: ['status'], statusStartsEmpty: true }),
];
