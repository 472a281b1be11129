import { isRecord } from '../../../lib/json.ts';
import type { StatusCause } from '../client.ts';
import type { JsonRecord } from '../json.ts';
import { required, unsupported, wrong } from '../validation/problem.ts';

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const deepest = 50;

/** What keeps the schema of a version from being a structural one: then nothing could be pruned or filled in by it. */
export function schemaProblems(schema: unknown, field: string): StatusCause[] {
  if (!isRecord(schema)) return [];
  const root =
    schema['type'] === 'object' ? [] : [wrong(`${field}.type`, schema['type'] ?? '', 'must be object at the root')];
  return [
    ...(schema['type'] === undefined ? [required(`${field}.type`, 'must not be empty at the root')] : root),
    ...problemsBelow(schema, field, 0),
  ];
}

function problemsBelow(schema: JsonRecord, field: string, depth: number): StatusCause[] {
  if (depth > deepest) return [wrong(field, '', `must not be nested deeper than ${deepest} levels`)];
  const { items, properties, additionalProperties, pattern } = schema;
  const inner = [
    ...(isRecord(properties)
      ? Object.entries(properties).flatMap(([name, property]) =>
          inside(property, `${field}.properties[${name}]`, depth),
        )
      : []),
    ...inside(items, `${field}.items`, depth),
    ...(isRecord(additionalProperties) ? inside(additionalProperties, `${field}.additionalProperties`, depth) : []),
  ];
  return [
    ...(isRecord(properties) && additionalProperties !== undefined && additionalProperties !== false
      ? [
          {
            reason: 'FieldValueForbidden',
            message: 'Forbidden: additionalProperties and properties are mutual exclusive',
            field: `${field}.additionalProperties`,
          },
        ]
      : []),
    ...(schema['type'] === 'array' && items === undefined ? [required(`${field}.items`, 'must be specified')] : []),
    ...(typeof pattern === 'string' && !isPattern(pattern)
      ? [wrong(`${field}.pattern`, pattern, 'must be a valid regular expression')]
      : []),
    ...typeProblems(schema, field, depth),
    ...inner,
  ];
}

function inside(schema: unknown, field: string, depth: number): StatusCause[] {
  return isRecord(schema) ? problemsBelow(schema, field, depth + 1) : [];
}

function typeProblems(schema: JsonRecord, field: string, depth: number): StatusCause[] {
  const { type } = schema;
  if (typeof type === 'string' && type !== '' && !types.includes(type))
    return [unsupported(`${field}.type`, type, types)];
  if (type || depth === 0) return [];
  const isFree =
    schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  return isFree ? [] : [required(`${field}.type`, 'must not be empty for specified object fields')];
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}
