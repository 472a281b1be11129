import { isRecord } from '../../../../src/lib/json.ts';
import { jsonSchemaProps } from '../../../../src/simulation/api/schema/kubernetes.ts';
import type { Field, ObjectSchema, ScalarSchema, Schema } from '../../../../src/simulation/api/schema/schema.ts';

/** An object as clients send it in application/vnd.kubernetes.protobuf. */
export function envelope(
  apiVersion: string,
  kind: string,
  object: Record<string, unknown>,
  schema: ObjectSchema,
): Buffer {
  const typeMeta = Buffer.concat([text(1, apiVersion), text(2, kind)]);
  const unknown = Buffer.concat([bytes(1, typeMeta), bytes(2, message(object, schema)), text(3, ''), text(4, '')]);
  return Buffer.concat([Buffer.from('k8s\0'), unknown]);
}

function message(object: Record<string, unknown>, schema: ObjectSchema): Buffer {
  const set = [...schema.fields.values()].filter(field => object[field.name] !== undefined && field.proto.length > 0);
  return Buffer.concat(set.map(field => fieldOf(field, object[field.name])));
}

/** What Go embeds lies in messages of their own. */
function fieldOf({ type, proto }: Field, value: unknown): Buffer {
  const inner = encoded(proto.at(-1)!, value, type);
  return proto.slice(0, -1).reduceRight((content, number) => bytes(number, content), inner);
}

function encoded(number: number, value: unknown, schema: Schema): Buffer {
  switch (schema.kind) {
    case 'list':
      return Buffer.concat((value as unknown[]).map(item => encoded(number, item, schema.items)));
    case 'map':
      return Buffer.concat(
        Object.entries(value as object).map(([key, inner]) => bytes(number, entry(key, inner, schema.values))),
      );
    case 'object':
      return bytes(number, message(value as Record<string, unknown>, schema));
    case 'any':
      return bytes(number, anything(value, schema.form));
    case 'scalar':
      return scalar(number, value, schema);
  }
}

function entry(key: string, value: unknown, schema: Schema): Buffer {
  const inner = schema.kind === 'list' ? bytes(2, encoded(1, value, schema)) : encoded(2, value, schema);
  return Buffer.concat([text(1, key), inner]);
}

function anything(value: unknown, form: string | undefined): Buffer {
  if (form === undefined) return text(1, JSON.stringify(value));
  const schema = jsonSchemaProps();
  if (typeof value === 'boolean') return varintField(1, value ? 1n : 0n);
  if (isRecord(value)) {
    const allows = form === 'schemaOrBool' ? varintField(1, 1n) : Buffer.alloc(0);
    return Buffer.concat([allows, bytes(form === 'schemaOrBool' ? 2 : 1, message(value, schema))]);
  }
  const items = value as unknown[];
  if (form === 'schemaOrStrings') return Buffer.concat(items.map(item => text(2, String(item))));
  return Buffer.concat(items.map(item => bytes(2, message(item as Record<string, unknown>, schema))));
}

function scalar(number: number, value: unknown, { type }: ScalarSchema): Buffer {
  switch (type) {
    case 'int32':
    case 'int64':
      return varintField(number, BigInt.asUintN(64, BigInt(value as number)));
    case 'boolean':
      return varintField(number, value ? 1n : 0n);
    case 'double':
      return double(number, value as number);
    case 'bytes':
      return bytes(number, Buffer.from(String(value), 'base64'));
    case 'quantity':
      return bytes(number, text(1, String(value)));
    case 'intOrString':
      return bytes(number, intOrString(value));
    case 'time':
    case 'microTime':
      return bytes(number, time(String(value)));
    case 'duration':
      return bytes(number, varintField(1, BigInt(Number.parseFloat(String(value)) * 1e9)));
    case 'string':
      return text(number, String(value));
  }
}

function intOrString(value: unknown): Buffer {
  if (typeof value === 'string') return Buffer.concat([varintField(1, 1n), varintField(2, 0n), text(3, value)]);
  return Buffer.concat([varintField(1, 0n), varintField(2, BigInt.asUintN(64, BigInt(value as number))), text(3, '')]);
}

function time(value: string): Buffer {
  const micros = Number(/\.(\d{6})/.exec(value)?.[1] ?? 0);
  const seconds = BigInt(Math.floor(Date.parse(value) / 1000));
  return Buffer.concat([varintField(1, seconds), varintField(2, BigInt(micros) * 1000n)]);
}

function double(number: number, value: number): Buffer {
  const written = Buffer.alloc(8);
  written.writeDoubleLE(value);
  return Buffer.concat([varint(BigInt((number << 3) | 1)), written]);
}

function text(number: number, value: string): Buffer {
  return bytes(number, Buffer.from(value));
}

function bytes(number: number, value: Buffer): Buffer {
  return Buffer.concat([varint(BigInt((number << 3) | 2)), varint(BigInt(value.length)), value]);
}

function varintField(number: number, value: bigint): Buffer {
  return Buffer.concat([varint(BigInt(number << 3)), varint(value)]);
}

function varint(value: bigint): Buffer {
  const written: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 0x80n) return Buffer.from([...written, Number(rest)]);
    written.push(Number(rest & 0x7fn) | 0x80);
  }
}
