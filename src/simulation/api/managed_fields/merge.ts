import { isRecord } from '../../../lib/json.ts';
import { clone, type JsonRecord } from '../json.ts';
import type { ListSchema, Schema } from '../schema/schema.ts';
import type { CompareOptions } from './compare.ts';
import { below, type FieldSet, has } from './field_set.ts';
import { itemStep } from './steps.ts';
import { typeOfField, typingOf } from './typing.ts';

/** `live` with everything that `applied` says; nothing is removed. Shares nothing with its arguments. */
export function merge(schema: Schema, live: JsonRecord, applied: JsonRecord, options: CompareOptions): JsonRecord {
  const merged = mergeValues(schema, live, applied, options);
  return isRecord(merged) ? merged : {};
}

function mergeValues(schema: Schema, live: unknown, applied: unknown, options: CompareOptions): unknown {
  if (applied === undefined) return clone(live);
  const typing = typingOf(schema, applied, options.deduces);
  if (typing.kind === 'record' && isRecord(applied) && isRecord(live)) {
    return mergeRecords(typing.schema, live, applied, options);
  }
  if (typing.kind === 'items' && Array.isArray(applied) && Array.isArray(live)) {
    return mergeItems(typing.schema, live, applied, options);
  }
  // Null for a record or a list that is there takes nothing away.
  if (applied === null && typing.kind !== 'whole' && live !== undefined && live !== null) return clone(live);
  return clone(applied);
}

function mergeRecords(schema: Schema, live: JsonRecord, applied: JsonRecord, options: CompareOptions): JsonRecord {
  const merged: JsonRecord = {};
  for (const name of new Set([...Object.keys(live), ...Object.keys(applied)])) {
    const type = typeOfField(schema, name);
    merged[name] = type === undefined ? clone(live[name]) : mergeValues(type, live[name], applied[name], options);
  }
  return merged;
}

/**
 * Items of both are merged. The order is that of what was applied; items that only the live list has stay where they
 * are among their neighbours.
 */
function mergeItems(
  schema: ListSchema,
  live: readonly unknown[],
  applied: readonly unknown[],
  options: CompareOptions,
): unknown[] {
  const mine = stepsOf(schema, live);
  const theirs = stepsOf(schema, applied);
  const liveByStep = uniqueByStep(mine, live);
  const wanted = new Set(theirs);
  const shared = theirs.filter(step => mine.includes(step));
  const done = new Set<string>();
  const merged: unknown[] = [];
  const take = (index: number) => {
    const step = theirs[index] ?? '';
    done.add(step);
    if (shared[0] === step) shared.shift();
    merged.push(mergeValues(schema.items, liveByStep.get(step), applied[index], options));
  };
  let left = 0;
  let right = 0;
  while (left < mine.length || right < theirs.length) {
    const step = mine[left];
    if (step !== undefined && step === theirs[right]) {
      left++;
      take(right++);
    } else if (step !== undefined && !wanted.has(step)) merged.push(clone(live[left++]));
    else if (step !== undefined && (done.has(step) || (right < theirs.length && shared[0] !== step))) left++;
    else if (right < theirs.length) take(right++);
    else left++;
  }
  return merged;
}

function stepsOf(schema: ListSchema, items: readonly unknown[]): string[] {
  return items.map((item, index) => {
    const named = itemStep(schema, item);
    return 'step' in named ? named.step : `i:${index}`;
  });
}

/** Items that occur twice are not merged with what replaces them. */
function uniqueByStep(steps: readonly string[], items: readonly unknown[]): Map<string, unknown> {
  const result = new Map<string, unknown>();
  for (const [index, step] of steps.entries()) result.set(step, result.has(step) ? undefined : items[index]);
  return result;
}

/** The value without the fields and items in the set. What is left with nothing in it goes too. */
export function removeFields(schema: Schema, value: unknown, fields: FieldSet, options: CompareOptions): unknown {
  const typing = typingOf(schema, value, options.deduces);
  if (typing.kind === 'record' && isRecord(value)) {
    const kept: JsonRecord = {};
    for (const [name, inner] of Object.entries(value)) {
      const step = `f:${name}`;
      if (has(fields, [step])) continue;
      const type = typeOfField(typing.schema, name);
      const rest = type && fields[step] ? removeFields(type, inner, below(fields, step), options) : inner;
      if (rest !== undefined) kept[name] = rest;
    }
    return Object.keys(kept).length > 0 ? kept : undefined;
  }
  if (typing.kind === 'items' && Array.isArray(value)) {
    const kept = value.flatMap((item: unknown) => {
      const named = itemStep(typing.schema, item);
      const step = 'step' in named ? named.step : '';
      if (has(fields, [step])) return [];
      return [fields[step] ? removeFields(typing.schema.items, item, below(fields, step), options) : item];
    });
    return kept.length > 0 ? kept : undefined;
  }
  return value;
}
