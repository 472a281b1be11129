import { Agent } from 'undici';
import { z } from 'zod';
import { codeOf, messageOf } from '../../lib/errors.ts';
import { isRecord } from '../../lib/json.ts';
import { excerpt } from '../../lib/text.ts';
import { withoutSecrets } from '../../lib/url.ts';
import { type Prometheus, type PrometheusAnswer, QueryResult, type Range, seriesOf } from './prometheus.ts';

export interface PrometheusOptions {
  /** Up to where `/api/v1` begins. */
  url: string;
  timeoutMs: number;
  /** Asked before each query, so that it may change. */
  token?(): string | undefined;
  /** PEM of the CAs that its certificate may come from; the system's when absent. */
  ca?: string | undefined;
  maxBytes?: number;
}

/** No result that helps anybody is larger. */
const defaultBytes = 4 * 2 ** 20;
/** Servers that know the parameter send no more series. */
const mostSeries = 500;

/** Opens a Prometheus: nothing is asked of it yet. */
export function connectPrometheus(options: PrometheusOptions): Prometheus {
  const { url, timeoutMs, ca, maxBytes = defaultBytes } = options;
  const name = withoutSecrets(url).replace(/\/$/, '');
  const agent = new Agent({
    connections: 2,
    allowH2: false,
    maxResponseSize: maxBytes,
    connect: { timeout: timeoutMs, ...(ca === undefined ? {} : { ca }) },
  });

  async function get(path: string, signal: AbortSignal): Promise<PrometheusAnswer> {
    const token = options.token?.();
    const { statusCode, body } = await agent.request({
      origin: new URL(url).origin,
      path: `${new URL(url).pathname.replace(/\/$/, '')}${path}`,
      method: 'GET',
      headers: {
        accept: 'application/json',
        'user-agent': 'alertwright',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      signal,
    });
    return read(statusCode, await body.text());
  }

  return {
    async query(promql, over, signal) {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        return await get(pathOf(promql, over, timeoutMs), AbortSignal.any([signal, timeout]));
      } catch (error) {
        signal.throwIfAborted();
        const why = timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : problemOf(error, maxBytes);
        return { kind: 'away', why: `the Prometheus at ${name}: ${why}` };
      }
    },
    close: () => agent.destroy(),
  };
}

function pathOf(promql: string, over: Range | undefined, timeoutMs: number): string {
  const query = new URLSearchParams({ query: promql, timeout: `${timeoutMs}ms`, limit: `${mostSeries}` });
  if (!over) return `/api/v1/query?${query}`;
  query.set('start', `${over.from / 1000}`);
  query.set('end', `${over.to / 1000}`);
  query.set('step', `${over.step / 1000}`);
  return `/api/v1/query_range?${query}`;
}

/** 400 and 422 say what is wrong with the query; anything else is no answer to it. */
function read(status: number, text: string): PrometheusAnswer {
  if (status === 400 || status === 422) {
    const body = jsonIn(text);
    if (isRecord(body) && typeof body['error'] === 'string') return { kind: 'refused', why: body['error'] };
  }
  if (status === 401 || status === 403) throw new Error(`it does not let us in (${status})`);
  if (status !== 200) throw new Error(`it answered ${status}: ${excerpt(text, 200).trim()}`);
  const result = QueryResult.parse(JSON.parse(text));
  return { kind: 'series', series: seriesOf(result), warnings: result.warnings ?? [] };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemOf(error: unknown, maxBytes: number): string {
  if (codeOf(error) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return `the result is larger than ${Math.round(maxBytes / 2 ** 20)} MiB: select fewer series, or aggregate with sum by (...) or topk(10, ...)`;
  }
  if (error instanceof SyntaxError) return 'expected JSON, got something else';
  if (error instanceof z.ZodError) return 'expected the result of a query, got something else';
  return messageOf(error) || codeOf(error) || 'no connection';
}
