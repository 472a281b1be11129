import { Client, type Tool, type Transport } from '@modelcontextprotocol/client';
import type { ReadCost } from '../kubernetes/read_meter.ts';
import { definedOf } from '../lib/defined.ts';
import { isRecord } from '../lib/json.ts';
import type { Log } from '../lib/log.ts';
import { version } from '../lib/package_root.ts';
import { redact } from '../lib/redaction.ts';
import type { ToolSpec } from '../model/model.ts';
import { createLimiter } from './limiter.ts';
import type { Told } from './registry.ts';

/** An MCP server of ours, in this process. Those of others are in external/: they are trusted with nothing. */
export interface ToolSource {
  name: string;
  /** A fresh transport; what serves it is ended by closing the transport. */
  open(): Promise<Transport>;
  /** How long an answer of this tool stays good. */
  lifetimeMs(tool: string): number;
  limits?: Partial<SourceLimits>;
}

export interface SourceLimits {
  /** For one call, its wait for a turn included. */
  callTimeoutMs: number;
  concurrent: number;
  perSecond: number;
  /** Longer answers lose their middle. */
  maxAnswerCharacters: number;
}

export interface ToolServer {
  /** As they are now: those of other servers come and go. */
  readonly tools: { spec: ToolSpec; original: string; lifetimeMs: number }[];
  /** Throws when the server gives no answer in time or at all. */
  call(original: string, args: Record<string, unknown>, signal: AbortSignal, caller: string): Promise<Told>;
  close(): Promise<void>;
}

/** In a request's _meta: for whom it is. */
export const callerKey = 'alertwright/caller';

const defaults: SourceLimits = { callTimeoutMs: 15_000, concurrent: 8, perSecond: 100, maxAnswerCharacters: 8_000 };

/** Connects, and offers what the server marks as read-only; the rest does not exist for anybody here. */
export async function connectToolServer(source: ToolSource, log: Log): Promise<ToolServer> {
  const limits = { ...defaults, ...source.limits };
  const client = new Client({ name: 'alertwright', version });
  await client.connect(await source.open(), { timeout: limits.callTimeoutMs });
  const { tools } = await client.listTools(undefined, { timeout: limits.callTimeoutMs });
  const offered = tools.filter(isReadOnly);
  const refused = tools.filter(tool => !offered.includes(tool)).map(tool => tool.name);
  if (refused.length > 0)
    log.info({ server: source.name, refused }, 'tools that are not marked read-only are not offered');
  const limiter = createLimiter(limits);

  return {
    tools: offered.map(tool => ({
      spec: { name: tool.name, description: tool.description ?? tool.name, inputSchema: tool.inputSchema },
      original: tool.name,
      lifetimeMs: source.lifetimeMs(tool.name),
    })),
    async call(name, args, signal, caller) {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(limits.callTimeoutMs)]);
      const request = { name, arguments: args, _meta: { [callerKey]: caller } };
      const read = () => client.callTool(request, { signal: deadline, timeout: limits.callTimeoutMs + 1_000 });
      const result = await limiter.run(read, deadline);
      const structured: unknown = result.structuredContent;
      return {
        text: cap(redact(textOf(result.content)), limits.maxAnswerCharacters),
        isError: result.isError ?? false,
        ...(isRecord(structured) ? definedOf({ cost: costOf(structured), facts: factsOf(structured) }) : {}),
      };
    },
    async close() {
      await limiter.close();
      await client.close();
    },
  };
}

/** What the built-in server says that an answer cost; others don't say. */
function costOf({ cost }: Record<string, unknown>): ReadCost | undefined {
  if (!isRecord(cost)) return undefined;
  const { requests, bytes } = cost;
  return typeof requests === 'number' && typeof bytes === 'number' ? { requests, bytes } : undefined;
}

function factsOf({ facts }: Record<string, unknown>): Record<string, unknown> | undefined {
  return isRecord(facts) ? facts : undefined;
}

function isReadOnly({ annotations }: Tool): boolean {
  return annotations?.readOnlyHint === true && annotations.destructiveHint !== true;
}

function textOf(content: readonly { type: string }[]): string {
  const parts = content.map(part =>
    'text' in part && typeof part.text === 'string' ? part.text : `(${part.type} left out)`,
  );
  return parts.join('\n') || '(an empty answer)';
}

function cap(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const half = Math.floor((longest - 60) / 2);
  return `${text.slice(0, half)}\n(${text.length - 2 * half} characters left out)\n${text.slice(-half)}`;
}
