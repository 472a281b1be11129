import OpenAI, {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
  BadRequestError,
} from 'openai';
import { messageOf } from '../lib/errors.ts';
import { shortened } from '../lib/text.ts';
import { withoutSecrets } from '../lib/url.ts';
import { AnswerTooLarge, boundedFetch } from './bounded_fetch.ts';
import { type Model, ModelError, type ModelRequest } from './model.ts';
import { readAnswer } from './openai_answer.ts';
import { type WireRequest, wireRequest } from './openai_request.ts';
import { estimateTokens } from './tokens.ts';

export interface OpenAiOptions {
  /** What the server calls the model. */
  name: string;
  /** Up to and with the version, such as `https://models.example/v1`. */
  baseUrl: string;
  apiKey?: string;
  /** Bounds one attempt, from the request to the last byte. */
  timeoutMs: number;
  /** Further attempts after a time-out, a refused connection, 408, 409, 429 or 5xx. */
  maxRetries: number;
  temperature?: number;
  /** The model's window. A prompt that can't fit is refused here: some servers drop its oldest part in silence. */
  contextTokens?: number;
}

const longestMessage = 300;

/** Any server that speaks chat completions. */
export function createOpenAiModel(options: OpenAiOptions): Model {
  const client = createClient(options);
  const endpoint = withoutSecrets(options.baseUrl);
  const hide = (text: string) => {
    const plain = text.replaceAll(options.baseUrl, endpoint);
    return options.apiKey ? plain.replaceAll(options.apiKey, '[key]') : plain;
  };

  return {
    name: options.name,
    async complete(request, signal) {
      refuseWhatCannotFit(request, options.contextTokens);
      const body = wireRequest(request, { name: options.name, temperature: options.temperature });
      try {
        return readAnswer(await send(client, body, signal), request);
      } catch (error) {
        signal?.throwIfAborted();
        // The original is not kept as the cause: it holds whatever the server echoed, and that may be the key.
        const known = error instanceof ModelError ? error : modelError(error, endpoint, options.timeoutMs);
        throw new ModelError(known.code, shortened(hide(known.message), longestMessage));
      }
    },
  };
}

/** Not every server knows `response_format`. The prompt asks for the same shape, so it is asked again without. */
async function send(client: OpenAI, body: WireRequest, signal: AbortSignal | undefined): Promise<unknown> {
  const options = signal ? { signal } : {};
  try {
    return await client.chat.completions.create(body, options);
  } catch (error) {
    if (!body.response_format || !(error instanceof BadRequestError)) throw error;
    const { response_format: _, ...plain } = body;
    return client.chat.completions.create(plain, options);
  }
}

/** Everything that the client would otherwise take from the environment is set here. */
function createClient(options: OpenAiOptions): OpenAI {
  return new OpenAI({
    baseURL: options.baseUrl,
    apiKey: options.apiKey || 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    defaultHeaders: options.apiKey ? {} : { Authorization: null },
    timeout: options.timeoutMs,
    maxRetries: options.maxRetries,
    logLevel: 'off',
    fetch: boundedFetch,
  });
}

function refuseWhatCannotFit(request: ModelRequest, contextTokens: number | undefined): void {
  if (contextTokens === undefined) return;
  const needed = estimateTokens([request.messages, request.tools]) + (request.maxTokens ?? 0);
  if (needed > contextTokens) {
    throw new ModelError('refused', `expected a prompt that fits ${contextTokens} tokens, got about ${needed}`);
  }
}

function modelError(error: unknown, endpoint: string, timeoutMs: number): ModelError {
  if (error instanceof APIConnectionTimeoutError) {
    return new ModelError('timeout', `expected an answer within ${timeoutMs} ms from ${endpoint}, got none`);
  }
  if (error instanceof APIConnectionError) return connectionError(error, endpoint);
  if (error instanceof APIError && !(error instanceof APIUserAbortError)) {
    return new ModelError(codeOf(error.status), `${endpoint} answered ${error.message}`);
  }
  return new ModelError('malformed', `expected a chat completion from ${endpoint}, got: ${messageOf(error)}`);
}

function connectionError(error: APIConnectionError, endpoint: string): ModelError {
  const reasons = causes(error);
  const tooLarge = reasons.find(reason => reason instanceof AnswerTooLarge);
  if (tooLarge) return new ModelError('malformed', messageOf(tooLarge));
  return new ModelError('unreachable', `expected a model at ${endpoint}, got: ${messageOf(reasons.at(-1))}`);
}

/** An error and what caused it, outermost first. */
function causes(error: unknown): unknown[] {
  const chain = [error];
  for (let next = error; next instanceof Error && next.cause && chain.length < 8; chain.push(next)) next = next.cause;
  return chain;
}

function codeOf(status: number | undefined): ModelError['code'] {
  if (status === undefined || status >= 500) return 'unreachable';
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 408) return 'timeout';
  return status === 429 ? 'rate_limited' : 'refused';
}
