import type { JsonRecord } from '../json.ts';
import { jsonSchemaProps, schemaOf } from './kubernetes.ts';
import type { AnySchema, Field, MapSchema, ObjectSchema, ScalarSchema, Schema } from './schema.ts';
import { bytesIn, fieldsOf, numberIn, type WireField, WireProblem } from './wire.ts';

const prefix = Buffer.from('k8s\0');

/**
 * The object in a body of type application/vnd.kubernetes.protobuf, as it would be in JSON. The type's own field
 * numbers say what is what.
 */
export function objectFromProtobuf(body: Buffer): JsonRecord {
  if (!body.subarray(0, prefix.length).equals(prefix)) {
    const expected = `[${[...prefix].join(' ')}]`;
    throw new WireProblem(`provided data does not appear to be a protobuf message, expected prefix ${expected}`);
  }
  const envelope = fieldsOf(body.subarray(prefix.length));
  const typeMeta = fieldsOf(lastBytes(envelope, 1) ?? Buffer.alloc(0));
  const apiVersion = lastBytes(typeMeta, 1)?.toString() ?? '';
  const kind = lastBytes(typeMeta, 2)?.toString() ?? '';
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  // Every group has the same DeleteOptions.
  const schema = schemaOf(kind === 'DeleteOptions' ? { group: '', version: 'v1', kind } : { group, version, kind });
  if (!schema) throw new WireProblem(`no kind "${kind}" is registered for version "${apiVersion}"`);
  return { apiVersion, kind, ...objectFrom(lastBytes(envelope, 2) ?? Buffer.alloc(0), schema) };
}

function lastBytes(fields: readonly WireField[], number: number): Buffer | undefined {
  const field = fields.findLast(field => field.number === number);
  return field && bytesIn(field);
}

/** By the first number of a field's way: the field itself, or those of the message that JSON doesn't show. */
type Numbered = Map<number, Field | Numbered>;

const numbered = new WeakMap<ObjectSchema, Numbered>();

function numbersOf(schema: ObjectSchema): Numbered {
  const known = numbered.get(schema);
  if (known) return known;
  const all: Numbered = new Map();
  for (const field of schema.fields.values()) {
    let within = all;
    for (const number of field.proto.slice(0, -1)) {
      const inner = within.get(number);
      const next: Numbered = inner instanceof Map ? inner : new Map();
      within.set(number, next);
      within = next;
    }
    const last = field.proto.at(-1);
    if (last !== undefined) within.set(last, field);
  }
  numbered.set(schema, all);
  return all;
}

function objectFrom(message: Buffer, schema: ObjectSchema): JsonRecord {
  const result: JsonRecord = {};
  fill(result, message, numbersOf(schema));
  return result;
}

function fill(result: JsonRecord, message: Buffer, numbers: Numbered): void {
  for (const wire of fieldsOf(message)) {
    const field = numbers.get(wire.number);
    if (field instanceof Map) fill(result, bytesIn(wire), field);
    else if (field) result[field.name] = added(result[field.name], wire, field.type);
  }
}

/** Lists and maps come item by item. */
function added(before: unknown, wire: WireField, schema: Schema): unknown {
  if (schema.kind === 'list') {
    const items = isPacked(wire, schema.items) ? packedNumbers(bytesIn(wire)) : [valueFrom(wire, schema.items)];
    return Array.isArray(before) ? [...before, ...items] : items;
  }
  if (schema.kind === 'map') return { ...(before as object | undefined), ...entryFrom(bytesIn(wire), schema) };
  return valueFrom(wire, schema);
}

function isPacked({ value }: WireField, items: Schema): boolean {
  return typeof value !== 'bigint' && items.kind === 'scalar' && ['int32', 'int64', 'boolean'].includes(items.type);
}

function packedNumbers(bytes: Buffer): number[] {
  // A tag before each number makes a message of it.
  const numbers: number[] = [];
  for (let start = 0, at = 0; at < bytes.length; at++) {
    if (bytes[at]! >= 0x80) continue;
    const [field] = fieldsOf(Buffer.concat([Buffer.from([8]), bytes.subarray(start, at + 1)]));
    if (field) numbers.push(numberIn(field));
    start = at + 1;
  }
  return numbers;
}

function entryFrom(entry: Buffer, { values }: MapSchema): JsonRecord {
  const fields = fieldsOf(entry);
  const key = lastBytes(fields, 1)?.toString() ?? '';
  const value = fields.findLast(field => field.number === 2) ?? { number: 2, value: Buffer.alloc(0) };
  // A list can't be the value of an entry: it lies in a message of its own.
  if (values.kind !== 'list') return { [key]: valueFrom(value, values) };
  return { [key]: fieldsOf(bytesIn(value)).map(item => valueFrom(item, values.items)) };
}

function valueFrom(wire: WireField, schema: Schema): unknown {
  if (schema.kind === 'object') return objectFrom(bytesIn(wire), schema);
  if (schema.kind === 'scalar') return scalarFrom(wire, schema);
  if (schema.kind === 'any') return anyFrom(bytesIn(wire), schema);
  throw new WireProblem('proto: a list in a list');
}

function scalarFrom(wire: WireField, { type }: ScalarSchema): unknown {
  switch (type) {
    case 'int32':
    case 'int64':
      return numberIn(wire);
    case 'boolean':
      return numberIn(wire) !== 0;
    case 'double':
      return bytesIn(wire).readDoubleLE();
    case 'bytes':
      return bytesIn(wire).toString('base64');
    case 'quantity':
      return lastBytes(fieldsOf(bytesIn(wire)), 1)?.toString() || '0';
    case 'intOrString':
      return intOrString(fieldsOf(bytesIn(wire)));
    case 'time':
    case 'microTime':
      return timeFrom(fieldsOf(bytesIn(wire)), type);
    case 'duration':
      return `${Number(fieldsOf(bytesIn(wire)).map(numberIn)[0] ?? 0) / 1e9}s`;
    case 'string':
      return bytesIn(wire).toString();
  }
}

function intOrString(fields: readonly WireField[]): number | string {
  const numberAt = (number: number) => {
    const field = fields.findLast(field => field.number === number);
    return field ? numberIn(field) : 0;
  };
  return numberAt(1) === 1 ? (lastBytes(fields, 3)?.toString() ?? '') : numberAt(2);
}

/** An empty message is no time at all. */
function timeFrom(fields: readonly WireField[], type: 'time' | 'microTime'): string | null {
  const [seconds, nanos] = [1, 2].map(number => fields.findLast(field => field.number === number));
  if (!seconds && !nanos) return null;
  const second = new Date((seconds ? numberIn(seconds) : 0) * 1000)
    .toISOString()
    .slice(0, 'yyyy-mm-ddThh:mm:ss'.length);
  const micros = String(Math.floor((nanos ? numberIn(nanos) : 0) / 1000)).padStart(6, '0');
  return type === 'time' ? `${second}Z` : `${second}.${micros}Z`;
}

function anyFrom(message: Buffer, { form }: AnySchema): unknown {
  const fields = fieldsOf(message);
  if (form === undefined) return JSON.parse(lastBytes(fields, 1)?.toString() || 'null');
  const parts = (number: number) => fields.filter(field => field.number === number);
  const schema = form === 'schemaOrBool' ? parts(2).at(-1) : parts(1).at(-1);
  if (schema) return objectFrom(bytesIn(schema), jsonSchemaProps());
  if (form === 'schemaOrBool') return parts(1).some(field => numberIn(field) !== 0);
  if (form === 'schemaOrStrings') return parts(2).map(field => bytesIn(field).toString());
  return parts(2).map(field => objectFrom(bytesIn(field), jsonSchemaProps()));
}
