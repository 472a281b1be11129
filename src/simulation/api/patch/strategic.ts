import { isRecord } from '../../../lib/json.ts';
import { clone, type JsonRecord } from '../json.ts';
import type { Field, Schema } from '../schema/schema.ts';
import { goText } from './go_text.ts';
import { checkOrder, mergeLists, removeValues } from './strategic_list.ts';
import { StrategicPatchProblem } from './strategic_problem.ts';

const orderPrefix = '$setElementOrder/';
const deletePrefix = '$deleteFromPrimitiveList/';

/** A Kubernetes strategic merge patch for an object of this type. Shares nothing with its arguments. */
export function strategicMergePatch(target: unknown, patch: unknown, schema: Schema): JsonRecord {
  if (patch === null) return isRecord(target) ? clone(target) : {};
  if (!isRecord(patch)) throw new StrategicPatchProblem('expected the patch to be an object', 400);
  return mergeRecord(isRecord(target) ? target : {}, patch, schema);
}

function mergeRecord(target: JsonRecord, patch: JsonRecord, schema: Schema | undefined): JsonRecord {
  const directive = patch['$patch'];
  if (directive === 'replace') return withoutDirectives(without(patch, '$patch'));
  if (directive === 'delete') return {};
  if (directive !== undefined) {
    throw new StrategicPatchProblem(`unknown patch type: ${goText(directive)} in map: ${goText(patch)}`);
  }
  const result = retained(clone(target), patch);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$') || key === '__proto__') continue;
    if (value === null) delete result[key];
    else mergeField(result, { key, value, order: patch[`${orderPrefix}${key}`] }, schema);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(deletePrefix)) removeValues(result, key.slice(deletePrefix.length), value);
  }
  for (const [key, order] of Object.entries(patch)) {
    const field = key.slice(orderPrefix.length);
    if (key.startsWith(orderPrefix) && patch[field] === undefined) reorder(result, { key: field, order }, schema);
  }
  return result;
}

interface Change {
  key: string;
  value: unknown;
  /** What `$setElementOrder` says about it. */
  order: unknown;
}

function mergeField(result: JsonRecord, { key, value, order }: Change, schema: Schema | undefined): void {
  const existing = result[key];
  const { type, patchStrategy = [], mergeKey } = fieldOf(schema, key);
  if (isRecord(value)) {
    const replaces = patchStrategy.includes('replace') || !isRecord(existing);
    // What is new is taken as it is, and a directive alone is nothing.
    if (!isRecord(existing) && value['$patch'] !== undefined) delete result[key];
    else result[key] = mergeRecord(replaces ? {} : existing, value, type);
  } else if (Array.isArray(value) && patchStrategy.includes('merge')) {
    const before: unknown[] = Array.isArray(existing) ? existing : [];
    if (order !== undefined) checkOrder(value, order, mergeKey);
    const merge = (item: JsonRecord, change: JsonRecord) => mergeRecord(item, change, itemsOf(type));
    result[key] = mergeLists(before, value, { mergeKey, merge, order: Array.isArray(order) ? order : undefined });
  } else result[key] = withoutDirectives(value);
}

function reorder(result: JsonRecord, { key, order }: Omit<Change, 'value'>, schema: Schema | undefined): void {
  const list = result[key];
  const { patchStrategy = [], mergeKey } = fieldOf(schema, key);
  checkOrder([], order, mergeKey);
  if (!Array.isArray(list) || !Array.isArray(order) || !patchStrategy.includes('merge')) return;
  result[key] = mergeLists(list, [], { mergeKey, merge: item => item, order });
}

/** The fields of a map are all alike. */
function fieldOf(schema: Schema | undefined, key: string): Partial<Field> {
  if (schema?.kind === 'map') return { type: schema.values };
  return (schema?.kind === 'object' ? schema.fields.get(key) : undefined) ?? {};
}

function itemsOf(schema: Schema | undefined): Schema | undefined {
  return schema?.kind === 'list' ? schema.items : undefined;
}

/** Only what is named stays; what the patch sets has to be named. */
function retained(target: JsonRecord, patch: JsonRecord): JsonRecord {
  const keys = patch['$retainKeys'];
  if (keys === undefined) return target;
  const sets = Object.keys(patch).filter(key => patch[key] !== null && !key.startsWith('$'));
  if (!Array.isArray(keys) || !sets.every(key => keys.includes(key))) {
    throw new StrategicPatchProblem('invalid patch format of retainKeys', 400);
  }
  return Object.fromEntries(Object.entries(target).filter(([key]) => keys.includes(key)));
}

/** A new value: without nulls, and without what was only meant for the patch. */
function withoutDirectives(value: unknown): JsonRecord {
  return stripped(value) as JsonRecord;
}

function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter(item => !isRecord(item) || item['$patch'] === undefined).map(stripped);
  if (!isRecord(value)) return value;
  const isDirected = (inner: unknown) => isRecord(inner) && inner['$patch'] !== undefined;
  const kept = Object.entries(value).filter(
    ([key, inner]) => !key.startsWith('$') && key !== '__proto__' && inner !== null && !isDirected(inner),
  );
  return Object.fromEntries(kept.map(([key, inner]) => [key, stripped(inner)]));
}

function without(record: JsonRecord, key: string): JsonRecord {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
