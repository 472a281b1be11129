import { isRecord } from '../../lib/json.ts';
import { cleaned } from './frame.ts';

const longest = { schema: 3_000, text: 120, name: 64 };
const deepest = 5;
const mostProperties = 30;
const mostForms = 5;

/** Of a JSON Schema, what a model needs to fill it in. */
const kept = ['type', 'enum', 'const', 'default', 'minimum', 'maximum', 'required', 'format'];

/**
 * A server's schema as a model may see it: every model reads it with every question, and whoever wrote it can write
 * anything there. Nothing when even its bare bones are too large.
 */
export function boundedSchema(schema: Record<string, unknown>): Record<string, unknown> | undefined {
  for (const described of [true, false]) {
    const bounded = { properties: {}, ...bound(schema, described, 0) };
    if (JSON.stringify(bounded).length <= longest.schema) return bounded;
  }
  return undefined;
}

function bound(schema: Record<string, unknown>, described: boolean, depth: number): Record<string, unknown> {
  const { description, properties, items, anyOf = schema['oneOf'] } = schema;
  const plain = kept.flatMap(key => (isPlain(schema[key]) ? [[key, schema[key]] as const] : []));
  const deeper = (inner: unknown) => (isRecord(inner) && depth < deepest ? bound(inner, described, depth + 1) : {});
  return {
    ...Object.fromEntries(plain),
    ...(described && typeof description === 'string' ? { description: oneLine(description) } : {}),
    ...(isRecord(properties) ? { properties: boundAll(properties, deeper) } : {}),
    ...(items === undefined ? {} : { items: deeper(items) }),
    ...(Array.isArray(anyOf) ? { anyOf: anyOf.slice(0, mostForms).map(deeper) } : {}),
  };
}

function boundAll(properties: Record<string, unknown>, deeper: (inner: unknown) => unknown): Record<string, unknown> {
  const named = Object.entries(properties).filter(([name]) => name.length <= longest.name && /^[\w.$@-]+$/.test(name));
  return Object.fromEntries(named.slice(0, mostProperties).map(([name, inner]) => [name, deeper(inner)]));
}

function oneLine(text: string): string {
  return cleaned(text, longest.text).replaceAll(/\s+/g, ' ').trim();
}

/** Words, numbers, and short lists of them. */
function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.length <= 40 && value.every(each => !Array.isArray(each) && isPlain(each));
  if (typeof value === 'string') return value.length <= longest.text;
  return typeof value === 'number' || typeof value === 'boolean';
}
