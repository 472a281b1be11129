import { z } from 'zod';
import { canonicalJson } from '../../lib/hash.ts';
import { isRecord, tryJson } from '../../lib/json.ts';

const WireMessage = z.object({
  role: z.string(),
  content: z.string().nullish(),
  tool_calls: z
    .array(z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) }))
    .nullish(),
  tool_call_id: z.string().nullish(),
});
type WireMessage = z.infer<typeof WireMessage>;

/** As much of a chat completion request as the policies look at. */
export const WireRequest = z.object({
  model: z.string(),
  messages: z.array(WireMessage).min(1),
  tools: z
    .array(
      z.object({ function: z.object({ name: z.string(), parameters: z.record(z.string(), z.unknown()).nullish() }) }),
    )
    .nullish(),
});
export type WireRequest = z.infer<typeof WireRequest>;

/** What a request says, read back out of its text. */
export interface Conversation {
  subject: Subject;
  evidence: Evidence[];
  /** The tools that are offered, each with the names of its parameters. */
  offered: ReadonlyMap<string, readonly string[]>;
  /** Whether exactly this was asked before. */
  asked(call: WantedCall): boolean;
}

export interface Subject {
  namespace?: string;
  kind?: string;
  name?: string;
  pod?: string;
}

export interface Evidence {
  id: string;
  tool: string;
  args: Record<string, unknown>;
  text: string;
}

export interface WantedCall {
  name: string;
  args: Record<string, unknown>;
}

export function readConversation(request: WireRequest): Conversation {
  const calls = new Map(request.messages.flatMap(callsOf));
  const asked = new Set([...calls.values()].map(keyOf));
  return {
    subject: subjectOf(request.messages.find(({ role }) => role === 'user')?.content ?? ''),
    evidence: request.messages.flatMap(message => evidenceOf(message, calls)),
    offered: new Map((request.tools ?? []).map(({ function: tool }) => [tool.name, parametersOf(tool.parameters)])),
    asked: call => asked.has(keyOf(call)),
  };
}

function callsOf(message: WireMessage): [string, WantedCall][] {
  return (message.tool_calls ?? []).map(({ id, function: call }) => {
    const args = tryJson(call.arguments);
    return [id, { name: call.name, args: isRecord(args) ? args : {} }];
  });
}

/** An answer that doesn't begin with an id can't be cited, so it is no evidence. */
function evidenceOf(message: WireMessage, calls: ReadonlyMap<string, WantedCall>): Evidence[] {
  const call = calls.get(message.tool_call_id ?? '');
  const [, id, text] = /^\[(e\d+)\]\s*([\s\S]*)$/.exec(message.content ?? '') ?? [];
  if (message.role !== 'tool' || !call || id === undefined || text === undefined) return [];
  return [{ id, tool: call.name, args: call.args, text }];
}

/** From the lines of the incident; what they leave open, from the labels of the first alert that has it. */
function subjectOf(text: string): Subject {
  const [head = '', ...alerts] = text.split(/^Alerts\b.*$/m);
  const labels = alerts.join('\n');
  const value = (key: string) => field(head, key) ?? field(labels, key);
  const [kind, name] = (field(head, 'workload') ?? '').split('/');
  const deployment = value('deployment');
  return defined({
    namespace: value('namespace'),
    kind: name ? kind : deployment && 'Deployment',
    name: name || deployment,
    pod: value('pod'),
  });
}

function field(text: string, key: string): string | undefined {
  return new RegExp(`^\\s*(?:- )?${key}:\\s*"?([^\\s",]+)"?\\s*$`, 'm').exec(text)?.[1];
}

function defined(subject: { [K in keyof Subject]: Subject[K] | undefined }): Subject {
  return Object.fromEntries(Object.entries(subject).filter(([, value]) => value !== undefined && value !== ''));
}

function parametersOf(schema: Record<string, unknown> | null | undefined): string[] {
  const properties = schema?.['properties'];
  return isRecord(properties) ? Object.keys(properties) : [];
}

function keyOf({ name, args }: WantedCall): string {
  return canonicalJson([name, args]);
}
