import type { StatusCause } from '../client.ts';
import type { NameRule } from './names.ts';

/** What most rules find. */
export const none: StatusCause[] = [];

export function required(field: string, hint = ''): StatusCause {
  return { reason: 'FieldValueRequired', message: `Required value${hint && `: ${hint}`}`, field };
}

export function wrong(field: string, value: unknown, why: string): StatusCause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${shown(value)}: ${why}`, field };
}

export function unsupported(field: string, value: unknown, known: readonly string[]): StatusCause {
  const list = known.map(item => JSON.stringify(item)).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${shown(value)}: supported values: ${list}`,
    field,
  };
}

export function duplicate(field: string, value: unknown): StatusCause {
  return { reason: 'FieldValueDuplicate', message: `Duplicate value: ${shown(value)}`, field };
}

export function forbiddenField(field: string, why: string): StatusCause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

export function notFoundField(field: string, value: unknown): StatusCause {
  return { reason: 'FieldValueNotFound', message: `Not found: ${shown(value)}`, field };
}

export function tooLong(field: string, mostBytes: number): StatusCause {
  return { reason: 'FieldValueTooLong', message: `Too long: may not be more than ${mostBytes} bytes`, field };
}

export function tooMany(field: string, count: number, most: number): StatusCause {
  return { reason: 'FieldValueTooMany', message: `Too many: ${count}: must have at most ${most} items`, field };
}

/** As Go writes JSON. */
function shown(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  if (typeof value !== 'object') return text;
  return text.replace(/[<>&]/g, character => `\\u00${character.charCodeAt(0).toString(16)}`);
}

/** All that `rule` says of a name. */
export function each(field: string, value: string, rule: NameRule): StatusCause[] {
  const texts = rule(value);
  return texts.length === 0 ? none : texts.map(text => wrong(field, value, text));
}

/** Must be there, and one of the known. */
export function oneOf(field: string, value: string | undefined, known: readonly string[]): StatusCause[] {
  if (value !== undefined && known.includes(value)) return none;
  return [value ? unsupported(field, value, known) : required(field)];
}

/** May be left out. */
export function maybeOneOf(field: string, value: string | undefined, known: readonly string[]): StatusCause[] {
  return value === undefined || known.includes(value) ? none : [unsupported(field, value, known)];
}

function isInRange(value: number, [least, most]: readonly [number, number]): boolean {
  return value >= least && value <= most;
}

export function outside(field: string, value: number | undefined, range: readonly [number, number]): StatusCause[] {
  if (value === undefined || isInRange(value, range)) return none;
  return [wrong(field, value, `must be between ${range[0]} and ${range[1]}, inclusive`)];
}
