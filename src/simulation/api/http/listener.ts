import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { stringify } from 'yaml';
import { AlertwrightError, codeOf, exitCodes, messageOf } from '../../../lib/errors.ts';
import type { Log } from '../../../lib/log.ts';
import { type Listening, listenOn } from '../../../lib/loopback.ts';
import { ApiError } from '../client.ts';
import { TooDeep } from '../json.ts';
import { badRequest, internal } from '../status_error.ts';
import { prefersYaml } from './accept.ts';
import type { HandlerDeps } from './exchange.ts';
import { answer } from './handler.ts';

/** What TLS needs; without it the API is served as plain HTTP. */
export interface Identity {
  key: string;
  certificate: string;
}

export interface ListenOptions {
  /** 127.0.0.1 where none is given. */
  host?: string | undefined;
  port?: number | undefined;
  identity?: Identity | undefined;
}

/** Closing it also ends every watch. */
export async function listenHttp(
  deps: HandlerDeps & { log?: Log },
  { host = '127.0.0.1', port = 0, identity }: ListenOptions,
): Promise<Listening> {
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    void handle(deps, request, response);
  };
  const server = identity
    ? createTlsServer({ key: identity.key, cert: identity.certificate }, onRequest)
    : createServer(onRequest);
  // Clients keep connections longer than Node's default, and would find them closed.
  server.keepAliveTimeout = 75_000;
  try {
    return await listenOn(server, { host, port });
  } catch (error) {
    throw explained(error, host, port);
  }
}

function explained(error: unknown, host: string, port: number): unknown {
  const code = codeOf(error) ?? '';
  if (notOurs.has(code))
    return problem(
      `expected an address of this machine for the embedded cluster, got ${host}`,
      'Name one of its addresses, or 0.0.0.0 for all of them.',
    );
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error;
  const why = code === 'EACCES' ? 'this user may not listen on it' : 'another program listens on it';
  return problem(
    `expected port ${port} to be free for the embedded cluster, and ${why}`,
    'Name another port, or none: then any free one is taken.',
  );

  function problem(message: string, remedy: string): AlertwrightError {
    return new AlertwrightError('port', message, { remedy, exitCode: exitCodes.unavailable, cause: error });
  }
}

const notOurs = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL']);

async function handle(
  deps: HandlerDeps & { log?: Log },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const result = await answer(deps, request, response);
    if (result) send(response, result.code, result.body, typeOf(request, result));
  } catch (error) {
    if (response.destroyed) return;
    if (response.headersSent) return void response.destroy();
    const refusal = refusalFor(error);
    // A real server, too, answers some bad requests with 500. What nobody has thought of is a bug of ours.
    if (!isExpected(error))
      deps.log?.error({ err: error, method: request.method, path: request.url }, 'the embedded API failed');
    // What is left of a body that we won't read would be taken for the next request.
    if (!request.complete) response.setHeader('connection', 'close');
    request.resume();
    const retryAfter = refusal.status.details?.retryAfterSeconds;
    if (retryAfter) response.setHeader('retry-after', String(retryAfter));
    send(response, refusal.code, refusal.status, typeOf(request, { body: refusal.status }));
  }
}

function isExpected(error: unknown): boolean {
  return error instanceof ApiError || error instanceof TooDeep;
}

function refusalFor(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof TooDeep) return badRequest(error.message);
  return internal(messageOf(error));
}

function typeOf({ headers }: IncomingMessage, { body, type }: { body: object | string; type?: string }): string {
  if (type !== undefined || typeof body === 'string') return type ?? 'application/json';
  return prefersYaml(headers.accept) ? 'application/yaml' : 'application/json';
}

function send(response: ServerResponse, code: number, body: object | string, type: string): void {
  response.writeHead(code, { 'content-type': type, 'cache-control': 'no-cache, private' });
  if (typeof body === 'string') response.end(body);
  else response.end(type === 'application/yaml' ? stringify(body) : `${JSON.stringify(body)}\n`);
}
