import type {
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { Message, ModelRequest } from './model.ts';

export type WireRequest = ChatCompletionCreateParamsNonStreaming;

/** The request as it goes over the wire. `tool_choice` is never sent: servers disagree about what it means. */
export function wireRequest(
  request: ModelRequest,
  options: { name: string; temperature: number | undefined },
): WireRequest {
  const { tools, schema, maxTokens } = request;
  return {
    model: options.name,
    messages: request.messages.map(wireMessage),
    stream: false,
    ...(options.temperature === undefined ? {} : { temperature: options.temperature }),
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    ...(tools.length === 0 ? {} : { tools: tools.map(wireTool) }),
    ...(schema === undefined ? {} : { response_format: { type: 'json_schema' as const, json_schema: schema } }),
  };
}

function wireTool({ name, description, inputSchema }: ModelRequest['tools'][number]) {
  return { type: 'function' as const, function: { name, description, parameters: inputSchema } };
}

function wireMessage(message: Message): ChatCompletionMessageParam {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.callId, content: message.content };
  if (message.role !== 'assistant') return message;
  if (message.toolCalls.length === 0) return { role: 'assistant', content: message.content };
  return {
    role: 'assistant',
    content: message.content,
    tool_calls: message.toolCalls.map(call => ({
      id: call.id,
      type: 'function',
      // Never `raw`: some servers parse what a model once wrote, and answer 500 when it isn't JSON.
      function: { name: call.name, arguments: JSON.stringify(call.arguments ?? {}) },
    })),
  };
}
