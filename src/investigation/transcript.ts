import { canonicalJson } from '../lib/hash.ts';
import type { Message, ModelTurn, ToolCall } from '../model/model.ts';

/** The conversation with the model, and the evidence in it: one id for each different tool call. */
export interface Transcript {
  readonly messages: readonly Message[];
  say(content: string): void;
  /** Takes a turn in. Returns the calls that have to be made: without those that were made before. */
  take(turn: ModelTurn): PlannedCall[];
  answer(call: PlannedCall, text: string): void;
}

export interface PlannedCall extends ToolCall {
  evidence: string;
}

export function createTranscript(system: string, user: string): Transcript {
  const messages: Message[] = [
    { role: 'system', content: system },
    { role: 'user', content: user },
  ];
  const known = new Map<string, string>();

  function plan(call: ToolCall): PlannedCall | undefined {
    const key = canonicalJson([call.name, call.arguments ?? call.raw]);
    const earlier = known.get(key);
    if (earlier) {
      messages.push({ role: 'tool', callId: call.id, content: `The same call as [${earlier}]: its answer is above.` });
      return undefined;
    }
    const evidence = `e${known.size + 1}`;
    known.set(key, evidence);
    return { ...call, evidence };
  }

  return {
    messages,
    say: content => messages.push({ role: 'user', content }),
    take(turn) {
      messages.push({ role: 'assistant', content: turn.text, toolCalls: turn.toolCalls });
      return turn.toolCalls.map(plan).filter(call => call !== undefined);
    },
    answer: (call, text) => messages.push({ role: 'tool', callId: call.id, content: `[${call.evidence}] ${text}` }),
  };
}
