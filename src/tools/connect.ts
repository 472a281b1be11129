import { InMemoryTransport } from '@modelcontextprotocol/server';
import type { ClusterReader } from '../kubernetes/cluster.ts';
import { type Clock, stopwatch } from '../lib/clock.ts';
import { definedOf } from '../lib/defined.ts';
import { messageOf } from '../lib/errors.ts';
import { canonicalJson } from '../lib/hash.ts';
import type { Log } from '../lib/log.ts';
import { createAnswerCache } from './answer_cache.ts';
import { createToolDesk, type ToolDesk } from './desk.ts';
import type { ExternalServer } from './external/server.ts';
import type { Instruments } from './instruments.ts';
import { createKubernetesServer } from './kubernetes/server.ts';
import type { Told, ToolAnswer, ToolRegistry } from './registry.ts';
import { createSharedReads } from './shared_reads.ts';
import { connectToolServer, type SourceLimits, type ToolServer, type ToolSource } from './tool_server.ts';

/** The registry with the one thing that others than a model need of it. */
export interface ConnectedTools extends ToolRegistry {
  /** Forgets every answer. To be called when we have changed something ourselves. */
  invalidate(): void;
  desk: ToolDesk;
}

export interface ToolRegistryOptions {
  /** As one caller may read it. */
  clusterFor(caller: string): ClusterReader;
  clock: Clock;
  log: Log;
  /** Servers of others; closed with the registry. */
  external?: readonly ExternalServer[];
  instruments?: Partial<Instruments>;
  /** What one answer of the built-in server may cost. */
  answerTokens?: number;
  /** For the built-in server. */
  limits?: Partial<SourceLimits>;
}

const cacheBytes = 8 * 2 ** 20;
const startPatienceMs = 5_000;

/** A failure is not asked for again at once, and not believed for long. */
const failureLifetimeMs = 2_000;

export async function connectTools(options: ToolRegistryOptions): Promise<ConnectedTools> {
  const { clock, log } = options;
  const { external = [] } = options;
  const shared = createSharedReads({ clock });
  const clusterFor = (caller: string) => shared.over(options.clusterFor(caller));
  const builtIn = await connectToolServer(builtInSource({ ...options, clusterFor }), log);
  await untilTried(external, clock);
  const servers: readonly ToolServer[] = [builtIn, ...external];

  /** As they are now. No server's tool takes the place of one that was there before it: the built-in ones come first. */
  function byName(): Map<string, { server: ToolServer; tool: ToolServer['tools'][number] }> {
    const found = new Map<string, { server: ToolServer; tool: ToolServer['tools'][number] }>();
    for (const server of servers)
      for (const tool of server.tools) if (!found.has(tool.spec.name)) found.set(tool.spec.name, { server, tool });
    return found;
  }
  const cache = createAnswerCache<Told>({ clock, maxBytes: cacheBytes, sizeOf: ({ text }) => text.length });

  async function tell(
    name: string,
    args: Record<string, unknown>,
    signal: AbortSignal | undefined,
    caller: string,
  ): Promise<Told & { ageMs: number; cached: boolean }> {
    const known = byName();
    const found = known.get(name);
    if (!found) return { text: unknownTool(name, [...known.keys()]), isError: true, ageMs: 0, cached: false };
    const { server, tool } = found;
    const read = (ended: AbortSignal) => callSafely(server, { name, original: tool.original, args, caller }, ended);
    const { value, readAt, cached } = await cache.get(`${name} ${canonicalJson(args)}`, read, {
      lifetimeMs: ({ isError }) => (isError ? failureLifetimeMs : tool.lifetimeMs),
      signal,
    });
    return { ...value, ageMs: Math.max(0, clock.now() - readAt), cached };
  }

  return {
    desk: createToolDesk(builtIn, external),
    offered: () => [...byName().values()].map(({ tool }) => tool.spec),
    async call(name, args, signal, caller = 'somebody'): Promise<ToolAnswer> {
      const elapsed = stopwatch();
      const { text, ageMs, ...told } = await tell(name, args, signal, caller);
      const aged = ageMs < 1_000 ? text : `${text}\n(read ${Math.round(ageMs / 1000)}s ago)`;
      return { ...told, text: aged, ageMs, ms: elapsed() };
    },
    invalidate() {
      shared.clear();
      cache.clear();
    },
    async close() {
      await Promise.all(servers.map(server => server.close()));
    },
  };
}

/** Whatever goes wrong with a tool is told to the model; only its caller's own abort is thrown. */
async function callSafely(
  server: ToolServer,
  { name, original, args, caller }: { name: string; original: string; args: Record<string, unknown>; caller: string },
  signal: AbortSignal,
): Promise<Told> {
  try {
    return await server.call(original, args, signal, caller);
  } catch (error) {
    signal.throwIfAborted();
    const late = error instanceof DOMException && error.name === 'TimeoutError';
    const problem = late ? 'gave no answer in time' : `failed: ${messageOf(error)}`;
    return { text: `${name} ${problem}. Ask for less, use another tool, or decide without it.`, isError: true };
  }
}

function unknownTool(name: string, known: string[]): string {
  return `There is no tool "${name.slice(0, 80)}". The tools are: ${known.slice(0, 40).join(', ')}.`;
}

/** The first incident is to have all tools, and nobody is to wait long for a server that is away. */
async function untilTried(external: readonly ExternalServer[], clock: Clock): Promise<void> {
  if (external.length === 0) return;
  const over = new AbortController();
  const patience = clock.sleep(startPatienceMs, over.signal).catch(() => undefined);
  await Promise.race([Promise.all(external.map(({ tried }) => tried)), patience]);
  over.abort();
}

/** How long answers stay good, in seconds of the clock: what changes by the second is read again soon. */
const lifetimes: Record<string, number> = {
  get_deployment_history: 10,
  check_node_capacity: 15,
  list_related_alerts: 15,
};

function builtInSource(options: ToolRegistryOptions): ToolSource {
  const { clusterFor, clock, log, instruments = {}, answerTokens: tokens, limits } = options;
  return {
    name: 'kubernetes',
    async open() {
      const [ours, theirs] = InMemoryTransport.createLinkedPair();
      await createKubernetesServer({ clusterFor, clock, log, instruments, ...definedOf({ tokens }) }).connect(theirs);
      return ours;
    },
    lifetimeMs: tool => (lifetimes[tool] ?? 5) * 1_000,
    ...(limits ? { limits } : {}),
  };
}
