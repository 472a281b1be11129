import type { KubeObject } from '../../kubernetes/objects.ts';
import { isRecord } from '../../lib/json.ts';
import { isSecretName } from '../../lib/redaction.ts';
import { clip } from './answer.ts';

/** An object without what only machines read, and without values whose names say that they are secret. */
export function readable(object: KubeObject): Record<string, unknown> {
  const { apiVersion: _, kind: __, metadata, ...rest } = object;
  const { managedFields: ___, annotations = {}, ...meta } = metadata;
  const told = Object.entries(annotations).filter(
    ([name]) => name !== 'kubectl.kubernetes.io/last-applied-configuration',
  );
  const plain = { ...rest, metadata: { ...meta, annotations: Object.fromEntries(told) } };
  return (withoutEmpty(plain) ?? {}) as Record<string, unknown>;
}

/** `undefined` where nothing is left; a zero and a `false` are something. */
function withoutEmpty(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item, at) => withoutEmpty(item, flagBefore(value[at - 1]) ?? key)).filter(isThere);
    return items.length > 0 ? items : undefined;
  }
  if (isRecord(value)) return withoutEmptyFields(value, key);
  if (value === null || value === '') return undefined;
  return typeof value === 'string' && isSecretName(key) ? hidden : value;
}

const hidden = '[redacted secret]';

function isThere(value: unknown): boolean {
  return value !== undefined;
}

/** The name of a flag whose value comes as the next argument: "--token". */
function flagBefore(argument: unknown): string | undefined {
  return typeof argument === 'string' ? /^--?([\w-]+)$/.exec(argument)?.[1] : undefined;
}

function withoutEmptyFields(record: Record<string, unknown>, parent: string): unknown {
  const { name, value } = record;
  // A list of names and values, as an environment is.
  const isSecretPair = typeof name === 'string' && typeof value === 'string' && isSecretName(name);
  const fields = Object.entries(isSecretPair ? { ...record, value: hidden } : record)
    .map(([key, field]) => [key, withoutEmpty(field, meaningOf(key, parent))] as const)
    .filter(([, field]) => field !== undefined);
  return fields.length > 0 ? Object.fromEntries(fields) : undefined;
}

/** What a secret is called (secretName, tokenFile) is no secret; what stands in `password: { value: … }` is one. */
function meaningOf(key: string, parent: string): string {
  if (/(name|file|ref|path)$/i.test(key)) return '';
  return /^(value|data|content|text)$/i.test(key) ? parent : key;
}

const longestLine = 400;

/** A line for each field of the second level; what is long is shown in part. */
export function objectLines(object: Record<string, unknown>): string[] {
  const first = ['status', 'spec'];
  const keys = Object.keys(object).sort((a, b) => rank(a, first) - rank(b, first));
  return keys.flatMap(key => valueLines(key, summed(key, object[key])));
}

/** What the title has already, or what only programs look at. */
const untold = new Set(['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp', 'generation']);

/** Without what is told elsewhere; conditions in a few words each. A path shows them whole. */
function summed(key: string, value: unknown): unknown {
  if (!isRecord(value)) return value;
  if (key === 'metadata') return Object.fromEntries(Object.entries(value).filter(([name]) => !untold.has(name)));
  const { conditions, observedGeneration: _, ...rest } = value;
  if (key !== 'status' || !Array.isArray(conditions)) return value;
  return { conditions: conditions.filter(isRecord).map(conditionText).join('; '), ...rest };
}

function conditionText({ type, status, reason, message }: Record<string, unknown>): string {
  const why = [reason, message].filter(part => typeof part === 'string').join(': ');
  return `${String(type)}=${String(status)}${why === '' ? '' : ` (${clip(why.replace(/\s+/g, ' '), 120)})`}`;
}

function rank(key: string, first: readonly string[]): number {
  if (key === 'metadata') return first.length + 1;
  const at = first.indexOf(key);
  return at < 0 ? first.length : at;
}

/** What stands at a path, a line a field or an item. */
export function valueLines(path: string, value: unknown): string[] {
  if (isRecord(value)) {
    return Object.entries(value).map(([key, field]) => `${path}.${key}: ${clip(compact(field), longestLine)}`);
  }
  if (Array.isArray(value) && value.some(isRecord)) {
    return value.map((item, index) => `${path}[${index}]: ${clip(compact(item), longestLine)}`);
  }
  return [`${path}: ${clip(compact(value), 2_000)}`];
}

/** JSON without the quotes that nobody needs. */
export function compact(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(compact).join(', ')}]`;
  if (isRecord(value)) {
    return `{${Object.entries(value)
      .map(([key, field]) => `${key}: ${compact(field)}`)
      .join(', ')}}`;
  }
  return typeof value === 'string' ? value.replace(/\s*\n\s*/g, ' | ') : String(value);
}
