import { isRecord } from '../../../lib/json.ts';
import type { JsonRecord } from '../json.ts';
import { metadataSchema } from './kubernetes.ts';
import { anything, type Field, type ListSchema, type ObjectSchema, type ScalarType, type Schema } from './schema.ts';

/** The type of a custom resource, from the `openAPIV3Schema` of its definition; without one it keeps everything. */
export function schemaFromOpenApi(given: unknown): ObjectSchema {
  const schema = isRecord(given) ? objectFrom(given) : objectFrom({ 'x-kubernetes-preserve-unknown-fields': true });
  return { ...schema, fields: new Map([...schema.fields, ...ownFields]), embedded: true };
}

const text: Schema = { kind: 'scalar', type: 'string', goType: '' };

/** What every object has, whatever its definition says. */
const ownFields: readonly [string, Field][] = [
  ['apiVersion', field('apiVersion', text)],
  ['kind', field('kind', text)],
  ['metadata', field('metadata', metadataSchema())],
];

function field(name: string, type: Schema, given: JsonRecord = {}, required = false): Field {
  return {
    name,
    type,
    required,
    nullable: given['nullable'] === true,
    empty: 'kept',
    patchStrategy: [],
    proto: [],
    within: [],
    ...(given['default'] === undefined ? {} : { default: given['default'] }),
  };
}

function schemaFrom(given: unknown): Schema {
  if (!isRecord(given)) return anything;
  if (given['x-kubernetes-int-or-string'] === true) return scalar('intOrString');
  switch (given['type']) {
    case 'object':
      return isRecord(given['additionalProperties']) || given['additionalProperties'] === true
        ? mapFrom(given)
        : objectFrom(given);
    case 'array':
      return listFrom(given);
    case 'string':
    case 'boolean':
      return scalar(given['type']);
    case 'integer':
      return scalar(given['format'] === 'int32' ? 'int32' : 'int64');
    case 'number':
      return scalar('double');
    default:
      return given['properties'] === undefined ? anything : objectFrom(given);
  }
}

function scalar(type: ScalarType): Schema {
  return { kind: 'scalar', type, goType: '' };
}

function mapFrom(given: JsonRecord): Schema {
  const values = schemaFrom(given['additionalProperties']);
  return { kind: 'map', values, atomic: given['x-kubernetes-map-type'] === 'atomic', goType: '' };
}

function listFrom(given: JsonRecord): ListSchema {
  const listType = given['x-kubernetes-list-type'];
  const keys: unknown[] = Array.isArray(given['x-kubernetes-list-map-keys']) ? given['x-kubernetes-list-map-keys'] : [];
  return {
    kind: 'list',
    items: schemaFrom(given['items']),
    listType: listType === 'map' || listType === 'set' ? listType : 'atomic',
    keys: keys.filter(key => typeof key === 'string'),
    goType: '',
  };
}

function objectFrom(given: JsonRecord): ObjectSchema {
  const properties = isRecord(given['properties']) ? given['properties'] : {};
  const required: unknown[] = Array.isArray(given['required']) ? given['required'] : [];
  const embedded = given['x-kubernetes-embedded-resource'] === true;
  const own = Object.entries(properties).map(([name, property]): [string, Field] => [
    name,
    field(name, schemaFrom(property), isRecord(property) ? property : {}, required.includes(name)),
  ]);
  return {
    kind: 'object',
    name: '',
    fields: new Map([...own, ...(embedded ? ownFields : [])]),
    atomic: given['x-kubernetes-map-type'] === 'atomic',
    keepsUnknown: given['x-kubernetes-preserve-unknown-fields'] === true,
    embedded,
    goType: '',
  };
}
