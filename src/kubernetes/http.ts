import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { codeOf, messageOf } from '../lib/errors.ts';
import { ClusterError } from './cluster.ts';
import type { Access, Credentials } from './credentials.ts';
import { countRead } from './read_meter.ts';

export interface ApiRequest {
  method: 'GET' | 'PATCH' | 'POST';
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: { contentType: string; value: unknown };
  /** JSON when absent. */
  accept?: string;
  signal?: AbortSignal | undefined;
}

export interface ApiHttp {
  /** The body of a successful answer; throws ClusterError for any other, and the signal's reason when it is aborted. */
  send(request: ApiRequest): Promise<string>;
  /**
   * A body that comes as long as it is read, over connections of its own; `idleMs` bounds the silence. Tried once, and
   * throws as `send` does.
   */
  stream(request: ApiRequest, idleMs: number): Promise<AsyncIterable<Buffer>>;
  close(): Promise<void>;
}

export interface HttpLimits {
  /** For one attempt, waiting for a free connection included. */
  requestTimeoutMs: number;
  maxResponseBytes: number;
  connections: number;
  /** Attempts of a read that the server puts off (429, 503) or whose connection breaks. Writes are tried once. */
  readAttempts: number;
  /** The longest wait before another attempt, whatever Retry-After says. */
  longestRetryMs: number;
}

interface Reply {
  status: number;
  text: string;
  retryAfter: string | undefined;
}

/** HTTP to one API server over a few connections that stay open. `pause` is how it waits before another attempt. */
export function createApiHttp(
  credentials: Credentials,
  limits: HttpLimits,
  pause: (ms: number, signal?: AbortSignal) => Promise<void>,
): ApiHttp {
  const pool = createPool(limits);
  // A watch may bring any number of bytes, and would take a connection from those that only ask.
  const streams = createPool({ ...limits, maxResponseBytes: -1 });

  async function send(request: ApiRequest): Promise<string> {
    const attempts = request.method === 'GET' ? limits.readAttempts : 1;
    let renewed = false;
    for (let attempt = 1; ; ) {
      const access = await credentials.access();
      const reply = await exchange(pool.of(access), access, request, limits);
      if (!(reply instanceof ClusterError) && reply.status < 300) return reply.text;
      // 401 comes before anything is done, so this is safe for writes too.
      if (!renewed && reply.status === 401) {
        renewed = true;
        credentials.renew();
        continue;
      }
      const wait = attempt < attempts ? retryDelay(reply, attempt, limits.longestRetryMs) : undefined;
      if (wait === undefined) throw reply instanceof ClusterError ? reply : refusal(reply, access, request);
      await pause(wait, request.signal);
      attempt += 1;
    }
  }

  async function stream(request: ApiRequest, idleMs: number): Promise<AsyncIterable<Buffer>> {
    const access = await credentials.access();
    const response = await openStream(streams.of(access), access, request, { ...limits, idleMs });
    if (!('text' in response)) return response;
    if (response.status === 401) credentials.renew();
    throw refusal(response, access, request);
  }

  return { send, stream, close: async () => void (await Promise.all([pool.close(), streams.close()])) };
}

async function openStream(
  dispatcher: Dispatcher,
  access: Access,
  request: ApiRequest,
  limits: HttpLimits & { idleMs: number },
): Promise<AsyncIterable<Buffer> | Reply> {
  try {
    const { statusCode: status, body } = await dispatcher.request({
      origin: access.server.origin,
      path: pathOf(access.server, request),
      method: request.method,
      headers: headersOf(access, request),
      signal: request.signal ?? null,
      bodyTimeout: limits.idleMs,
    });
    if (status >= 300) return { status, text: await body.text(), retryAfter: undefined };
    return piecesOf(body, error => streamFailure(error, access, request, limits));
  } catch (error) {
    throw streamFailure(error, access, request, limits);
  }
}

/** Also a body that breaks off is told as what it means. */
async function* piecesOf(body: AsyncIterable<Buffer>, failed: (error: unknown) => unknown): AsyncIterable<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw failed(error);
  }
}

function streamFailure(error: unknown, access: Access, request: ApiRequest, limits: HttpLimits): unknown {
  return request.signal?.aborted ? request.signal.reason : failure(codeOf(error) ?? '', error, access, request, limits);
}

/** One dispatcher for as long as the certificates stay the same. */
function createPool(limits: HttpLimits) {
  let current: { tlsId: string; dispatcher: Dispatcher } | undefined;

  function open(access: Access): Dispatcher {
    const options = {
      connections: limits.connections,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: 60_000,
      headersTimeout: limits.requestTimeoutMs,
      bodyTimeout: limits.requestTimeoutMs,
      maxResponseSize: limits.maxResponseBytes,
    };
    return access.proxy === undefined
      ? new Agent({ ...options, connect: { ...access.tls, timeout: limits.requestTimeoutMs } })
      : new ProxyAgent({ ...options, uri: access.proxy, requestTls: access.tls });
  }

  return {
    of(access: Access): Dispatcher {
      if (current?.tlsId !== access.tlsId) {
        void current?.dispatcher.close();
        current = { tlsId: access.tlsId, dispatcher: open(access) };
      }
      return current.dispatcher;
    },
    async close() {
      await current?.dispatcher.destroy();
    },
  };
}

async function exchange(
  dispatcher: Dispatcher,
  access: Access,
  request: ApiRequest,
  limits: HttpLimits,
): Promise<Reply | ClusterError> {
  const timeout = AbortSignal.timeout(limits.requestTimeoutMs);
  try {
    const response = await dispatcher.request({
      origin: access.server.origin,
      path: pathOf(access.server, request),
      method: request.method,
      headers: headersOf(access, request),
      body: request.body ? JSON.stringify(request.body.value) : null,
      signal: request.signal ? AbortSignal.any([request.signal, timeout]) : timeout,
    });
    const retryAfter = response.headers['retry-after'];
    const text = await response.body.text();
    countRead(text.length);
    return {
      status: response.statusCode,
      text,
      retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
    };
  } catch (error) {
    if (request.signal?.aborted) throw request.signal.reason;
    return failure(timeout.aborted ? 'UND_ERR_HEADERS_TIMEOUT' : (codeOf(error) ?? ''), error, access, request, limits);
  }
}

function pathOf(server: URL, request: ApiRequest): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  const search = query.size > 0 ? `?${query}` : '';
  return `${server.pathname.replace(/\/$/, '')}${request.path}${search}`;
}

function headersOf(access: Access, request: ApiRequest): Record<string, string> {
  return {
    accept: request.accept ?? 'application/json, */*',
    'user-agent': 'alertwright',
    ...(request.body ? { 'content-type': request.body.contentType } : {}),
    ...access.headers,
  };
}

/** How long to wait before the next attempt; `undefined` when another attempt would not help. */
function retryDelay(reply: Reply | ClusterError, attempt: number, longest: number): number | undefined {
  const backoff = 250 * 2 ** (attempt - 1);
  if (reply instanceof ClusterError) return reply.reason === 'ConnectionLost' ? Math.min(backoff, longest) : undefined;
  if (reply.status !== 429 && reply.status !== 503) return undefined;
  const asked = Number(reply.retryAfter ?? Number.NaN) * 1000;
  return Math.min(Number.isFinite(asked) && asked >= 0 ? asked : backoff, longest);
}

/** What the API server said when it refused. */
function refusal(reply: Reply, access: Access, request: ApiRequest): ClusterError {
  const status = statusOf(reply.text);
  // The server's own message names the object; what something in between says needs to be told what it was about.
  const raw = reply.text.slice(0, 200).split('\n')[0] || 'no reason given';
  const message = status?.message ?? `${request.method} ${request.path}: ${raw}`;
  return new ClusterError(reply.status, status?.reason ?? `Http${reply.status}`, withoutSecrets(message, access), {
    cause: status?.details,
  });
}

interface Status {
  kind: 'Status';
  reason?: string;
  message?: string;
  details?: unknown;
}

function statusOf(text: string): Status | undefined {
  try {
    const body: Partial<Status> | null = JSON.parse(text);
    return body?.kind === 'Status' ? { ...body, kind: 'Status' } : undefined;
  } catch {
    return undefined;
  }
}

const neverSent =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_.*|.*CERT.*)$/;

/**
 * `Unreachable` says that nothing was sent; after `Timeout` and `ConnectionLost` a write may have been done.
 */
function failure(code: string, error: unknown, access: Access, request: ApiRequest, limits: HttpLimits): ClusterError {
  const host = access.server.host;
  const what = `${request.method} ${request.path}`;
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    const limit = `${Math.round(limits.maxResponseBytes / 2 ** 20)} MiB`;
    return new ClusterError(
      0,
      'ResponseTooLarge',
      `${what}: expected an answer below ${limit}, got more; ask for less`,
    );
  }
  if (/^UND_ERR_(HEADERS|BODY)_TIMEOUT$/.test(code)) {
    return new ClusterError(0, 'Timeout', `${what}: no answer from ${host} within ${limits.requestTimeoutMs} ms`);
  }
  const reason = neverSent.test(code) ? 'Unreachable' : 'ConnectionLost';
  const message = `${what}: could not talk to the API server at ${host}: ${messageOf(error) || code}`;
  return new ClusterError(0, reason, withoutSecrets(message, access));
}

function withoutSecrets(message: string, access: Access): string {
  const secret = access.headers['authorization']?.replace(/^\w+ /, '');
  return secret ? message.replaceAll(secret, '[redacted]') : message;
}
