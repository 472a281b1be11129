import { AlertwrightError } from '../../lib/errors.ts';

/** What a run may keep in one piece: a step's result, a message, an input. */
const largestValue = 1024 * 1024;

/** A value as it is stored; `undefined` is stored as NULL. Throws when it is too large, or not JSON. */
export function encode(what: string, value: unknown, limit = largestValue): string | null {
  if (value === undefined) return null;
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`expected ${what} to be JSON, got a ${typeof value}`);
  const bytes = Buffer.byteLength(text);
  if (bytes > limit) {
    const message = `expected ${what} to take at most ${limit} bytes, got ${bytes}`;
    throw new AlertwrightError('too_large', message, { remedy: 'Keep less of it.' });
  }
  return text;
}

export function decode(text: string | null): unknown {
  return text === null ? undefined : JSON.parse(text);
}
