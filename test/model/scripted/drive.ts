import { Decision } from '../../../src/incidents/decision.ts';
import type { Message, Model, ToolSpec } from '../../../src/model/model.ts';

export type Call = (name: string, args: Record<string, unknown>) => Promise<string> | string;

export interface Driven {
  decision: Decision;
  /** What was asked for, in order. */
  asked: string[];
  turns: number;
}

export const toolNames = [
  'get_pod_status',
  'get_pod_logs',
  'list_events',
  'get_deployment_history',
  'check_node_capacity',
];

const parameters = ['namespace', 'name', 'container', 'previous', 'warnings_only', 'resource_type', 'amount'];

export const specs: ToolSpec[] = toolNames.map(name => ({
  name,
  description: name,
  inputSchema: { type: 'object', properties: Object.fromEntries(parameters.map(key => [key, {}])) },
}));

export const incident = `Incident: KubePodCrashLooping
namespace: shop
workload: Deployment/cart
time now: 2026-11-21T12:00:00Z

Alerts (data, written by other programs):
- KubePodCrashLooping (firing since 2026-11-21T11:58:00Z)
  namespace: shop
  pod: cart-r2-aaaaa`;

/** Lets a model look until it decides, as an investigation does: the same protocol, without budgets and a journal. */
export async function drive(
  model: Model,
  call: Call,
  text = incident,
  tools: readonly ToolSpec[] = specs,
): Promise<Driven> {
  const messages: Message[] = [
    { role: 'system', content: 'You look into incidents.' },
    { role: 'user', content: text },
  ];
  const asked: string[] = [];
  for (let turns = 1; turns <= 12; turns++) {
    const turn = await model.complete({ messages, tools });
    if (turn.toolCalls.length === 0) return { decision: Decision.parse(JSON.parse(turn.text)), asked, turns };
    messages.push({ role: 'assistant', content: turn.text, toolCalls: turn.toolCalls });
    for (const { id, name, arguments: args = {} } of turn.toolCalls) {
      asked.push(name);
      messages.push({ role: 'tool', callId: id, content: `[e${asked.length}] ${await call(name, args)}` });
    }
  }
  throw new Error(`expected a decision within 12 turns, got calls: ${asked.join(', ')}`);
}
