import { isRecord } from '../../../lib/json.ts';

/** A JSON value as Go prints it where nobody chose a form: `map[a:1 b:[x <nil>]]`. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (!isRecord(value)) return String(value);
  const fields = Object.keys(value).sort();
  return `map[${fields.map(field => `${field}:${goText(value[field])}`).join(' ')}]`;
}
