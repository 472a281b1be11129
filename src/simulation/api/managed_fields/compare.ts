import { isRecord } from '../../../lib/json.ts';
import { equal, type JsonRecord } from '../json.ts';
import type { ListSchema, Schema } from '../schema/schema.ts';
import { type FieldSet, inOrder, leaf, nodeOf } from './field_set.ts';
import { itemStep } from './steps.ts';
import { typeOfField, typingOf, unsetValue, writtenAnyway } from './typing.ts';

/** Where two objects of one type differ. No field is in more than one of the sets. */
export interface Comparison {
  removed?: FieldSet | undefined;
  modified?: FieldSet | undefined;
  added?: FieldSet | undefined;
}

export interface CompareOptions {
  /** Take values of no known type apart: custom resources. */
  deduces: boolean;
}

/** `before` may be undefined: then everything is new, but what the type writes anyway. */
export function compare(
  schema: Schema,
  before: JsonRecord | undefined,
  after: JsonRecord,
  options: CompareOptions,
): Comparison {
  return compareValues(schema, before ?? {}, after, options) ?? {};
}

const onlyAdded: Comparison = { added: leaf };
const onlyRemoved: Comparison = { removed: leaf };
const onlyModified: Comparison = { modified: leaf };

/** Undefined where nothing differs. An undefined side is one that isn't there; null is there, and empty. */
function compareValues(
  schema: Schema,
  before: unknown,
  after: unknown,
  options: CompareOptions,
): Comparison | undefined {
  if (before === after) return undefined;
  const typing = typingOf(schema, after ?? before, options.deduces);
  if (typing.kind === 'whole' || (isNothing(before) && isNothing(after))) return compareWholes(before, after);
  const inner =
    typing.kind === 'record'
      ? compareRecords(typing.schema, recordIn(before), recordIn(after), options)
      : compareItems(typing.schema, listIn(before), listIn(after), options);
  if (before === undefined) return { ...inner, added: nodeOf(true, inner?.added) };
  if (after === undefined) return { ...inner, removed: nodeOf(true, inner?.removed) };
  return inner;
}

function compareWholes(before: unknown, after: unknown): Comparison | undefined {
  if (before === undefined) return onlyAdded;
  if (after === undefined) return onlyRemoved;
  return equal(before, after) ? undefined : onlyModified;
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (!isRecord(value)) return false;
  for (const _ in value) return false;
  return true;
}

function recordIn(value: unknown): JsonRecord | undefined {
  return isRecord(value) ? value : undefined;
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What differs below one place, as it is found. */
interface Found {
  removed: Record<string, FieldSet> | undefined;
  modified: Record<string, FieldSet> | undefined;
  added: Record<string, FieldSet> | undefined;
}

function nothingFound(): Found {
  return { removed: undefined, modified: undefined, added: undefined };
}

function put(found: Found, step: string, difference: Comparison): void {
  for (const kind of ['removed', 'modified', 'added'] as const) {
    const node = difference[kind];
    if (node === undefined) continue;
    const set = found[kind] ?? {};
    set[step] = node;
    found[kind] = set;
  }
}

function resultOf({ removed, modified, added }: Found): Comparison | undefined {
  if (!removed && !modified && !added) return undefined;
  return { removed: sorted(removed), modified: sorted(modified), added: sorted(added) };
}

function sorted(set: Record<string, FieldSet> | undefined): FieldSet | undefined {
  if (set === undefined) return undefined;
  const steps = Object.keys(set);
  if (steps.length < 2) return set;
  return Object.fromEntries(inOrder(steps).map(step => [step, set[step] ?? leaf]));
}

function compareRecords(
  schema: Schema,
  before: JsonRecord | undefined,
  after: JsonRecord | undefined,
  options: CompareOptions,
): Comparison | undefined {
  const found = nothingFound();
  const compareField = (name: string) => {
    const said = before?.[name];
    const says = after?.[name];
    if (said === says && said !== undefined) return;
    const type = typeOfField(schema, name);
    if (type === undefined) return;
    const was = before && (said === undefined ? unsetValue(schema, name) : said);
    const is = after && (says === undefined ? unsetValue(schema, name) : says);
    const difference = compareValues(type, was, is, options);
    if (difference) put(found, `f:${name}`, difference);
  };
  for (const name in after) compareField(name);
  for (const name in before) if (after?.[name] === undefined) compareField(name);
  for (const name of before && after ? [] : writtenAnyway(schema)) {
    if ((before ?? after)?.[name] === undefined) compareField(name);
  }
  return resultOf(found);
}

function compareItems(
  schema: ListSchema,
  before: readonly unknown[],
  after: readonly unknown[],
  options: CompareOptions,
): Comparison | undefined {
  const found = nothingFound();
  if (before.length === after.length && equal(before, after)) return undefined;
  const were = byStep(schema, before);
  const are = byStep(schema, after);
  for (const step of new Set([...were.keys(), ...are.keys()])) {
    const difference = compareGroups(schema, were.get(step) ?? [], are.get(step) ?? [], options);
    if (difference) put(found, step, difference);
  }
  return resultOf(found);
}

/** Items that nothing tells apart are compared as one. */
function compareGroups(
  { items }: ListSchema,
  before: readonly unknown[],
  after: readonly unknown[],
  options: CompareOptions,
): Comparison | undefined {
  if (before.length <= 1 && after.length <= 1) return compareValues(items, before[0], after[0], options);
  if (before.length > 1 && after.length > 1) return equal(before, after) ? undefined : onlyModified;
  if (before.length > 1) {
    const now = after.length > 0 ? compareValues(items, undefined, after[0], options) : undefined;
    return { ...now, removed: leaf };
  }
  const was = before.length > 0 ? compareValues(items, before[0], undefined, options) : undefined;
  return { ...was, added: leaf };
}

export function byStep(schema: ListSchema, items: readonly unknown[]): Map<string, unknown[]> {
  const groups = new Map<string, unknown[]>();
  for (const item of items) {
    const named = itemStep(schema, item);
    if ('problem' in named) continue;
    const group = groups.get(named.step);
    if (group) group.push(item);
    else groups.set(named.step, [item]);
  }
  return groups;
}
