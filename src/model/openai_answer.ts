import { z } from 'zod';
import { hashOf } from '../lib/hash.ts';
import { isRecord, tryJson } from '../lib/json.ts';
import { shortened } from '../lib/text.ts';
import { ModelError, type ModelRequest, type ModelTurn, type ToolCall, type Usage } from './model.ts';
import { stripReasoning } from './reasoning.ts';
import { readTextCalls } from './text_tool_calls.ts';
import { estimateTokens } from './tokens.ts';

/** As much of a chat completion as we rely on; servers differ in the rest. */
const WireAnswer = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({
          content: z.union([z.string(), z.array(z.object({ text: z.string().optional() }))]).nullish(),
          tool_calls: z
            .array(
              z.object({
                id: z.string().nullish(),
                function: z.object({
                  name: z.string(),
                  arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
                }),
              }),
            )
            .nullish(),
        }),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish().catch(undefined),
});
type WireAnswer = z.infer<typeof WireAnswer>;
type WireMessage = WireAnswer['choices'][number]['message'];
type WireCall = NonNullable<WireMessage['tool_calls']>[number];

/** Reads the body of an answer into a turn; throws ModelError `malformed` when there is nothing to use in it. */
export function readAnswer(body: unknown, request: ModelRequest): ModelTurn {
  const answer = WireAnswer.safeParse(typeof body === 'string' ? tryJson(body) : body);
  if (!answer.success) throw new ModelError('malformed', `expected a chat completion, got ${shown(body)}`);
  const [choice] = answer.data.choices;
  const { message, finish_reason: finish } = choice!;
  const turn = { ...said(message, request), usage: usageOf(answer.data, request) };
  if (turn.text === '' && turn.toolCalls.length === 0) throw emptyAnswer(finish);
  return turn;
}

function said(message: WireMessage, request: ModelRequest): Pick<ModelTurn, 'text' | 'toolCalls'> {
  const text = stripReasoning(plainText(message.content));
  if (request.tools.length === 0) return { text, toolCalls: [] };
  const calls = message.tool_calls ?? [];
  if (calls.length > 0) return { text, toolCalls: calls.map((call, index) => toolCall(call, index, request)) };
  const reading = readTextCalls(text, new Set(request.tools.map(({ name }) => name)));
  const toolCalls = reading.calls.map(({ name, arguments: args }, index) =>
    toolCall({ function: { name, arguments: args } }, index, request),
  );
  return { text: reading.text, toolCalls };
}

function toolCall(call: WireCall, index: number, request: ModelRequest): ToolCall {
  const { name, arguments: given } = call.function;
  const raw = typeof given === 'string' ? given : JSON.stringify(given ?? {});
  const args = raw.trim() === '' ? {} : tryJson(raw);
  return {
    // Nine letters and digits are what the strictest template accepts.
    id: call.id || hashOf({ turn: request.messages.length, index, name, raw }, 9),
    name,
    arguments: isRecord(args) ? args : undefined,
    raw,
  };
}

function plainText(content: WireMessage['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map(part => part.text ?? '').join('');
}

function usageOf(answer: WireAnswer, request: ModelRequest): Usage {
  const { usage, choices } = answer;
  if (usage) return { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens };
  return {
    promptTokens: estimateTokens([request.messages, request.tools]),
    completionTokens: estimateTokens(choices[0]!.message),
  };
}

function emptyAnswer(finish: string | null | undefined): ModelError {
  return finish === 'length'
    ? new ModelError('malformed', 'expected an answer, got none before the token limit; allow more tokens')
    : new ModelError('malformed', `expected text or a tool call, got neither (finish_reason ${finish ?? 'missing'})`);
}

function shown(body: unknown): string {
  const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? 'nothing');
  return shortened(text, 120);
}
