import { isRecord } from '../../../lib/json.ts';
import type { JsonRecord } from '../json.ts';
import type { ListSchema, Schema } from '../schema/schema.ts';
import type { CompareOptions } from './compare.ts';
import { byStep } from './compare.ts';
import { below, type FieldSet, inOrder, leaf, nodeOf, noFields } from './field_set.ts';
import { typeOfField, typingOf } from './typing.ts';

/** Every field and item that an object names: what whoever applies it wants to own. */
export function fieldsNamedIn(schema: Schema, object: JsonRecord, options: CompareOptions): FieldSet {
  return namedBelow(schema, object, options) ?? noFields;
}

/** Undefined for what has nothing below it. */
function namedBelow(schema: Schema, value: unknown, options: CompareOptions): FieldSet | undefined {
  const typing = typingOf(schema, value, options.deduces);
  if (typing.kind === 'record') return isRecord(value) ? namedInRecord(typing.schema, value, options) : undefined;
  if (typing.kind === 'items') return Array.isArray(value) ? namedInItems(typing.schema, value, options) : undefined;
  return undefined;
}

function isWhole(schema: Schema, value: unknown, options: CompareOptions): boolean {
  return typingOf(schema, value, options.deduces).kind === 'whole';
}

function namedInRecord(schema: Schema, record: JsonRecord, options: CompareOptions): FieldSet | undefined {
  const set: Record<string, FieldSet> = {};
  for (const name of Object.keys(record)) {
    const type = typeOfField(schema, name);
    if (type === undefined) continue;
    const value = record[name];
    const isListed = schema.kind === 'object' && schema.fields.has(name);
    const isNothing = value === null || (isRecord(value) && Object.keys(value).length === 0);
    const member = isWhole(type, value, options) || isNothing || !isListed;
    const node = nodeOf(member, namedBelow(type, value, options));
    if (node) set[`f:${name}`] = node;
  }
  return ordered(set);
}

function namedInItems(schema: ListSchema, items: readonly unknown[], options: CompareOptions): FieldSet | undefined {
  const set: Record<string, FieldSet> = {};
  for (const [step, group] of byStep(schema, items)) {
    const inner = group.length === 1 ? namedBelow(schema.items, group[0], options) : undefined;
    set[step] = nodeOf(true, inner) ?? leaf;
  }
  return ordered(set);
}

function ordered(set: Record<string, FieldSet>): FieldSet | undefined {
  const steps = inOrder(Object.keys(set));
  if (steps.length === 0) return undefined;
  return Object.fromEntries(steps.map(step => [step, set[step] ?? leaf]));
}

/** The set with every field of an object type that has anything below it: what is to be removed with all it holds. */
export function withParents(schema: Schema | undefined, set: FieldSet): FieldSet {
  const result: Record<string, FieldSet> = {};
  for (const step of Object.keys(set)) {
    const node = set[step] ?? leaf;
    const isMember = node['.'] !== undefined || Object.keys(node).length === 0;
    const isListed = step.startsWith('f:') && schema?.kind === 'object' && schema.fields.has(step.slice(2));
    const inner = withParents(typeBelow(schema, step), below(set, step));
    result[step] = nodeOf(isMember || isListed, inner) ?? leaf;
  }
  return result;
}

function typeBelow(schema: Schema | undefined, step: string): Schema | undefined {
  if (schema === undefined) return undefined;
  if (step.startsWith('f:')) return typeOfField(schema, step.slice(2));
  return schema.kind === 'list' ? schema.items : undefined;
}
