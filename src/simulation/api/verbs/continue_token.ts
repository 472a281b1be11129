import { isRecord } from '../../../lib/json.ts';
import { badRequest } from '../status_error.ts';

/** Where a list goes on, and as of which version; -1 for that of now. */
export interface Position {
  version: number;
  after: string;
}

const tokenVersion = 'meta.k8s.io/v1';

export function continueToken(version: number, after: string): string {
  const token = { v: tokenVersion, rv: version, start: `${after}\0` };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

export function positionFrom(token: string): Position {
  const problem = (why: string) => badRequest(`invalid continue token: continue key is not valid${why}`);
  const decoded = Buffer.from(token, 'base64url');
  const value = parsed(decoded.toString());
  if (decoded.length === 0) throw problem(': unexpected end of JSON input');
  if (!isRecord(value))
    throw problem(`: invalid character '${byteText(decoded[0] ?? 0)}' looking for beginning of value`);
  const { v, rv, start } = value;
  if (v !== tokenVersion) throw problem(`: server does not recognize this encoded version ${v ?? ''}`);
  if (typeof rv !== 'number' || rv === 0)
    throw problem(': incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof start !== 'string' || start === '') throw problem(': encoded start key empty (version meta.k8s.io/v1)');
  return { version: rv, after: start.endsWith('\0') ? start.slice(0, -1) : start };
}

/** One byte, as Go shows it. */
function byteText(byte: number): string {
  const isShown = byte >= 0xa1 || (byte >= 0x20 && byte < 0x7f);
  return isShown ? String.fromCharCode(byte) : `\\u${byte.toString(16).padStart(4, '0')}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
