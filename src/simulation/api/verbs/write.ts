import type { KubeObject } from '../../../kubernetes/objects.ts';
import type { Clock } from '../../../lib/clock.ts';
import { isRecord } from '../../../lib/json.ts';
import type { Authorizer } from '../auth/authorizer.ts';
import type { User } from '../auth/user.ts';
import { type Decoding, decode, type Strictness } from '../decode.ts';
import type { Identities } from '../identity.ts';
import type { Entry } from '../managed_fields/entries.ts';
import type { Resource } from '../resource.ts';
import type { Registry } from '../resources.ts';
import { conflict, invalid, notFound, staleVersion, unexplained } from '../status_error.ts';
import type { Store } from '../store.ts';
import { validateMetadata } from '../validation/metadata.ts';
import { isSameButTimes } from './tracked.ts';

/** What every verb works with. */
export interface Backend {
  registry: Registry;
  store: Store;
  clock: Clock;
  identities: Identities;
  authorizer: Authorizer;
}

/** Names a resource, and within it what a request is about. */
export interface Place {
  resource: Resource;
  /** Empty for resources of the cluster. */
  namespace: string;
}

export interface ObjectPlace extends Place {
  name: string;
}

export interface WriteOptions {
  /** Who asks; nobody in particular where it comes from this process. */
  user?: User | undefined;
  /** Answers what would be; changes nothing, tells nobody, uses up nothing. */
  dryRun?: boolean;
  /** Who owns the fields that this write sets. */
  manager?: string;
  /** Server-side apply takes the fields that others own. */
  force?: boolean;
  /** Who owns what afterwards, where that has been found out already. */
  entries?: readonly Entry[];
  /** What becomes of fields that nobody knows; they are dropped in silence unless it says otherwise. */
  strictness?: Strictness | undefined;
}

export function existing({ store }: Backend, { resource, namespace, name }: ObjectPlace): KubeObject {
  const object = store.get(resource, namespace, name);
  if (!object) throw notFound(resource, name);
  return object;
}

/** Our own copy of what a client sent, of the right kind and type. */
export function received(resource: Resource, body: unknown, decoding: Decoding = {}): KubeObject {
  return decode(body, resource, decoding);
}

/** Fills in the defaults. */
export function defaulted(backend: Backend, resource: Resource, object: KubeObject, before?: KubeObject): void {
  resource.fillIn(object, { before, siblings: () => backend.store.list(resource) });
}

/** Throws 422 when an object with its defaults isn't valid. */
export function validated(resource: Resource, object: KubeObject, before?: KubeObject, part?: string): KubeObject {
  const causes = [...validateMetadata(resource, object, before), ...resource.validate(object, before, part)];
  if (causes.length > 0) throw invalid(resource, object.metadata.name ?? '', causes);
  return object;
}

/** Refuses a write that was meant for another version, or for another object that had this name. */
export function checkPreconditions(
  resource: Resource,
  current: KubeObject,
  expected: { uid?: string; resourceVersion?: string },
): void {
  const { uid, resourceVersion, name } = current.metadata;
  if (expected.uid && expected.uid !== uid) {
    throw conflict(
      resource,
      name,
      `StorageError: invalid object, Code: 4, Key: ${storageKey(resource, current)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${expected.uid}, UID in object meta: ${uid}`,
    );
  }
  requireNumber(expected.resourceVersion);
  if (expected.resourceVersion && expected.resourceVersion !== '0' && expected.resourceVersion !== resourceVersion) {
    throw staleVersion(resource, name);
  }
}

/** Where a real server would keep it: its messages say so. */
function storageKey({ group, plural, schema }: Resource, { metadata }: KubeObject): string {
  const steps = [...(schema ? [group] : []), plural, metadata.namespace, metadata.name];
  return `/registry/${steps.filter(step => step !== undefined).join('/')}`;
}

function requireNumber(version: string | undefined): void {
  if (version === undefined || /^\d*$/.test(version)) return;
  throw unexplained(`strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`);
}

/**
 * Puts the next state of an object into the store, unless nothing changed. An object that is being deleted goes for
 * good when nothing holds it any more.
 */
export function commit(backend: Backend, resource: Resource, next: KubeObject, options: WriteOptions): KubeObject {
  const { store } = backend;
  const before = store.get(resource, next.metadata.namespace ?? '', next.metadata.name);
  if (before && isSameButTimes(before, next)) return before;
  if (options.dryRun) return next;
  if (!isReleased(next)) return store.put(resource, next);
  // Who takes away the last that holds an object sees it as it was.
  store.remove(resource, next);
  return next;
}

export function isReleased({ metadata, spec }: KubeObject & { spec?: unknown }): boolean {
  if (metadata.deletionTimestamp === undefined || metadata.finalizers?.length) return false;
  const holders = isRecord(spec) ? spec['finalizers'] : undefined;
  return !metadata.deletionGracePeriodSeconds && !(Array.isArray(holders) && holders.length > 0);
}
