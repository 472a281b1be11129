import type { JsonRecord } from '../json.ts';
import { metadataSchema } from './kubernetes.ts';
import type { Field, ListSchema, MapSchema, ObjectSchema, ScalarSchema, ScalarType, Schema } from './schema.ts';

const metaPackage = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** The scalars that are types of their own, with what a document says of them. */
const namedScalars: Partial<Readonly<Record<ScalarType, readonly [string, JsonRecord]>>> = {
  quantity: ['io.k8s.apimachinery.pkg.api.resource.Quantity', { oneOf: [{ type: 'string' }, { type: 'number' }] }],
  intOrString: [
    'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  ],
  time: [`${metaPackage}.Time`, { type: 'string', format: 'date-time' }],
  microTime: [`${metaPackage}.MicroTime`, { type: 'string', format: 'date-time' }],
  duration: [`${metaPackage}.Duration`, { type: 'string' }],
};

const plainScalars: Partial<Readonly<Record<ScalarType, JsonRecord>>> = {
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
};

/** A document's components, which grow by every type that something refers to. */
export interface Components {
  schemas: JsonRecord;
  /** The reference to a type, which is written down with all that it refers to. */
  refTo(schema: ObjectSchema, name?: string): JsonRecord;
}

export function createComponents(): Components {
  const schemas: JsonRecord = {};
  return { schemas, refTo };

  function refTo(schema: ObjectSchema, name = schema.name): JsonRecord {
    if (schemas[name] === undefined) {
      schemas[name] = {};
      schemas[name] = objectOf(schema);
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  function objectOf(schema: ObjectSchema): JsonRecord {
    const fields = [...schema.fields.values()];
    const required = fields.filter(field => field.required).map(field => field.name);
    return {
      type: 'object',
      ...(fields.length > 0
        ? { properties: Object.fromEntries(fields.map(field => [field.name, propertyOf(field)])) }
        : {}),
      ...(required.length > 0 ? { required } : {}),
      ...(schema.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
      ...(schema.keepsUnknown ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
    };
  }

  function propertyOf(field: Field): JsonRecord {
    const { patchStrategy, mergeKey, empty } = field;
    const fallback = field.default ?? (empty === 'written' ? zeroOf(field.type) : undefined);
    return {
      ...typeOf(field.type, true),
      ...(fallback === undefined ? {} : { default: fallback }),
      ...(field.nullable ? { nullable: true } : {}),
      ...(mergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': mergeKey }),
      ...(patchStrategy.length === 0 ? {} : { 'x-kubernetes-patch-strategy': patchStrategy.join(',') }),
    };
  }

  function typeOf(schema: Schema, wrapped = false): JsonRecord {
    switch (schema.kind) {
      case 'any':
        return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
      case 'object':
        return objectRef(schema, wrapped);
      case 'list':
        return listOf(schema);
      case 'map':
        return mapOf(schema);
      case 'scalar':
        return scalarOf(schema, wrapped);
    }
  }

  /** Types without a name are written where they are. */
  function objectRef(schema: ObjectSchema, wrapped: boolean): JsonRecord {
    if (schema.name === '') return objectOf(schema);
    const ref = refTo(schema);
    return wrapped ? { allOf: [ref] } : ref;
  }

  function listOf({ items, listType, keys }: ListSchema): JsonRecord {
    return {
      type: 'array',
      items: typeOf(items),
      'x-kubernetes-list-type': listType,
      ...(listType === 'map' ? { 'x-kubernetes-list-map-keys': keys } : {}),
    };
  }

  function mapOf({ values, atomic }: MapSchema): JsonRecord {
    return {
      type: 'object',
      additionalProperties: typeOf(values),
      ...(atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
    };
  }

  function scalarOf({ type, goType }: ScalarSchema, wrapped: boolean): JsonRecord {
    const [name, definition] = namedScalars[type] ?? [];
    if (name === undefined) return plainScalars[type] ?? { type };
    if (goType === '')
      return { ...definition, ...(type === 'intOrString' ? { 'x-kubernetes-int-or-string': true } : {}) };
    schemas[name] ??= definition;
    const ref = { $ref: `#/components/schemas/${name}` };
    return wrapped ? { allOf: [ref] } : ref;
  }
}

function zeroOf(schema: Schema): unknown {
  if (schema.kind === 'object') return {};
  if (schema.kind !== 'scalar') return undefined;
  if (schema.type === 'boolean') return false;
  if (schema.type === 'string') return '';
  return schema.type.startsWith('int') ? 0 : undefined;
}

/** What a list of objects of this kind looks like. */
export function listSchema(schema: ObjectSchema): ObjectSchema {
  const plain = {
    required: false,
    nullable: false,
    empty: 'dropped',
    patchStrategy: [],
    proto: [],
    within: [],
  } as const;
  const text: Schema = { kind: 'scalar', type: 'string', goType: 'string' };
  const items: Schema = { kind: 'list', items: schema, listType: 'atomic', keys: [], goType: '' };
  const fields: Field[] = [
    { ...plain, name: 'apiVersion', type: text },
    { ...plain, name: 'items', type: items, required: true },
    { ...plain, name: 'kind', type: text },
    { ...plain, name: 'metadata', type: metadataSchema('ListMeta') },
  ];
  return {
    ...schema,
    name: `${schema.name}List`,
    fields: new Map(fields.map(field => [field.name, field])),
    atomic: false,
  };
}
