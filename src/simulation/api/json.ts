import { isRecord } from '../../lib/json.ts';

/** JSON values as we handle them when we don't know their kind. */
export type JsonRecord = Record<string, unknown>;

const deepest = 200;

/** A copy that shares nothing with the original. Much faster than structuredClone, and enough for JSON. */
export function clone<T>(value: T): T {
  return copy(value, 0, undefined) as T;
}

/** The same without the fields that are null: on the wire that says "not set". */
export function cloneWithoutNulls<T>(value: T): T {
  return copy(value, 0, null) as T;
}

function copy(value: unknown, depth: number, dropped: null | undefined): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) throw new TooDeep();
  if (Array.isArray(value)) return value.map(item => copy(item, depth + 1, dropped));
  const result: JsonRecord = {};
  for (const [key, inner] of Object.entries(value)) {
    if (inner !== undefined && inner !== dropped && key !== '__proto__') result[key] = copy(inner, depth + 1, dropped);
  }
  return result;
}

export class TooDeep extends Error {
  override readonly name = 'TooDeep';

  constructor() {
    super(`expected at most ${deepest} levels of nesting, got more`);
  }
}

/** Deep equality of JSON values; the order of keys does not count, and undefined is the same as absent. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => equal(item, b[index]));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) if (!equal(a[key], b[key])) return false;
  return true;
}

/** The value at a dotted path of field names. */
export function valueAt(object: unknown, path: string): unknown {
  let value: unknown = object;
  for (const step of path.split('.')) value = isRecord(value) ? value[step] : undefined;
  return value;
}
