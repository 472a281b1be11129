import type { ToolAnswer, ToolRegistry } from '../tools/registry.ts';
import type { Spent } from './budget.ts';
import type { Investigation } from './investigate.ts';
import type { PlannedCall, Transcript } from './transcript.ts';

interface Looking extends Omit<Investigation, 'incident'> {
  tools: ToolRegistry;
  mostCalls: number;
}

/** Makes the calls that a turn asks for, side by side, each journaled; answers and events keep the model's order. */
export async function look(
  calls: readonly PlannedCall[],
  transcript: Transcript,
  spent: Spent,
  looking: Looking,
): Promise<void> {
  const { run, tools, record, mostCalls } = looking;
  const made = calls.slice(0, Math.max(0, mostCalls - spent.calls)).map(withoutExcess);
  const answers = await Promise.all(
    made.map(call => run.step(`tool ${call.name}`, signal => answerTo(call, tools, signal, run.id))),
  );
  for (const [index, call] of made.entries()) {
    const answer = answers[index]!;
    transcript.answer(call, answer);
    const { evidence, name: tool, arguments: args = {} } = call;
    const { text, isError: failed, ms, cached, ageMs, cost: read } = answer;
    const cost = { cached, ageMs, tokens: Math.ceil(text.length / charactersPerToken), ...read };
    record({ type: 'tool_answered', evidence, tool, args, answer: text, failed, ms, cost });
  }
  for (const call of calls.slice(made.length))
    transcript.answer(call, { text: `not looked at: all ${mostCalls} calls are spent`, isError: true });
  spent.calls += made.length;
  spent.ms += Math.max(0, ...answers.map(({ ms }) => ms));
}

const longestArguments = 10_000;

const charactersPerToken = 4;

/** Arguments that nobody would write are as good as none: they would only fill the log. */
function withoutExcess(call: PlannedCall): PlannedCall {
  return call.raw.length <= longestArguments ? call : { ...call, arguments: undefined };
}

async function answerTo(
  call: PlannedCall,
  tools: ToolRegistry,
  signal: AbortSignal,
  incident: string,
): Promise<ToolAnswer> {
  if (call.arguments) return tools.call(call.name, call.arguments, signal, incident);
  const text = `expected a JSON object of at most ${longestArguments} characters as arguments, got ${call.raw.slice(0, 200)}`;
  return { text, isError: true, ms: 0, ageMs: 0, cached: false };
}
