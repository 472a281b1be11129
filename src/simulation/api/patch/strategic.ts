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
  if (directive === 'replace') return clone(without(patch, '$patch'));
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
  for (const [key, order] of Object.entries(patch)) {
    const field = key.slice(orderPrefix.length);
    if (key.startsWith(orderPrefix) && patch[field] === undefined) reorder(result, { key: field, order }, schema);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(deletePrefix)) removeValues(result, key.slice(deletePrefix.length), value);
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
  const merges = patchStrategy.includes('merge') && Array.isArray(value);
  if (merges && order !== undefined) checkOrder(value, order, mergeKey);
  if (isRecord(value) && isRecord(existing)) {
    result[key] = patchStrategy.includes('replace') ? clone(value) : mergeRecord(existing, value, type);
  } else if (merges && Array.isArray(existing)) {
    const merge = (item: JsonRecord, change: JsonRecord) => mergeRecord(item, change, itemsOf(type));
    result[key] = mergeLists(existing, value, { mergeKey, merge, order: Array.isArray(order) ? order : undefined });
  } else if (isDirected(value)) delete result[key];
  else result[key] = Array.isArray(existing) ? clone(value) : asNew(value);
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

/** A value where none was: without nulls, and without what is only a directive. The rest of it is nobody's field. */
function asNew(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter(item => !isDirected(item)).map(asNew);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(
    ([key, inner]) => key !== '__proto__' && inner !== null && !isDirected(inner),
  );
  return Object.fromEntries(kept.map(([key, inner]) => [key, asNew(inner)]));
}

function isDirected(value: unknown): boolean {
  return isRecord(value) && value['$patch'] !== undefined;
}

function without(record: JsonRecord, key: string): JsonRecord {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
