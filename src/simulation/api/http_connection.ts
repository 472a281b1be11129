import { Agent, type Dispatcher, request } from 'undici';
import { ApiError, type Status } from './client.ts';
import { failure } from './status_error.ts';

export interface ConnectionOptions {
  /** Of the API server, without a path. */
  url: string;
  token?: string;
  /** Of the authority that the server's certificate comes from, as PEM. */
  certificate?: string;
  /** Of this client, as PEM, where it doesn't have a token. */
  clientCertificate?: { certificate: string; key: string };
  /** Under which name it writes: the default of the field manager. */
  manager?: string;
}

/** Requests to one API server. A refusal is thrown as the ApiError that it is. */
export interface Connection {
  ask<T>(method: string, path: string, body?: unknown, type?: string): Promise<T>;
  /** The lines of an answer that goes on, each as JSON. */
  stream<T>(path: string, signal: AbortSignal): AsyncIterable<T>;
  close(): Promise<void>;
}

export function connect(options: ConnectionOptions): Connection {
  const { url, token, manager = 'alertwright' } = options;
  const dispatcher = new Agent({ connect: tlsOf(options) });
  const headers = {
    accept: 'application/json',
    'user-agent': manager,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  return {
    async ask<T>(method: string, path: string, body?: unknown, type = 'application/json') {
      const answer = await request(`${url}${path}`, {
        method: method as Dispatcher.HttpMethod,
        dispatcher,
        headers: body === undefined ? headers : { ...headers, 'content-type': type },
        body: body === undefined ? null : JSON.stringify(body),
      });
      return (await bodyOf(answer)) as T;
    },
    async *stream<T>(path: string, signal: AbortSignal) {
      const answer = await request(`${url}${path}`, { dispatcher, headers, signal, bodyTimeout: 0 });
      if (answer.statusCode !== 200) await bodyOf(answer);
      yield* linesOf<T>(answer.body);
    },
    close: () => dispatcher.destroy(),
  };
}

function tlsOf({ certificate, clientCertificate }: ConnectionOptions): Record<string, string> {
  return {
    ...(certificate === undefined ? {} : { ca: certificate }),
    ...(clientCertificate ? { cert: clientCertificate.certificate, key: clientCertificate.key } : {}),
  };
}

async function bodyOf({ statusCode, body }: Dispatcher.ResponseData): Promise<unknown> {
  const text = await body.text();
  if (statusCode < 300) return text === '' ? undefined : (JSON.parse(text) as unknown);
  throw statusIn(text) ?? failure(statusCode, 'Unknown', text.slice(0, 1000));
}

function statusIn(text: string): ApiError | undefined {
  try {
    const status = JSON.parse(text) as Status;
    return status.kind === 'Status' ? new ApiError(status) : undefined;
  } catch {
    return undefined;
  }
}

async function* linesOf<T>(body: AsyncIterable<Buffer>): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line) as T;
  }
}
