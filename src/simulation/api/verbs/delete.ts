import type { KubeObject, Namespace, Pod } from '../../../kubernetes/objects.ts';
import { timestamp } from '../../../lib/timestamp.ts';
import type { DeleteOptions } from '../client.ts';
import { clone, equal } from '../json.ts';
import type { Resource } from '../resource.ts';
import { conflict, forbidden, methodNotAllowed } from '../status_error.ts';
import { type ListQuery, list } from './read.ts';
import { unmanaged } from './tracked.ts';
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
  if (!gone) return { object: equal(marked, current) ? current : backend.store.put(place.resource, marked), gone };
  // Its version is that of its end.
  return { object: backend.store.remove(place.resource, place.resource.graceful ? marked : current), gone };
}

export function removeAll(backend: Backend, place: Place, query: ListQuery, options: RemoveOptions = {}): KubeObject[] {
  const { resource } = place;
  if (!resource.verbs.includes('deletecollection')) throw methodNotAllowed();
  const { items } = list(backend, place, query);
  for (const { metadata } of items) {
    remove(backend, { resource, namespace: metadata.namespace ?? '', name: metadata.name }, options);
  }
  return items;
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
      { ...resource, plural: resource.kind },
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
  const object = clone(unmanaged(current));
  const { metadata } = object;
  if (current.metadata.managedFields) metadata.managedFields = current.metadata.managedFields;
  const now = backend.clock.now();
  if (resource.markDeleted || resource.subresources.includes('finalize')) {
    metadata.deletionTimestamp ??= timestamp(now);
    resource.markDeleted?.(object, metadata.deletionTimestamp);
    if (!resource.markDeleted) setFinalizers(object, options.propagationPolicy, false);
    if (!resource.markDeleted) (object as Namespace).status = { ...(object as Namespace).status, phase: 'Terminating' };
    return object;
  }
  const isFirst = metadata.deletionTimestamp === undefined;
  if (resource.graceful) setGrace(object as Pod, options.gracePeriodSeconds, now);
  if (!resource.ownsNothing) setFinalizers(object, options.propagationPolicy, resource.orphansByDefault);
  if (metadata.deletionTimestamp === undefined) {
    metadata.deletionTimestamp = timestamp(now);
    metadata.deletionGracePeriodSeconds = 0;
  }
  if (isFirst && metadata.generation !== undefined) metadata.generation += 1;
  return object;
}

/** The finalizers of the garbage collector are those of the last who said what becomes of the dependents. */
function setFinalizers(
  { metadata }: KubeObject,
  policy: DeleteOptions['propagationPolicy'],
  orphansByDefault: boolean,
): void {
  const before = metadata.finalizers ?? [];
  const has = (finalizer: string) => before.includes(finalizer);
  const said = has('orphan') ? 'Orphan' : has('foregroundDeletion') ? 'Foreground' : undefined;
  const effective = policy ?? said ?? (orphansByDefault ? 'Orphan' : 'Background');
  const finalizers = before.filter(finalizer => finalizer !== 'orphan' && finalizer !== 'foregroundDeletion');
  if (effective === 'Orphan') finalizers.push('orphan');
  if (effective === 'Foreground') finalizers.push('foregroundDeletion');
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
}

/** A grace period once given can only be shortened. */
function setGrace(pod: Pod, asked: number | undefined, now: number): void {
  const { metadata } = pod;
  const wanted = asked !== undefined && asked < 0 ? 1 : asked;
  const { deletionTimestamp, deletionGracePeriodSeconds: given = 0 } = metadata;
  if (deletionTimestamp === undefined) {
    const grace = graceOf(pod, wanted);
    metadata.deletionGracePeriodSeconds = grace;
    metadata.deletionTimestamp = timestamp(now + grace * 1000);
  } else if (wanted !== undefined && wanted < given) {
    const end = Date.parse(deletionTimestamp) - (given - wanted) * 1000;
    metadata.deletionTimestamp = timestamp(Math.max(end, now));
    metadata.deletionGracePeriodSeconds = end < now && wanted !== 0 ? 1 : wanted;
  }
}

/** Nobody has to end a pod that runs nowhere or is over. */
function graceOf({ spec, status }: Pod, asked: number | undefined): number {
  if (!spec.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed') return 0;
  return Math.max(0, asked ?? spec.terminationGracePeriodSeconds ?? 30);
}
