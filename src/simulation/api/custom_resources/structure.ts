import { isRecord } from '../../../lib/json.ts';
import { clone, type JsonRecord } from '../json.ts';

/** Drops, in place, every field that the schema doesn't know; `isRoot` keeps what all objects have. */
export function prune(schema: JsonRecord, value: unknown, isRoot = false): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (isRecord(items)) for (const item of value) prune(items, item);
    return;
  }
  if (!isRecord(value)) return;
  const { properties, additionalProperties } = schema;
  const known = isRecord(properties) ? properties : {};
  const isObject = isRoot || schema['x-kubernetes-embedded-resource'] === true;
  const keeps = schema['x-kubernetes-preserve-unknown-fields'] === true || additionalProperties === true;
  for (const [name, inner] of Object.entries(value)) {
    if (isObject && (name === 'apiVersion' || name === 'kind' || name === 'metadata')) continue;
    const type = Object.hasOwn(known, name) ? known[name] : additionalProperties;
    if (isRecord(type)) prune(type, inner);
    else if (!keeps) delete value[name];
  }
}

/** Fills in, in place, the defaults of whatever is there. A null that may not be one counts as not there. */
export function fillInDefaults(schema: JsonRecord, value: unknown): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (isRecord(items)) for (const item of value) fillInDefaults(items, item);
    return;
  }
  if (!isRecord(value)) return;
  const { properties, additionalProperties } = schema;
  const known = isRecord(properties) ? properties : {};
  for (const [name, type] of Object.entries(known)) {
    if (!isRecord(type)) continue;
    const isUnset = value[name] === undefined || (value[name] === null && type['nullable'] !== true);
    if (isUnset && type['default'] !== undefined) value[name] = clone(type['default']);
    else if (value[name] === undefined) delete value[name];
    fillInDefaults(type, value[name]);
  }
  if (!isRecord(additionalProperties)) return;
  for (const [name, inner] of Object.entries(value)) {
    if (!Object.hasOwn(known, name)) fillInDefaults(additionalProperties, inner);
  }
}
