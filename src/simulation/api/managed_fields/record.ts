import type { KubeObject } from '../../../kubernetes/objects.ts';
import type { JsonRecord } from '../json.ts';
import { type Comparison, compare } from './compare.ts';
import {
  type Author,
  asksForReset,
  capped,
  type Entry,
  entriesFrom,
  entryOf,
  isBy,
  sorted,
  withoutFields,
} from './entries.ts';
import { difference, type FieldSet, isEmpty, leaf, noFields, union, without } from './field_set.ts';
import { ownedByNobody, type TypedResource } from './typed_resource.ts';

/** Who writes, by which way, and when. */
export interface Writing {
  manager: string;
  subresource?: string | undefined;
  /** As objects write it. */
  time: string;
}

/** The managed fields that an object is to go on with: those that a client sent where it may send any. */
export function entriesToKeep(
  live: KubeObject | undefined,
  sent: unknown,
  subresource: string | undefined,
): readonly Entry[] {
  const kept = () => entriesFrom(live?.metadata.managedFields) ?? [];
  if (subresource) return kept();
  if (asksForReset(sent)) return [];
  const given = entriesFrom(sent);
  return given && given.length > 0 ? given : kept();
}

/**
 * The managed fields after somebody wrote `after` over `before` without applying: the fields that changed are theirs
 * now, and nobody else's. An object whose fields nobody tracks stays so.
 */
export function recordUpdate(
  typed: TypedResource,
  { before, after }: { before: KubeObject | undefined; after: KubeObject },
  entries: readonly Entry[],
  writing: Writing,
): readonly Entry[] {
  if (entries.length === 0 && before !== undefined) return [];
  const { removed = noFields, ...changes } = changedFields(typed, before, after);
  const taken = union(changes.modified ?? noFields, changes.added ?? noFields);
  const theirs = difference(taken, ownedByNobody);
  const left = withoutFields(withoutFields(entries, taken), removed);
  if (isEmpty(theirs))
    return left.length === entries.length && left.every((entry, i) => entry === entries[i]) ? entries : left;
  return sorted(capped(withEntry(left, authorOf(typed, writing, 'Update'), theirs, writing.time)));
}

function withEntry(entries: readonly Entry[], author: Author, fields: FieldSet, time: string): Entry[] {
  const mine = entries.find(entry => isBy(entry, author));
  const others = entries.filter(entry => entry !== mine);
  return [...others, entryOf(author, mine ? union(fields, mine.fieldsV1) : fields, time)];
}

export function authorOf(typed: TypedResource, writing: Writing, operation: Author['operation']): Author {
  const { manager, subresource } = writing;
  return {
    manager: manager === '' ? 'unknown' : manager,
    operation,
    apiVersion: typed.apiVersion,
    ...(subresource ? { subresource } : {}),
  };
}

/** Where they differ, but for what this way of writing can't change. */
export function changedFields(
  { schema, options, reset, allocated }: TypedResource,
  before: KubeObject | undefined,
  after: object,
): Comparison {
  const compared = before && withSame(before, after, reset);
  const { removed, modified, added } = compare(schema, compared, asRecord(after), options);
  const ignored = before === undefined ? union(reset, allocated) : reset;
  return {
    removed: removed && without(removed, ignored),
    modified: modified && without(modified, ignored),
    added: added && without(added, ignored),
  };
}

/** What can't have changed need not be compared. */
function withSame(before: object, after: object, reset: FieldSet): JsonRecord {
  const same: JsonRecord = { ...before };
  for (const field of ['spec', 'status']) if (reset[`f:${field}`] === leaf) same[field] = asRecord(after)[field];
  return same;
}

function asRecord(object: object): JsonRecord {
  return object as JsonRecord;
}
