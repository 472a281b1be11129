import type { KubeObject } from '../../../kubernetes/objects.ts';
import { fieldMatcher, labelMatcher, type Matcher, matchesAll } from '../selectors.ts';
import { badRequest, expired } from '../status_error.ts';
import { keyOf } from '../store.ts';
import type { Backend, Place } from './write.ts';

export interface Selection {
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}

export interface ListQuery extends Selection {
  limit?: number | undefined;
  continue?: string | undefined;
}

export interface Listed {
  items: KubeObject[];
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
}

export function matcherFor({ resource }: Place, { labelSelector, fieldSelector }: Selection): Matcher {
  if (!labelSelector && !fieldSelector) return matchesAll;
  const byLabel = labelMatcher(labelSelector ?? '');
  const byField = fieldMatcher(fieldSelector ?? '', resource.fields);
  return object => byLabel(object) && byField(object);
}

/** An empty namespace stands for all of them. */
export function list({ store }: Backend, place: Place, query: ListQuery = {}): Listed {
  const matches = matcherFor(place, query);
  const all = store.list(place.resource, place.namespace === '' ? undefined : place.namespace);
  const start = query.continue ? positionFrom(query.continue) : undefined;
  if (start && start.version < store.history.forgottenUpTo()) {
    throw expired('The provided continue parameter is too old to display a consistent list result.');
  }
  const found = all.filter(object => (!start || keyOfObject(object) > start.after) && matches(object));
  // All pages carry the version of the first, so that a watch from there misses nothing.
  const version = start?.version ?? store.version();
  const items = query.limit ? found.slice(0, query.limit) : found;
  const rest = found.length - items.length;
  const last = items.at(-1);
  if (rest === 0 || !last) return { items, metadata: { resourceVersion: String(version) } };
  return {
    items,
    metadata: {
      resourceVersion: String(version),
      continue: Buffer.from(JSON.stringify([version, keyOfObject(last)])).toString('base64url'),
      ...(matches === matchesAll ? { remainingItemCount: rest } : {}),
    },
  };
}

function keyOfObject({ metadata }: KubeObject): string {
  return keyOf(metadata.namespace ?? '', metadata.name);
}

function positionFrom(token: string): { version: number; after: string } {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    const [version, after]: unknown[] = Array.isArray(decoded) ? decoded : [];
    if (typeof version === 'number' && typeof after === 'string') return { version, after };
  } catch {
    // Not a token of ours: said below.
  }
  throw badRequest('continue key is not valid: expected the value from the list before');
}
