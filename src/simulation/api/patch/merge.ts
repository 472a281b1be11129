import { isRecord } from '../../../lib/json.ts';
import { clone, type JsonRecord } from '../json.ts';

/** JSON merge patch (RFC 7386). Shares nothing with its arguments. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return clone(patch);
  const result: JsonRecord = isRecord(target) ? clone(target) : {};
  for (const [key, value] of Object.entries(patch)) {
    if (key === '__proto__') continue;
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}
