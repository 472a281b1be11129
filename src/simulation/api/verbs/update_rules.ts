import type { KubeObject } from '../../../kubernetes/objects.ts';
import type { Resource } from '../resource.ts';
import { invalid, qualifiedName } from '../status_error.ts';
import type { ObjectPlace } from './write.ts';

const createdByUpdate = new Set([
  'clusterrolebindings.rbac.authorization.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
  'endpoints',
  'events',
  'events.events.k8s.io',
  'leases.coordination.k8s.io',
  'limitranges',
  'rolebindings.rbac.authorization.k8s.io',
  'roles.rbac.authorization.k8s.io',
  'services',
]);

/** Whether an update of an object that isn't there makes it. */
export function isCreatedByUpdate(resource: Resource): boolean {
  return createdByUpdate.has(qualifiedName(resource));
}

const changedKnowingly = new Set([
  'csidrivers.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'csistoragecapacities.storage.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
  'leases.coordination.k8s.io',
  'poddisruptionbudgets.policy',
  'volumeattachments.storage.k8s.io',
]);

/** Some kinds are replaced only by those who say which version they have seen. */
export function requireVersion({ resource, name }: ObjectPlace, next: KubeObject): void {
  if (!resource.schema && !changedKnowingly.has(qualifiedName(resource))) return;
  if (next.metadata.resourceVersion && next.metadata.resourceVersion !== '0') return;
  const field = 'metadata.resourceVersion';
  throw invalid({ ...resource, kind: resource.plural }, name, [
    { reason: 'FieldValueInvalid', message: 'Invalid value: 0: must be specified for an update', field },
  ]);
}

const returned = new Set([
  'csidrivers.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'namespaces',
  'persistentvolumeclaims',
  'persistentvolumes',
  'pods',
  'podtemplates',
  'resourcequotas',
  'serviceaccounts',
  'services',
  'storageclasses.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
  'volumeattributesclasses.storage.k8s.io',
]);

/** Whether a deletion answers with the object that is gone; most kinds answer with a Status. */
export function returnsDeleted(resource: Resource): boolean {
  return returned.has(qualifiedName(resource));
}
