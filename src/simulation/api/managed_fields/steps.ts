import { isRecord } from '../../../lib/json.ts';
import type { ListSchema, ScalarType, Schema } from '../schema/schema.ts';

/** How the steps of a path are written: `f:NAME` for fields, `k:{…}` and `v:…` for the items of lists. */

/** What tells an item of a list apart. The problem is a server's text for one that nothing tells apart. */
export type ItemStep = { step: string } | { problem: string };

export function itemStep(list: ListSchema, item: unknown): ItemStep {
  return list.listType === 'map' ? keyedStep(list, item) : valueStep(item);
}

function keyedStep({ keys, items }: ListSchema, item: unknown): ItemStep {
  if (item === null) return { problem: 'associative list with keys may not have a null element' };
  if (!isRecord(item)) return { problem: 'associative list with keys may not have non-map elements' };
  const found: [string, unknown][] = [];
  for (const key of keys) {
    const value = item[key] ?? defaultOf(items, key);
    if (value !== undefined) found.push([key, value]);
  }
  if (found.length > 0) return { step: `k:${JSON.stringify(Object.fromEntries(found.sort(byName)))}` };
  const names = `[${keys.map(key => JSON.stringify(key)).join(' ')}]`;
  return {
    problem: `associative list with keys has an element that omits all key fields ${names} (and doesn't have default values for any key fields)`,
  };
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Real types' keys that have to be given default to nothing, and so tell items apart also when they aren't. */
function defaultOf(items: Schema, key: string): unknown {
  const field = items.kind === 'object' ? items.fields.get(key) : undefined;
  if (field?.default !== undefined) return field.default;
  return field?.empty === 'written' && field.type.kind === 'scalar' ? unsetScalar(field.type.type) : undefined;
}

export function unsetScalar(type: ScalarType): unknown {
  if (type === 'boolean') return false;
  if (type === 'int32' || type === 'int64' || type === 'double' || type === 'intOrString') return 0;
  return type === 'quantity' ? '0' : type === 'string' ? '' : null;
}

function valueStep(item: unknown): ItemStep {
  if (isRecord(item)) return { problem: "associative list without keys has an element that's a map type" };
  if (Array.isArray(item)) return { problem: 'not supported: associative list with lists as elements' };
  if (item === null) return { problem: "associative list without keys has an element that's an explicit null" };
  return { step: `v:${JSON.stringify(item)}` };
}

/** A path as messages show it: `.spec.template.spec.containers[name="app"].image`. */
export function pathText(path: readonly string[]): string {
  return path.map(stepText).join('');
}

export function stepText(step: string): string {
  const value = step.slice(2);
  if (step.startsWith('f:')) return `.${value}`;
  if (step.startsWith('v:')) return `[=${value}]`;
  if (!step.startsWith('k:')) return `[${value}]`;
  const keys = Object.entries(JSON.parse(value) as Record<string, unknown>);
  return `[${keys.map(([name, key]) => `${name}=${JSON.stringify(key)}`).join(',')}]`;
}
