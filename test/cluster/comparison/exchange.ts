import { request } from 'undici';
import { parse } from 'yaml';
import type { Step } from '../operation.ts';
import type { Side } from './side.ts';

/** What a client sees of an answer. */
export interface Answer {
  code: number;
  type: string;
  warnings: string[];
  /** Parsed where it is JSON. */
  body?: unknown;
  /** Of a watch: what came, in its order. */
  events?: unknown[];
}

const patienceMs = 10_000;

/** Sends a step whose placeholders are filled in. */
export async function exchange(side: Side, step: Step): Promise<Answer> {
  const signal = AbortSignal.timeout(patienceMs);
  const { statusCode, headers, body } = await request(`${side.url}${step.path}`, {
    method: step.method as 'GET',
    dispatcher: side.dispatcher,
    signal,
    headers: headersOf(step),
    ...(step.body === undefined ? {} : { body: typeof step.body === 'string' ? step.body : JSON.stringify(step.body) }),
  });
  const type = String(headers['content-type'] ?? '');
  const answer = { code: statusCode, type, warnings: [headers['warning'] ?? []].flat() };
  if (step.watch && statusCode === 200) return { ...answer, events: await readEvents(side, body, step.watch) };
  const text = await body.text();
  return { ...answer, body: type === 'application/yaml' ? parse(text) : parsed(text) };
}

function headersOf({ body, type, accept, as = 'admin' }: Step): Record<string, string> {
  return {
    ...(body === undefined ? {} : { 'content-type': type ?? 'application/json' }),
    accept: accept ?? 'application/json',
    // The default name of a field manager comes from it.
    'user-agent': 'comparison/1.0',
    ...(as === 'none' ? {} : { authorization: `Bearer ${as}` }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The headers are there, so the watch is on: what happens now has to be told. */
async function readEvents(
  side: Side,
  body: AsyncIterable<Buffer>,
  { events, during = [] }: NonNullable<Step['watch']>,
): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (const step of during) await exchange(side, step);
  let text = '';
  for await (const chunk of body) {
    text += chunk;
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    seen.push(...lines.filter(Boolean).map(parsed));
    if (seen.length >= events) break;
  }
  return seen;
}
