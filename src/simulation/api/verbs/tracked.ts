import type { KubeObject } from '../../../kubernetes/objects.ts';
import { timestamp } from '../../../lib/timestamp.ts';
import { equal } from '../json.ts';
import { type Entry, sameButTimes, storedForm } from '../managed_fields/entries.ts';
import { entriesToKeep, recordUpdate, type Writing } from '../managed_fields/record.ts';
import { typedResource } from '../managed_fields/typed_resource.ts';
import type { Resource } from '../resource.ts';
import type { Backend, WriteOptions } from './write.ts';

interface Change {
  before: KubeObject | undefined;
  after: KubeObject;
  /** `after` without what the server gave it on its own, where that is not told by the field. */
  asked?: KubeObject;
  subresource?: string | undefined;
}

export function writingNow({ clock }: Backend, options: WriteOptions, subresource?: string): Writing {
  return { manager: options.manager ?? '', time: timestamp(clock.now()), subresource };
}

/**
 * Writes into `after`, which nobody else may hold, whose its fields are now. Called when it has its defaults and before
 * anything on the server's side has its say: what that adds is nobody's.
 */
export function track(
  backend: Backend,
  resource: Resource,
  { before, after, asked = after, subresource }: Change,
  options: WriteOptions,
): void {
  const { metadata } = after;
  const sent = metadata.managedFields;
  delete metadata.managedFields;
  const typed = typedResource(resource, subresource);
  if (!typed) return;
  const kept = options.entries ?? entriesToKeep(before, sent, subresource);
  const entries =
    options.entries ??
    recordUpdate(
      typed,
      { before: before && unmanaged(before), after: asked },
      kept,
      writingNow(backend, options, subresource),
    );
  const stored = storedForm(entries);
  if (stored) metadata.managedFields = stored;
}

/** The same, where the server itself keeps count in a status of what others ask for. */
export function trackCount(backend: Backend, resource: Resource, before: KubeObject, after: KubeObject): void {
  track(backend, resource, { before, after, subresource: 'status' }, { manager: 'kube-apiserver' });
}

/** What is shown of an object to those who don't ask who owns its fields. */
export function unmanaged<T extends KubeObject>(object: T): T {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Whether nothing is another: a write that changes nothing but when somebody wrote is none. */
export function isSameButTimes(before: KubeObject, after: KubeObject): boolean {
  const were = before.metadata.managedFields as Entry[] | undefined;
  const are = after.metadata.managedFields as Entry[] | undefined;
  if (!were || !are || were === are || !sameButTimes(were, are)) return equal(before, after);
  return equal(before, { ...after, metadata: { ...after.metadata, managedFields: were } });
}
