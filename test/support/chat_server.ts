import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { ModelChoice } from '../../src/model/open_model.ts';

interface ChatRequest {
  messages: { role: string; content: string | null }[];
  tools?: { function: { name: string } }[];
}

export interface ChatAnswer {
  content?: string;
  calls?: { name: string; arguments: Record<string, unknown> }[];
}

export interface ChatServer {
  model: ModelChoice & { kind: 'openai' };
  close(): Promise<void>;
}

/** A server that speaks chat completions and says what a test tells it to say. */
export async function startChatServer(answer: (request: ChatRequest) => ChatAnswer): Promise<ChatServer> {
  const server = createServer(async (request, response) => {
    const { content = '', calls = [] } = answer((await json(request)) as ChatRequest);
    const tool_calls = calls.map((call, index) => ({
      id: `call-${index}`,
      type: 'function',
      function: { name: call.name, arguments: JSON.stringify(call.arguments) },
    }));
    const message = { role: 'assistant', content, ...(calls.length > 0 ? { tool_calls } : {}) };
    const body = {
      id: 'c',
      object: 'chat.completion',
      created: 0,
      model: 'told-what-to-say',
      choices: [{ index: 0, message, finish_reason: calls.length > 0 ? 'tool_calls' : 'stop' }],
      usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
    };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    model: {
      kind: 'openai',
      name: 'told-what-to-say',
      baseUrl: `http://127.0.0.1:${port}/v1`,
      timeoutMs: 5_000,
      maxRetries: 0,
    },
    close: () => new Promise(resolve => server.close(() => resolve())),
  };
}
