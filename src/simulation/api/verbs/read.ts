import type { KubeObject } from '../../../kubernetes/objects.ts';
import { fieldMatcher, labelMatcher, type Matcher, matchesAll } from '../selectors.ts';
import { badRequest, expired, failure, tooLargeVersion, unexplained } from '../status_error.ts';
import { keyOf } from '../store.ts';
import { continueToken, type Position, positionFrom } from './continue_token.ts';
import type { Backend, ObjectPlace, Place } from './write.ts';
import { existing } from './write.ts';

export interface Selection {
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}

export interface ListQuery extends Selection {
  limit?: number | undefined;
  continue?: string | undefined;
  /** As a server has it: none for the latest, `0` for any. */
  resourceVersion?: string | undefined;
  resourceVersionMatch?: 'Exact' | 'NotOlderThan' | undefined;
}

export interface Listed {
  items: KubeObject[];
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
}

export function matcherFor({ resource }: Place, { labelSelector, fieldSelector }: Selection): Matcher {
  if (!labelSelector && !fieldSelector) return matchesAll;
  const byLabel = labelMatcher(labelSelector ?? '');
  const byField = fieldMatcher(fieldSelector ?? '', {
    fields: resource.fields,
    hasOwnFields: Object.keys(resource.fields).length > 2,
  });
  return object => byLabel(object) && byField(object);
}

/** An empty namespace stands for all of them. */
export function list(backend: Backend, place: Place, query: ListQuery = {}): Listed {
  const { store } = backend;
  const matches = matcherFor(place, query);
  const start = query.continue ? positionFrom(query.continue) : undefined;
  const version = versionOf(backend, query, start);
  const all = objectsAt(backend, place, version, start);
  const left = start ? all.slice(countUpTo(all, start.after)) : all;
  const found = matches === matchesAll ? left : left.filter(matches);
  // Who takes objects of any age gets them all at once.
  const limit = query.resourceVersion === '0' && !start ? undefined : query.limit;
  const items = limit ? found.slice(0, limit) : found;
  const rest = found.length - items.length;
  const last = items.at(-1);
  // All pages carry the version of the first, so that a watch from there misses nothing.
  const resourceVersion = String(version ?? store.version());
  if (rest === 0 || !last) return { items, metadata: { resourceVersion } };
  return {
    items,
    metadata: {
      resourceVersion,
      continue: continueToken(Number(resourceVersion), keyOfObject(last)),
      ...(matches === matchesAll ? { remainingItemCount: rest } : {}),
    },
  };
}

/** How many objects of a sorted list come before a page that begins after this key. A large list has hundreds of pages. */
function countUpTo(sorted: readonly KubeObject[], after: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keyOfObject(sorted[middle]!) > after) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The version whose objects are asked for; undefined for those of now. */
function versionOf({ store }: Backend, query: ListQuery, start: Position | undefined): number | undefined {
  const asked = Number(query.resourceVersion ?? '0');
  if (start && asked > 0) throw badRequest('specifying resource version is not allowed when using continue');
  if (start) return start.version < 0 ? undefined : start.version;
  if (asked > store.version()) throw tooLargeVersion(asked, store.version());
  const isExact = query.resourceVersionMatch === 'Exact';
  const isPaged = query.limit !== undefined && query.limit > 0 && query.resourceVersionMatch === undefined;
  return asked > 0 && (isExact || isPaged) ? asked : undefined;
}

/** The objects of a place as they were at a version that is still remembered. */
function objectsAt(
  { store }: Backend,
  { resource, namespace }: Place,
  version: number | undefined,
  start: Position | undefined,
): KubeObject[] {
  const within = namespace === '' ? undefined : namespace;
  const now = store.list(resource, within);
  if (version === undefined || version === store.version()) return now;
  if (version < store.history.forgottenUpTo()) throw forgotten(start);
  const then = new Map<string, KubeObject | undefined>();
  for (const { object, before } of store.history.since(resource, version)) {
    const key = keyOfObject(object);
    if (!then.has(key)) then.set(key, before);
  }
  if (then.size === 0) return now;
  const unchanged = now.filter(object => !then.has(keyOfObject(object)));
  const changed = [...then.values()].filter(object => object !== undefined && isWithin(object, within));
  return [...unchanged, ...(changed as KubeObject[])].sort((a, b) => (keyOfObject(a) < keyOfObject(b) ? -1 : 1));
}

function isWithin({ metadata }: KubeObject, namespace: string | undefined): boolean {
  return namespace === undefined || metadata.namespace === namespace;
}

const tooOld = 'The provided continue parameter is too old to display a consistent list result.';
const canGoOn =
  'You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/** Who goes on with a list may do so with the objects of now; who asks for a version has to ask for another. */
function forgotten(start: Position | undefined) {
  if (!start) return expired('The resourceVersion for the provided list is too old.');
  const refusal = failure(410, 'Expired', `${tooOld} ${canGoOn}`);
  Object.assign(refusal.status.metadata, { continue: continueToken(-1, start.after) });
  return refusal;
}

function keyOfObject({ metadata }: KubeObject): string {
  return keyOf(metadata.namespace ?? '', metadata.name);
}

/** One object, not older than a version. */
export function get(backend: Backend, place: ObjectPlace, resourceVersion?: string): KubeObject {
  if (resourceVersion) requireReached(backend, resourceVersion);
  return existing(backend, place);
}

function requireReached({ store }: Backend, resourceVersion: string): void {
  if (!/^\d+$/.test(resourceVersion)) throw unexplained(invalidVersion(resourceVersion));
  const asked = Number(resourceVersion);
  if (asked > store.version()) throw tooLargeVersion(asked, store.version());
}

export function invalidVersion(given: string): string {
  const text = JSON.stringify(given);
  return `resourceVersion: Invalid value: ${text}: strconv.ParseUint: parsing ${text}: invalid syntax`;
}
