import { isRecord, tryJson } from '../lib/json.ts';
import { jsonExtent } from './json_text.ts';
import { callsIn, type TextCall } from './tool_call_json.ts';

export interface TextReading {
  calls: TextCall[];
  /** The text without the calls. */
  text: string;
}

/** Nothing is looked for beyond these: hostile text costs bounded time. */
const limits = { characters: 64 * 1024, places: 64, calls: 16 };

/** What models put before a call, and after it. */
const markers = [
  { before: '<tool_call>', after: '</tool_call>', read: taggedCalls },
  { before: '<tools>', after: '</tools>', read: taggedCalls },
  { before: '<|tool_call|>', after: '', read: taggedCalls },
  { before: '<|python_tag|>', after: '<|eom_id|>', read: taggedCalls },
  { before: '[TOOL_CALLS]', after: '', read: taggedCalls },
  { before: '<function=', after: '</function>', read: functionTag },
  { before: '```json', after: '```', read: fencedCalls },
  { before: '```tool_call', after: '```', read: fencedCalls },
  { before: '```\n', after: '```', read: fencedCalls },
] as const;

interface Found {
  end: number;
  calls: TextCall[];
}

/**
 * Reads calls out of text, in the spellings that models leak. Only tools that were offered count. A bare object counts
 * only at the very end of the text, on a line of its own: an example in the middle of prose is not a call.
 */
export function readTextCalls(text: string, offered: ReadonlySet<string>): TextReading {
  if (offered.size === 0 || text.length > limits.characters) return { calls: [], text };
  const marked = markedCalls(text, offered);
  return marked.calls.length > 0 ? marked : trailingCalls(text, offered);
}

function markedCalls(text: string, offered: ReadonlySet<string>): TextReading {
  const calls: TextCall[] = [];
  let kept = '';
  let at = 0;
  for (let place = 0; place < limits.places && calls.length < limits.calls; place++) {
    const next = nextMarker(text, at);
    if (!next) break;
    const body = next.start + next.marker.before.length;
    const found = next.marker.read(text, body, offered);
    kept += text.slice(at, found ? next.start : body);
    at = found ? skip(text, found.end, next.marker.after) : body;
    calls.push(...(found?.calls ?? []));
  }
  return { calls: calls.slice(0, limits.calls), text: (kept + text.slice(at)).trim() };
}

function nextMarker(text: string, from: number): { start: number; marker: (typeof markers)[number] } | undefined {
  return markers
    .map(marker => ({ start: text.indexOf(marker.before, from), marker }))
    .filter(({ start }) => start >= 0)
    .sort((a, b) => a.start - b.start)[0];
}

/** An object, an array of them, or `name{…}` and `name[ARGS]{…}`. */
function taggedCalls(text: string, from: number, offered: ReadonlySet<string>): Found | undefined {
  const head = /^\s*([\w.-]{1,64})?\s*(?:\[ARGS\])?\s*(?=[[{])/.exec(text.slice(from, from + 100));
  const value = head && jsonAt(text, from + head[0].length);
  if (!value) return undefined;
  const name = head[1];
  if (name === undefined) return withEnd(value.end, callsIn(value.json, { offered, needArguments: false }));
  return offered.has(name) && isRecord(value.json)
    ? { end: value.end, calls: [{ name, arguments: value.json }] }
    : undefined;
}

function fencedCalls(text: string, from: number, offered: ReadonlySet<string>): Found | undefined {
  const value = jsonAt(text, skip(text, from));
  return value && withEnd(value.end, callsIn(value.json, { offered, needArguments: true }));
}

/** `<function=NAME>{…}</function>`, or one `<parameter=KEY>value</parameter>` for each argument. */
function functionTag(text: string, from: number, offered: ReadonlySet<string>): Found | undefined {
  const close = text.slice(from, from + 100).indexOf('>');
  const name = text.slice(from, from + Math.max(close, 0)).trim();
  if (!offered.has(name)) return undefined;
  const closing = text.indexOf('</function>', from);
  const end = closing < 0 ? text.length : closing;
  const body = text.slice(from + close + 1, end).trim();
  const args = body.startsWith('{') ? jsonAt(body, 0)?.json : parameters(body);
  return isRecord(args) ? { end, calls: [{ name, arguments: args }] } : undefined;
}

function parameters(body: string): Record<string, unknown> | undefined {
  if (body === '') return {};
  const [before, ...parts] = body.split('<parameter=');
  if (before !== '' || parts.length === 0 || parts.some(part => !part.includes('>'))) return undefined;
  return Object.fromEntries(
    parts.map(part => {
      const close = part.indexOf('>');
      const value = part
        .slice(close + 1)
        .split('</parameter>')[0]!
        .trim();
      return [part.slice(0, close).trim(), tryJson(value) ?? value] as const;
    }),
  );
}

/** Objects at the end of the text, the first at the start of a line, with nothing between or after them. */
function trailingCalls(text: string, offered: ReadonlySet<string>): TextReading {
  const starts = [...text.matchAll(/^[ \t]*[[{]/gm)].slice(-limits.calls);
  for (const { index } of starts) {
    const calls = callsToTheEnd(text, index, offered);
    if (calls) return { calls, text: text.slice(0, index).trim() };
  }
  return { calls: [], text };
}

function callsToTheEnd(text: string, start: number, offered: ReadonlySet<string>): TextCall[] | undefined {
  const calls: TextCall[] = [];
  for (let at = skip(text, start); at < text.length; ) {
    const value = jsonAt(text, at);
    const more = value && callsIn(value.json, { offered, needArguments: true });
    if (!more || calls.length + more.length > limits.calls) return undefined;
    calls.push(...more);
    at = skip(text, skip(text, value.end, ';'));
  }
  return calls;
}

/** The JSON value at `start`; a last brace that was forgotten before a closing tag, or before the end, is forgiven. */
function jsonAt(text: string, start: number): { json: unknown; end: number } | undefined {
  if (text[start] !== '{' && text[start] !== '[') return undefined;
  const extent = jsonExtent(text, start);
  if (extent?.missing === '') return withJson(text.slice(start, extent.end), extent.end);
  const tag = text.indexOf('</', start);
  const body = text.slice(start, tag < 0 ? text.length : tag);
  const missing = jsonExtent(body, 0)?.missing;
  return missing === undefined ? undefined : withJson(body + missing, start + body.length);
}

function withJson(source: string, end: number): { json: unknown; end: number } | undefined {
  const json = tryJson(source);
  return json === undefined ? undefined : { json, end };
}

function withEnd(end: number, calls: TextCall[] | undefined): Found | undefined {
  return calls && { end, calls };
}

/** Past the white space at `from`, and past `word` if it stands there. */
function skip(text: string, from: number, word = ''): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text[at]!)) at++;
  return word !== '' && text.startsWith(word, at) ? at + word.length : at;
}
