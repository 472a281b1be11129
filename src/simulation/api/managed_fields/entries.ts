import { isRecord } from '../../../lib/json.ts';
import { difference, type FieldSet, isEmpty, sameFields, union } from './field_set.ts';

/** Who wrote which fields of an object, and when: one entry of `metadata.managedFields`. Entries are never changed. */
export interface Entry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time?: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: FieldSet;
  readonly subresource?: string;
}

/** What an entry is about, besides the fields and the time. */
export type Author = Pick<Entry, 'manager' | 'operation' | 'apiVersion' | 'subresource'>;

/** One that applies stays the same in every version. */
export function isBy(entry: Entry, author: Author): boolean {
  return (
    entry.manager === author.manager &&
    entry.operation === author.operation &&
    entry.subresource === author.subresource &&
    (entry.operation === 'Apply' || entry.apiVersion === author.apiVersion)
  );
}

export function entryOf(author: Author, fieldsV1: FieldSet, time: string | undefined): Entry {
  const { manager, operation, apiVersion, subresource } = author;
  return {
    manager,
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(subresource ? { subresource } : {}),
  };
}

export function withFields(entry: Entry, fieldsV1: FieldSet): Entry {
  return fieldsV1 === entry.fieldsV1 ? entry : { ...entry, fieldsV1 };
}

/** The entries without these fields; entries that have none left go. */
export function withoutFields(entries: readonly Entry[], fields: FieldSet): Entry[] {
  return entries
    .map(entry => withFields(entry, difference(entry.fieldsV1, fields)))
    .filter(entry => !isEmpty(entry.fieldsV1));
}

/** Lists that we made need no second look. */
const ours = new WeakSet<readonly Entry[]>();

/** The entries as they are kept in an object, which is in a store and never changes. */
export function storedForm(entries: readonly Entry[]): Entry[] | undefined {
  if (entries.length === 0) return undefined;
  const stored = entries as Entry[];
  ours.add(stored);
  return stored;
}

/** What a client sent, or an object holds, as managed fields; undefined when it isn't any. */
export function entriesFrom(given: unknown): readonly Entry[] | undefined {
  if (!Array.isArray(given)) return undefined;
  if (ours.has(given)) return given;
  const entries = given.map(entryFrom);
  return entries.every(entry => entry !== undefined) ? entries : undefined;
}

function entryFrom(given: unknown): Entry | undefined {
  if (!isRecord(given)) return undefined;
  const { manager = '', operation, apiVersion, time, fieldsType, fieldsV1 = {}, subresource } = given;
  if (operation !== 'Apply' && operation !== 'Update') return undefined;
  if (typeof apiVersion !== 'string' || apiVersion === '' || fieldsType !== 'FieldsV1') return undefined;
  if (typeof manager !== 'string' || !isFieldSet(fieldsV1)) return undefined;
  const author: Author = { manager, operation, apiVersion };
  const by = typeof subresource === 'string' ? { ...author, subresource } : author;
  return entryOf(by, fieldsV1, typeof time === 'string' ? time : undefined);
}

const step = /^(\.$|[fi]:|[kv]:.)/;

function isFieldSet(value: unknown): value is FieldSet {
  if (!isRecord(value)) return false;
  return Object.entries(value).every(([key, inner]) => step.test(key) && isReadable(key) && isFieldSet(inner));
}

function isReadable(key: string): boolean {
  if (!key.startsWith('k:') && !key.startsWith('v:')) return true;
  try {
    const value: unknown = JSON.parse(key.slice(2));
    return key.startsWith('v:') || isRecord(value);
  } catch {
    return false;
  }
}

/** `[]` and `[{}]` ask for a new start. */
export function asksForReset(given: unknown): boolean {
  if (!Array.isArray(given)) return false;
  return given.length === 0 || (given.length === 1 && isRecord(given[0]) && Object.keys(given[0]).length === 0);
}

export function sorted(entries: readonly Entry[]): Entry[] {
  return entries.toSorted(
    (a, b) =>
      compareTexts(a.operation, b.operation) ||
      compareTexts(a.time ?? '', b.time ?? '') ||
      compareTexts(a.manager, b.manager) ||
      compareTexts(a.apiVersion, b.apiVersion) ||
      compareTexts(a.subresource ?? '', b.subresource ?? ''),
  );
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const mostUpdaters = 10;

/** Of those that update, only the last ten are told apart; what the oldest did becomes `ancient-changes`. */
export function capped(entries: readonly Entry[]): readonly Entry[] {
  let count = entries.filter(entry => entry.operation === 'Update').length;
  if (count <= mostUpdaters) return entries;
  const left = [...entries];
  const oldest = sorted(entries).filter(entry => entry.operation === 'Update');
  const firstOf = new Map<string, Entry>();
  for (const entry of oldest) {
    if (count <= mostUpdaters) break;
    const first = firstOf.get(entry.apiVersion);
    if (!first) {
      firstOf.set(entry.apiVersion, entry);
      continue;
    }
    const author = { manager: 'ancient-changes', operation: 'Update', apiVersion: entry.apiVersion } as const;
    const bucket = left.find(known => isBy(known, author)) ?? first;
    left.splice(left.indexOf(bucket), 1);
    left.splice(left.indexOf(entry), 1, entryOf(author, union(entry.fieldsV1, bucket.fieldsV1), entry.time));
    count -= 1;
  }
  return left;
}

/** Whether two lists of managed fields say the same, whenever it was. */
export function sameButTimes(a: readonly Entry[], b: readonly Entry[]): boolean {
  return (
    a.length === b.length &&
    a.every((entry, index) => {
      const other = b[index];
      if (entry === other) return true;
      return (
        other !== undefined &&
        isBy(entry, other) &&
        entry.apiVersion === other.apiVersion &&
        sameFields(entry.fieldsV1, other.fieldsV1)
      );
    })
  );
}
