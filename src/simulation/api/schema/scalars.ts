import { isRecord } from '../../../lib/json.ts';
import { canonicalQuantity } from '../quantity.ts';
import type { ScalarSchema } from './schema.ts';

/** A JSON value that its schema has no place for. Whoever knows the place completes the message. */
export class Misfit extends Error {
  override readonly name = 'Misfit';
  /** The Go type that was expected, when the JSON type is what's wrong; the message then says which one it is. */
  readonly goType: string | undefined;

  constructor(message: string, goType?: string) {
    super(message);
    this.goType = goType;
  }
}

export function mismatch(value: unknown, goType: string): Misfit {
  return new Misfit(jsonTypeOf(value), goType);
}

function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (isRecord(value)) return 'object';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** The value as a server writes it; throws a Misfit. */
export function scalarFrom(value: unknown, { type, goType }: ScalarSchema): unknown {
  switch (type) {
    case 'string':
      if (typeof value === 'string') return value;
      throw mismatch(value, goType);
    case 'boolean':
      if (typeof value === 'boolean') return value;
      throw mismatch(value, goType);
    case 'double':
      if (typeof value === 'number') return value;
      throw mismatch(value, goType);
    case 'int32':
    case 'int64':
      return integerFrom(value, type);
    case 'intOrString':
      return typeof value === 'string' ? value : integerFrom(value, 'int32');
    case 'quantity':
      return quantityFrom(value);
    case 'time':
    case 'microTime':
      return timeFrom(value, type);
    case 'duration':
      return textFrom(value);
    case 'bytes':
      return bytesFrom(value, goType);
  }
}

function integerFrom(value: unknown, type: 'int32' | 'int64'): number {
  if (typeof value !== 'number') throw mismatch(value, type);
  const fits = Number.isInteger(value) && (type === 'int64' || (value >= -(2 ** 31) && value < 2 ** 31));
  if (fits) return value;
  throw new Misfit(`number ${value}`, type);
}

function textFrom(value: unknown): string {
  if (typeof value === 'string') return value;
  throw mismatch(value, 'string');
}

const quantities = new Map<string, string>();
const mostQuantities = 2_000;

function quantityFrom(value: unknown): string {
  const text = typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
  const known = quantities.get(text);
  if (known !== undefined) return known;
  const canonical = canonicalQuantity(text);
  if (canonical === undefined) {
    throw new Misfit("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  }
  if (quantities.size < mostQuantities) quantities.set(text, canonical);
  return canonical;
}

const plainTimes = {
  time: /^\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/,
  microTime: /^\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/,
};

const someTime =
  /^(\d{4}-(?:0\d|1[0-2])-(?:[0-2]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:[.,](\d+))?(Z|[+-][0-2]\d:[0-5]\d)$/;

/** In UTC, to the second; a MicroTime is sent and written with exactly six more digits. */
function timeFrom(value: unknown, type: 'time' | 'microTime'): string {
  const text = textFrom(value);
  if (plainTimes[type].test(text)) return text;
  const [, seconds, fraction = '', zone = ''] = someTime.exec(text) ?? [];
  const millis = seconds === undefined ? Number.NaN : Date.parse(`${seconds}${zone}`);
  if (Number.isNaN(millis) || (type === 'microTime' && fraction.length !== 6)) throw timeProblem(text, type);
  const whole = new Date(millis).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length);
  return type === 'time' ? `${whole}Z` : `${whole}.${fraction}Z`;
}

const layouts = { time: '2006-01-02T15:04:05Z07:00', microTime: '2006-01-02T15:04:05.000000Z07:00' };
const layoutParts =
  /^(\d{4})?(-)?(\d{2})?(-)?(\d{2})?(T)?(\d{2})?(:)?(\d{2})?(:)?(\d{2})?(\.\d{6})?(Z|[+-]\d{2}:\d{2})?/;
const layoutNames = ['2006', '-', '01', '-', '02', 'T', '15', ':', '04', ':', '05', '.000000', 'Z07:00'];

/** Go says how far it came in its layout. */
function timeProblem(text: string, type: 'time' | 'microTime'): Misfit {
  const names = type === 'time' ? layoutNames.filter(name => name !== '.000000') : layoutNames;
  const parts = (layoutParts.exec(text) ?? []).slice(1);
  if (type === 'time') parts.splice(layoutNames.indexOf('.000000'), 1);
  const missing = parts.indexOf(undefined as never);
  const rest = text.slice(parts.slice(0, Math.max(0, missing)).join('').length);
  const why = missing < 0 ? ': day out of range' : `: cannot parse ${JSON.stringify(rest)} as "${names[missing]}"`;
  return new Misfit(`parsing time ${JSON.stringify(text)}${missing < 0 ? '' : ` as "${layouts[type]}"`}${why}`);
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function bytesFrom(value: unknown, goType: string): string {
  if (typeof value !== 'string') throw mismatch(value, goType);
  const text = value.replace(/[\r\n]/g, '');
  if (base64.test(text)) return text;
  const valid = /^[A-Za-z0-9+/]*/.exec(text)?.[0].length ?? 0;
  // What ends too early is wrong from where its last group of four begins.
  const place = valid === text.length ? valid - (valid % 4) : valid;
  throw new Misfit(`illegal base64 data at input byte ${place}`);
}
