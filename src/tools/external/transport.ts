import { type FetchLike, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
import { DEFAULT_INHERITED_ENV_VARS, StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { isRecord, tryJson } from '../../lib/json.ts';
import { type CallContext, currentCall } from './call_context.ts';
import type { ProgramPlace } from './settings.ts';

/** Of one answer. Nothing that a model could read is longer. */
const mostBytes = 2 * 2 ** 20;

/** For a message that nobody answers. */
const lastWordMs = 2_000;

export class TooLong extends Error {
  override readonly name = 'TooLong';

  constructor() {
    super(`it answered with more than ${mostBytes / 2 ** 20} MiB, of which nothing is used`);
  }
}

export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  constructor() {
    super('it ended its reply without an answer');
  }
}

/** Streamable HTTP. The token is asked for before each request. */
export function openRemote(url: string, token: () => string | undefined): Transport {
  return new StreamableHTTPClientTransport(new URL(url), {
    fetch: boundedFetch(token),
    // A stream that broke is asked for again by asking again: what we ask only reads.
    reconnectionOptions: {
      maxRetries: 0,
      initialReconnectionDelay: 1000,
      maxReconnectionDelay: 1000,
      reconnectionDelayGrowFactor: 1,
    },
  });
}

function boundedFetch(token: () => string | undefined): FetchLike {
  return async (input, init = {}) => {
    // A stream for whatever the server wants to say by itself: nobody listens to that.
    if (init.method === 'GET') return new Response(null, { status: 405 });
    const headers = new Headers(init.headers);
    const shown = token();
    if (shown !== undefined) headers.set('authorization', `Bearer ${shown}`);
    const call = asksSomething(init) ? currentCall() : undefined;
    const bound = call?.signal ?? AbortSignal.timeout(lastWordMs);
    const response = await fetch(input, { ...init, headers, signal: AbortSignal.any([bound, init.signal ?? bound]) });
    const { status, statusText, body } = response;
    if (!body) return response;
    const counted = body.pipeThrough(counter(call, isStream(response)));
    return new Response(counted, { status, statusText, headers: response.headers });
  };
}

/** That a call is given up, or a session ended, is to be heard although whoever says it has left already. */
function asksSomething({ method, body }: RequestInit): boolean {
  const message = typeof body === 'string' ? tryJson(body) : undefined;
  return method === 'POST' && !(isRecord(message) && message['id'] === undefined);
}

function isStream({ ok, headers }: Response): boolean {
  return ok && headers.get('content-type')?.startsWith('text/event-stream') === true;
}

/** Lets so many bytes through, and says when there are more, or when a stream has ended. */
function counter(call: CallContext | undefined, stream: boolean): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes <= mostBytes) return controller.enqueue(chunk);
      const error = new TooLong();
      call?.fail(error);
      controller.error(error);
    },
    flush() {
      // What has come is read first; an exchange that has its answer by then is over.
      if (stream && call?.requests === 'one') setImmediate(() => call.fail(new NoAnswer()));
    },
  });
}

/** What a program inherits from us; everything else in its environment is configured. */
const inherited = ['PATH', 'HOME'];

/** Starts a program, and speaks with it by its standard input and output. */
export function openProgram({ command, args, env }: Omit<ProgramPlace, 'envFiles'>): StdioClientTransport {
  const withheld = DEFAULT_INHERITED_ENV_VARS.filter(name => !inherited.includes(name));
  const environment = { ...Object.fromEntries(withheld.map(name => [name, undefined])), ...env };
  const transport = new StdioClientTransport({
    command,
    args: [...args],
    // A variable that is undefined is left out when the program is started.
    env: environment as Record<string, string>,
    stderr: 'pipe',
    maxBufferSize: mostBytes,
  });
  // Whoever writes a line without end does not notice that its input has ended: it is not waited for.
  transport.onerror = ({ message }) => {
    if (transport.pid !== null && /exceeded maximum size/.test(message)) process.kill(transport.pid, 'SIGKILL');
  };
  return transport;
}
