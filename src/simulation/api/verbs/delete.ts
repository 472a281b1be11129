import type { KubeObject, Namespace, Pod } from '../../../kubernetes/objects.ts';
import { timestamp } from '../../../lib/timestamp.ts';
import type { DeleteOptions } from '../client.ts';
import { clone } from '../json.ts';
import type { Resource } from '../resource.ts';
import { conflict, forbidden, methodNotAllowed } from '../status_error.ts';
import { type ListQuery, list } from './read.ts';
import { type Backend, existing, isReleased, type ObjectPlace, type Place, type WriteOptions } from './write.ts';

export interface Deletion {
  /** The object as it was last, or as it is while something still holds it. */
  object: KubeObject;
  gone: boolean;
}

type RemoveOptions = DeleteOptions & WriteOptions;

/**
 * Deletes, or marks for deletion what a grace period or a finalizer holds. What depends on the object is the garbage
 * collector's to delete; `Foreground` and `Orphan` leave it the finalizer that tells it how.
 */
export function remove(backend: Backend, place: ObjectPlace, options: RemoveOptions = {}): Deletion {
  if (!place.resource.verbs.includes('delete')) throw methodNotAllowed();
  const current = existing(backend, place);
  requireDeletable(place);
  checkRecord(place.resource, current, options.preconditions ?? {});
  const marked = markedForDeletion(backend, place.resource, current, options);
  const gone = isReleased(marked);
  if (options.dryRun) return { object: marked, gone };
  const object = gone ? backend.store.remove(place.resource, current) : backend.store.put(place.resource, marked);
  return { object, gone };
}

export function removeAll(backend: Backend, place: Place, query: ListQuery, options: RemoveOptions = {}): KubeObject[] {
  const { resource } = place;
  if (!resource.verbs.includes('deletecollection')) throw methodNotAllowed();
  return list(backend, place, query).items.map(object => {
    const namespace = object.metadata.namespace ?? '';
    return remove(backend, { resource, namespace, name: object.metadata.name }, options).object;
  });
}

function requireDeletable({ resource, name }: ObjectPlace): void {
  if (!resource.undeletable.includes(name)) return;
  throw forbidden(resource, name, `this ${resource.singular} may not be deleted`);
}

function checkRecord(
  resource: Resource,
  { metadata }: KubeObject,
  expected: NonNullable<DeleteOptions['preconditions']>,
) {
  const { uid, resourceVersion } = expected;
  const differs = (what: string, wanted: string, found: string | undefined, hint: string) =>
    conflict(
      resource,
      metadata.name,
      `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${found}). ${hint}`,
    );
  if (uid && uid !== metadata.uid) {
    throw differs('UID', uid, metadata.uid, 'The object might have been deleted and then recreated');
  }
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    throw differs('ResourceVersion', resourceVersion, metadata.resourceVersion, 'The object might have been modified');
  }
}

function markedForDeletion(
  backend: Backend,
  resource: Resource,
  current: KubeObject,
  options: RemoveOptions,
): KubeObject {
  const object = clone(current);
  const { metadata } = object;
  if (resource.markDeleted) {
    metadata.deletionTimestamp ??= timestamp(backend.clock.now());
    resource.markDeleted(object, metadata.deletionTimestamp);
    return object;
  }
  addFinalizer(object, options.propagationPolicy ?? (resource.orphansByDefault ? 'Orphan' : undefined));
  const grace = resource.graceful ? graceOf(object as Pod, options.gracePeriodSeconds) : 0;
  const isFirst = metadata.deletionTimestamp === undefined;
  if (isFirst || grace < (metadata.deletionGracePeriodSeconds ?? 0)) {
    metadata.deletionGracePeriodSeconds = grace;
    metadata.deletionTimestamp = timestamp(backend.clock.now() + grace * 1000);
  }
  if (isFirst && metadata.generation !== undefined) metadata.generation += 1;
  if (resource.subresources.includes('finalize')) (object as Namespace).status = { phase: 'Terminating' };
  return object;
}

function addFinalizer({ metadata }: KubeObject, policy: DeleteOptions['propagationPolicy']): void {
  if (policy !== 'Foreground' && policy !== 'Orphan') return;
  const finalizer = policy === 'Orphan' ? 'orphan' : 'foregroundDeletion';
  metadata.finalizers = [...new Set([...(metadata.finalizers ?? []), finalizer])];
}

/** Nobody has to end a pod that runs nowhere or is over. */
function graceOf({ spec, status }: Pod, asked: number | undefined): number {
  if (!spec.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed') return 0;
  return Math.max(0, asked ?? spec.terminationGracePeriodSeconds ?? 30);
}
