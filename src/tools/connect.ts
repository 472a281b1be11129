import { InMemoryTransport } from '@modelcontextprotocol/server';
import type { ClusterReader } from '../kubernetes/cluster.ts';
import { type Clock, stopwatch } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { canonicalJson } from '../lib/hash.ts';
import type { Log } from '../lib/log.ts';
import { createAnswerCache } from './answer_cache.ts';
import type { Instruments } from './instruments.ts';
import { createKubernetesServer } from './kubernetes/server.ts';
import type { Told, ToolAnswer, ToolRegistry } from './registry.ts';
import { connectToolServer, type SourceLimits, type ToolServer, type ToolSource } from './tool_server.ts';

/** The registry with the one thing that others than a model need of it. */
export interface ConnectedTools extends ToolRegistry {
  /** Forgets every answer. To be called when we have changed something ourselves. */
  invalidate(): void;
}

export interface ToolRegistryOptions {
  /** As one caller may read it. */
  clusterFor(caller: string): ClusterReader;
  clock: Clock;
  log: Log;
  /** External servers. One that can't be reached is left out, and logged. */
  sources?: readonly ToolSource[];
  instruments?: Partial<Instruments>;
  /** For the built-in server. */
  limits?: Partial<SourceLimits>;
}

const cacheBytes = 8 * 2 ** 20;

/** A failure is not asked for again at once, and not believed for long. */
const failureLifetimeMs = 2_000;

export async function connectTools(options: ToolRegistryOptions): Promise<ConnectedTools> {
  const { clock, log } = options;
  const builtIn = connectToolServer(builtInSource(options), log);
  const external = (options.sources ?? []).map(source => connectOptional(source, log));
  const servers = [await builtIn, ...(await Promise.all(external))].filter(server => server !== undefined);
  const byName = new Map(
    servers.flatMap(server => server.tools.map(tool => [tool.spec.name, { server, tool }] as const)),
  );
  const offered = [...byName.values()].map(({ tool }) => tool.spec);
  const cache = createAnswerCache<Told>({ clock, maxBytes: cacheBytes, sizeOf: ({ text }) => text.length });

  async function tell(
    name: string,
    args: Record<string, unknown>,
    signal: AbortSignal | undefined,
    caller: string,
  ): Promise<Told & { ageMs: number; cached: boolean }> {
    const found = byName.get(name);
    if (!found) return { text: unknownTool(name, [...byName.keys()]), isError: true, ageMs: 0, cached: false };
    const { server, tool } = found;
    const read = (ended: AbortSignal) => callSafely(server, { name, original: tool.original, args, caller }, ended);
    const { value, readAt, cached } = await cache.get(`${name} ${canonicalJson(args)}`, read, {
      lifetimeMs: ({ isError }) => (isError ? failureLifetimeMs : tool.lifetimeMs),
      signal,
    });
    return { ...value, ageMs: Math.max(0, clock.now() - readAt), cached };
  }

  return {
    offered: () => offered,
    async call(name, args, signal, caller = 'somebody'): Promise<ToolAnswer> {
      const elapsed = stopwatch();
      const { text, ageMs, ...told } = await tell(name, args, signal, caller);
      const aged = ageMs < 1_000 ? text : `${text}\n(read ${Math.round(ageMs / 1000)}s ago)`;
      return { ...told, text: aged, ageMs, ms: elapsed() };
    },
    invalidate: () => cache.clear(),
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

async function connectOptional(source: ToolSource, log: Log): Promise<ToolServer | undefined> {
  try {
    return await connectToolServer(source, log);
  } catch (error) {
    log.warn(
      { server: source.name, error: messageOf(error) },
      'a tool server can not be reached: going on without its tools',
    );
    return undefined;
  }
}

/** How long answers stay good, in seconds of the clock: what changes by the second is read again soon. */
const lifetimes: Record<string, number> = { get_deployment_history: 10, check_node_capacity: 15 };

function builtInSource({ clusterFor, clock, log, instruments = {}, limits }: ToolRegistryOptions): ToolSource {
  return {
    name: 'kubernetes',
    async open() {
      const [ours, theirs] = InMemoryTransport.createLinkedPair();
      await createKubernetesServer({ clusterFor, clock, log, instruments }).connect(theirs);
      return ours;
    },
    lifetimeMs: tool => (lifetimes[tool] ?? 5) * 1_000,
    ...(limits ? { limits } : {}),
  };
}
