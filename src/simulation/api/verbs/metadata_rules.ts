import type { KubeObject } from '../../../kubernetes/objects.ts';
import type { StatusCause } from '../client.ts';
import type { Resource } from '../resource.ts';
import { badRequest, invalid } from '../status_error.ts';
import type { ObjectPlace } from './write.ts';

/** Who replaces an object may say which one is meant; who patches it may not make it another. */
export function keepUid(resource: Resource, { metadata }: KubeObject, next: KubeObject): void {
  const { uid } = next.metadata;
  if (uid !== undefined && uid !== metadata.uid) throw immutable(resource, metadata.name, 'uid', uid);
}

/** Only a deletion starts one. */
export function keepUndeleted(resource: Resource, { metadata }: KubeObject, next: KubeObject): void {
  const { deletionTimestamp } = next.metadata;
  if (metadata.deletionTimestamp !== undefined || !deletionTimestamp) return;
  throw immutable(resource, metadata.name, 'deletionTimestamp', deletionTimestamp);
}

/** Who is on the way out takes on nothing new. */
export function keepLeaving(resource: Resource, { metadata }: KubeObject, next: KubeObject): void {
  requireFinalizerNames(resource, next, 'twice');
  const fresh = (next.metadata.finalizers ?? []).filter(finalizer => !metadata.finalizers?.includes(finalizer));
  if (metadata.deletionTimestamp === undefined || fresh.length === 0) return;
  const found = `[]string{${fresh.map(finalizer => JSON.stringify(finalizer)).join(', ')}}`;
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${found}`;
  throw foundTwice(resource, metadata.name, {
    reason: 'FieldValueForbidden',
    message: `Forbidden: ${why}`,
    field: 'metadata.finalizers',
  });
}

function immutable(resource: Resource, name: string, field: string, value: string) {
  const message = `Invalid value: ${JSON.stringify(value)}: field is immutable`;
  return foundTwice(resource, name, { reason: 'FieldValueInvalid', message, field: `metadata.${field}` });
}

/** Real servers check metadata for all kinds, and again for each: they find it twice, and say it once. */
function foundTwice(resource: Resource, name: string, cause: StatusCause) {
  return invalid(resource, name, [cause, cause]);
}

const standardFinalizers = new Set(['foregroundDeletion', 'kubernetes', 'orphan']);

export function requireFinalizerNames(resource: Resource, { metadata }: KubeObject, found: 'once' | 'twice'): void {
  for (const [index, finalizer] of (metadata.finalizers ?? []).entries()) {
    if (finalizer.includes('/') || standardFinalizers.has(finalizer)) continue;
    const why = 'name is neither a standard finalizer name nor is it fully qualified';
    const message = `Invalid value: ${JSON.stringify(finalizer)}: ${why}`;
    const field = `metadata.finalizers[${index}]`;
    const cause = { reason: 'FieldValueInvalid', message, field };
    throw invalid(resource, metadata.name, found === 'once' ? [cause] : [cause, cause]);
  }
}

export function requireName({ name }: ObjectPlace, { metadata }: KubeObject): void {
  if (metadata.name) return;
  throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
}
