import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { hashOf } from '../../lib/hash.ts';
import { tryJson } from '../../lib/json.ts';
import { listenOnLoopback } from '../../lib/loopback.ts';
import { estimateTokens } from '../tokens.ts';
import { readConversation, WireRequest } from './conversation.ts';
import { policies, type Reply } from './policies.ts';

export interface ScriptedModel {
  /** What a client takes as its base URL: up to and with the version. */
  url: string;
  close(): Promise<void>;
}

/** No conversation that our loop holds comes near this. */
const largestRequest = 4 * 1024 * 1024;

/**
 * Serves the scripted policies over chat completions on loopback. They are rules, not language models, and the names
 * that they answer under say so. They see nothing but the request.
 */
export async function startScriptedModel(): Promise<ScriptedModel> {
  const server = createServer((request, response) => {
    answer(request).then(
      ({ status, body }) => send(response, status, body),
      (error: unknown) => send(response, 500, refusal(`the scripted model has a bug: ${String(error)}`)),
    );
  });
  const { url, close } = await listenOnLoopback(server, 0);
  return { url: `${url}/v1`, close };
}

interface Answer {
  status: number;
  body: unknown;
}

async function answer(request: IncomingMessage): Promise<Answer> {
  const path = request.url?.split('?')[0];
  if (request.method === 'GET' && path === '/v1/models') return { status: 200, body: models() };
  if (request.method !== 'POST' || path !== '/v1/chat/completions') {
    return { status: 404, body: refusal('expected POST /v1/chat/completions or GET /v1/models') };
  }
  const text = await read(request);
  if (text === undefined) return { status: 413, body: refusal(`expected at most ${largestRequest} bytes`) };
  return complete(text);
}

function complete(text: string): Answer {
  const request = WireRequest.safeParse(tryJson(text));
  if (!request.success)
    return { status: 400, body: refusal(`expected a chat completion request: ${request.error.message}`) };
  const { model } = request.data;
  const policy = policies.get(model);
  if (!policy) {
    const known = [...policies.keys()].join(', ');
    return { status: 404, body: refusal(`expected one of the models ${known}, got ${model}`) };
  }
  return { status: 200, body: completion(model, text, policy(readConversation(request.data))) };
}

function completion(model: string, request: string, reply: Reply): unknown {
  const calls = reply.calls.map(({ name, args }, index) => ({
    id: hashOf({ request, index }, 9),
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  }));
  const message = { role: 'assistant', content: reply.text, ...(calls.length === 0 ? {} : { tool_calls: calls }) };
  const [prompt_tokens, completion_tokens] = [estimateTokens(request), estimateTokens(message)];
  return {
    id: `scripted-${hashOf(request, 12)}`,
    object: 'chat.completion',
    created: 0,
    model,
    choices: [{ index: 0, finish_reason: calls.length === 0 ? 'stop' : 'tool_calls', message }],
    usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
  };
}

function models(): unknown {
  const data = [...policies.keys()].map(id => ({
    id,
    object: 'model',
    created: 0,
    owned_by: 'alertwright: rules, not an LLM',
  }));
  return { object: 'list', data };
}

function refusal(message: string): unknown {
  return { error: { message, type: 'invalid_request_error', param: null, code: null } };
}

/** The body, or `undefined` when it is too large. */
async function read(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.byteLength;
    if (length > largestRequest) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
