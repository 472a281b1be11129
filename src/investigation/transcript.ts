import { canonicalJson } from '../lib/hash.ts';
import type { Message, ModelTurn, ToolCall } from '../model/model.ts';

/** The conversation with the model, and the evidence in it: one id for each different tool call. */
export interface Transcript {
  readonly messages: readonly Message[];
  /** The ids that a decision can cite: of calls that got an answer. */
  readonly evidence: ReadonlySet<string>;
  say(content: string): void;
  /** Takes a turn in. Returns the calls that have to be made: without those that were made before. */
  take(turn: ModelTurn): PlannedCall[];
  answer(call: PlannedCall, answer: { text: string; isError: boolean }): void;
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
  const answered = new Set<string>();

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
    evidence: answered,
    say: content => messages.push({ role: 'user', content }),
    take(turn) {
      messages.push({ role: 'assistant', content: turn.text, toolCalls: turn.toolCalls });
      return turn.toolCalls.map(plan).filter(call => call !== undefined);
    },
    answer({ id, evidence }, { text, isError }) {
      if (!isError) answered.add(evidence);
      messages.push({ role: 'tool', callId: id, content: `[${evidence}] ${text}` });
    },
  };
}
