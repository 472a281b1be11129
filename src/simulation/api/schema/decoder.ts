import { isRecord } from '../../../lib/json.ts';
import { clone, type JsonRecord, TooDeep } from '../json.ts';
import { goTypeOf } from './kubernetes.ts';
import { Misfit, mismatch, scalarFrom } from './scalars.ts';
import type { Field, ListSchema, MapSchema, ObjectSchema, ScalarSchema, Schema } from './schema.ts';

/** Why a value is no object of its type, as a real server words it. */
export class DecodingProblem extends Error {
  override readonly name = 'DecodingProblem';
  readonly misfit: Misfit;

  constructor(message: string, misfit: Misfit) {
    super(message);
    this.misfit = misfit;
  }
}

export interface Decoded {
  object: JsonRecord;
  /** The paths of the fields that its type doesn't have, which are left out. */
  unknown: string[];
}

/** Where the decoder is: an owner and its field, a key of a map or the index in a list. */
interface Walk {
  owners: (ObjectSchema | undefined)[];
  steps: (string | number)[];
  unknown: string[];
}

const deepest = 200;
const mostUnknown = 100;

/**
 * The object that a server would keep: a copy that shares nothing with the original, without unknown fields and nulls,
 * with quantities and times in their one form, and with the parts that every object of the type has.
 */
export function decodeObject(value: unknown, schema: ObjectSchema): Decoded {
  const walk: Walk = { owners: [], steps: [], unknown: [] };
  try {
    const object = objectFrom(value, schema, walk);
    return { object: object as JsonRecord, unknown: walk.unknown };
  } catch (problem) {
    if (problem instanceof Misfit) throw new DecodingProblem(explained(problem, walk), problem);
    throw problem;
  }
}

function objectFrom(value: unknown, schema: ObjectSchema, walk: Walk): unknown {
  if (!isRecord(value)) return misfit(value, schema);
  const result: JsonRecord = {};
  const depth = enter(walk);
  for (const key in value) {
    const inner = value[key];
    if (inner === undefined) continue;
    const field = schema.fields.get(key);
    walk.owners[depth] = schema;
    walk.steps[depth] = key;
    if (field === undefined) {
      if (schema.keepsUnknown && key !== '__proto__') result[key] = clone(inner);
      else if (!schema.keepsUnknown && walk.unknown.length < mostUnknown) walk.unknown.push(pathOf(walk));
    } else if (inner !== null) setField(result, field, valueFrom(inner, field.type, walk));
    else if (field.nullable) result[key] = null;
  }
  leave(walk);
  for (const field of writtenFields(schema)) {
    if (result[field.name] === undefined) result[field.name] = zeroOf(field.type);
  }
  return result;
}

function setField(result: JsonRecord, field: Field, value: unknown): void {
  if (field.empty !== 'dropped' || !isEmpty(value)) result[field.name] = value;
}

function isEmpty(value: unknown): boolean {
  if (value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value !== 'object') return false;
  for (const _ in value) return false;
  return true;
}

function valueFrom(value: unknown, schema: Schema, walk: Walk): unknown {
  switch (schema.kind) {
    case 'scalar':
      return schema.goType === '' ? clone(value) : scalarFrom(value, schema);
    case 'object':
      return objectFrom(value, schema, walk);
    case 'list':
      return listFrom(value, schema, walk);
    case 'map':
      return mapFrom(value, schema, walk);
    case 'any':
      return clone(value);
  }
}

function listFrom(value: unknown, schema: ListSchema, walk: Walk): unknown {
  if (!Array.isArray(value)) return misfit(value, schema);
  const depth = enter(walk);
  walk.owners[depth] = undefined;
  const result: unknown[] = new Array(value.length);
  for (let index = 0; index < value.length; index++) {
    const item: unknown = value[index];
    walk.steps[depth] = index;
    result[index] = item === null || item === undefined ? zeroOf(schema.items) : valueFrom(item, schema.items, walk);
  }
  leave(walk);
  return result;
}

function mapFrom(value: unknown, schema: MapSchema, walk: Walk): unknown {
  if (!isRecord(value)) return misfit(value, schema);
  const depth = enter(walk);
  walk.owners[depth] = undefined;
  const result: JsonRecord = {};
  for (const key in value) {
    const inner = value[key];
    if (inner === undefined || key === '__proto__') continue;
    walk.steps[depth] = key;
    result[key] = inner === null ? zeroOf(schema.values) : valueFrom(inner, schema.values, walk);
  }
  leave(walk);
  return result;
}

/** What a custom resource has in the wrong type stays as it is: its definition's validation speaks of it. */
function misfit(value: unknown, schema: ObjectSchema | ListSchema | MapSchema | ScalarSchema): unknown {
  if (schema.goType === '') return clone(value);
  throw mismatch(value, schema.goType);
}

function enter({ owners, steps }: Walk): number {
  if (steps.length > deepest) throw new TooDeep();
  owners.push(undefined);
  return steps.push('') - 1;
}

function leave({ owners, steps }: Walk): void {
  owners.pop();
  steps.pop();
}

const written = new WeakMap<ObjectSchema, readonly Field[]>();

function writtenFields(schema: ObjectSchema): readonly Field[] {
  let fields = written.get(schema);
  if (!fields) {
    fields = [...schema.fields.values()].filter(field => field.empty === 'written');
    written.set(schema, fields);
  }
  return fields;
}

/** What Go has where nobody said anything. */
function zeroOf(schema: Schema): unknown {
  if (schema.kind === 'list') return [];
  if (schema.kind === 'scalar') return zeroScalar(schema);
  const result: JsonRecord = {};
  if (schema.kind === 'object') for (const { name, type } of writtenFields(schema)) result[name] = zeroOf(type);
  return result;
}

function zeroScalar({ type }: ScalarSchema): unknown {
  if (type === 'boolean') return false;
  if (type === 'quantity') return '0';
  if (type === 'time' || type === 'microTime') return null;
  return ['int32', 'int64', 'double', 'intOrString'].includes(type) ? 0 : '';
}

/** `spec.containers[0].image`. */
function pathOf({ steps }: Walk): string {
  return steps
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');
}

/** Go names the struct that it was filling, and the way there without indices and map keys. */
function explained({ message, goType }: Misfit, { owners, steps }: Walk): string {
  if (goType === undefined) return message;
  const struct = owners.findLast(owner => owner !== undefined);
  if (!struct) return `json: cannot unmarshal ${message} into Go value of type ${goType}`;
  const way = owners.flatMap((owner, index) => {
    const field = owner?.fields.get(String(steps[index]));
    return field ? [...field.within, field.name] : [];
  });
  const name = goTypeOf(struct).split('.').at(-1);
  return `json: cannot unmarshal ${message} into Go struct field ${name}.${way.join('.')} of type ${goType}`;
}
