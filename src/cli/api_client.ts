import type { z } from 'zod';
import { type Config, loadConfig } from '../config.ts';
import { definedOf } from '../lib/defined.ts';
import { AlertwrightError, exitCodes, messageOf } from '../lib/errors.ts';
import { tryJson } from '../lib/json.ts';
import { parseAddress } from '../server/address.ts';
import { callerOf } from '../server/call.ts';

/** Where a command finds the server that it asks. */
export interface ServerOptions {
  server?: string;
  config?: string;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Asks a running server. Throws AlertwrightError when it is away, refuses, or answers something else. */
export interface ApiClient {
  get<S extends z.ZodType>(path: string, schema: S, query?: Query): Promise<z.output<S>>;
  post(path: string, body: object): Promise<void>;
}

const patienceMs = 10_000;

export function createApiClient(options: ServerOptions): ApiClient {
  const config = loadConfig({ file: options.config });
  const server = options.server ?? urlOf(config);
  const call = callerOf(config);

  async function ask(url: URL, request: RequestInit): Promise<unknown> {
    try {
      const response = await call(url, { ...request, signal: AbortSignal.timeout(patienceMs) });
      const answer = tryJson(await response.text());
      if (response.ok) return answer;
      throw refusal(response.status, answer);
    } catch (error) {
      if (error instanceof AlertwrightError) throw error;
      throw away(server, messageOf((error instanceof Error && error.cause) || error));
    }
  }

  return {
    async get(path, schema, query = {}) {
      const url = resolve(path, server);
      for (const [name, value] of Object.entries(definedOf(query))) url.searchParams.set(name, String(value));
      const answer = await ask(url, {});
      const { error } = schema.safeParse(answer);
      if (error) throw stranger(server, path, error);
      // As it came: a later server may say more than we know of, and scripts may want it.
      return answer as z.output<typeof schema>;
    },
    async post(path, body) {
      const headers = { 'content-type': 'application/json' };
      await ask(resolve(path, server), { method: 'POST', headers, body: JSON.stringify(body) });
    },
  };
}

/** A server that listens everywhere is reached on this machine by loopback. */
function urlOf({ listen, tls }: Config): string {
  const { host, port } = parseAddress(listen);
  const scheme = tls ? 'https' : 'http';
  if (host === '::' || host === '0.0.0.0') return `${scheme}://127.0.0.1:${port}`;
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function resolve(path: string, server: string): URL {
  if (URL.canParse(path, server)) return new URL(path, server);
  throw new AlertwrightError('usage', `expected the URL of a server, got "${server}"`, {
    remedy: 'Give it with --server, such as http://127.0.0.1:9099.',
    exitCode: exitCodes.usage,
  });
}

function refusal(status: number, answer: unknown): AlertwrightError {
  const { code, message } = (answer as { error?: { code?: string; message?: string } } | undefined)?.error ?? {};
  return new AlertwrightError('refused', message ?? `the server answered ${status}`, {
    ...(status === 401 ? { remedy: 'Set auth.tokenFile (ALERTWRIGHT_AUTH_TOKEN_FILE) to its token.' } : {}),
    ...(code === 'not_found' ? { remedy: '`alertwright incidents` lists those that there are.' } : {}),
    ...(status === 400 ? { exitCode: exitCodes.usage } : {}),
  });
}

function away(server: string, reason: string): AlertwrightError {
  return new AlertwrightError('unavailable', `expected alertwright to answer at ${server}, got: ${reason}`, {
    remedy: 'Start it with `alertwright serve`, or say with --server where it is.',
    exitCode: exitCodes.unavailable,
  });
}

function stranger(server: string, path: string, { issues }: z.ZodError): AlertwrightError {
  const { path: field = [], message } = issues[0] ?? {};
  const got = `${field.join('.') || 'the answer'}: ${message}`;
  return new AlertwrightError('strange_answer', `expected alertwright's ${path} at ${server}, got: ${got}`, {
    remedy: 'Check --server, and that the server has the version of this command (alertwright --version).',
    exitCode: exitCodes.unavailable,
  });
}
