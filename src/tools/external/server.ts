import type { CallToolResult, Transport } from '@modelcontextprotocol/client';
import type { ToolPins } from '../../durable/tool_pins.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { createSlots, type Slots } from '../../lib/slots.ts';
import { createLimiter } from '../limiter.ts';
import type { Told } from '../registry.ts';
import type { ToolServer } from '../tool_server.ts';
import { denialOfArguments } from './deny.ts';
import { framed, textOf } from './frame.ts';
import { createLink, type Link } from './link.ts';
import { createResting } from './resting.ts';
import { type ScreenedTool, screen } from './screen.ts';
import { type CalledTool, isLost, type Session } from './session.ts';
import type { ExternalSettings } from './settings.ts';
import { NoAnswer, TooLong } from './transport.ts';

/** A server of others. Whatever it does, it costs an incident no more than its own tools. */
export interface ExternalServer extends ToolServer {
  name: string;
  /** Resolves once it was tried to reach it, whatever came of that. */
  tried: Promise<void>;
  /** What it listed last, and whether it is there. */
  state(): ExternalState;
  /** Somebody agrees to what a tool says about itself now. What is wrong with that, if anything is. */
  confirm(tool: string, agreed: { hash: string; by: string }): string | undefined;
}

export interface ExternalState {
  name: string;
  /** Why it is away; it is there when this is left out. */
  problem?: string;
  protocol?: string;
  tools: readonly ScreenedTool[];
}

export interface ExternalDeps {
  /** A fresh transport; what serves it is ended by closing it. */
  open(): Promise<Transport>;
  pins: ToolPins;
  clock: Clock;
  log: Log;
}

const callsAtOnce = 4;
/** So that one slow tool does not keep the others of its server waiting. */
const callsOfToolAtOnce = 3;
const longestAnswer = 8_000;
/** Of one server. Whoever comes with ever new names gets no further ones in. */
const mostPins = 500;

export function createExternalServer(settings: ExternalSettings, deps: ExternalDeps): ExternalServer {
  const { name, timeoutMs, lifetimeMs } = settings;
  const { pins, clock, log } = deps;
  const resting = createResting(clock);
  const retries = createSlots(1);
  const limiter = createLimiter({ concurrent: callsAtOnce, perSecond: settings.perSecond });
  const places = new Map<string, Slots>();
  let listed: unknown[] = [];
  let tools: readonly ScreenedTool[] = [];
  const link = createLink({ name, open: deps.open, onListed: take, timeoutMs, clock, log });

  function take(found: unknown[]): void {
    const before = new Map(tools.map(tool => [tool.name, tool.state]));
    listed = found;
    tools = screen(found, settings, pin);
    for (const tool of tools)
      if (tool.state === 'changed' && before.get(tool.name) !== 'changed')
        log.warn({ server: name, tool: tool.name }, 'a tool has changed and is withdrawn: see `alertwright tools`');
  }

  function pin(tool: string, hash: string): string {
    const known = pins.of(name);
    const found = known.find(each => each.tool === tool);
    if (!found && known.length >= mostPins) return '';
    return found?.hash ?? pins.pin(name, tool, hash);
  }

  function offered(): { tool: ScreenedTool; spec: NonNullable<ScreenedTool['spec']>; called: CalledTool }[] {
    if (!link.isUp()) return [];
    return tools.flatMap(tool =>
      tool.state === 'offered' && tool.spec && tool.called ? [{ tool, spec: tool.spec, called: tool.called }] : [],
    );
  }

  function placesOf(tool: string): Slots {
    const known = places.get(tool) ?? createSlots(callsOfToolAtOnce);
    places.set(tool, known);
    return known;
  }

  return {
    name,
    tried: link.tried,
    get tools() {
      return offered().map(({ tool, spec }) => ({ spec, original: tool.name, lifetimeMs }));
    },
    async call(original, args, signal) {
      const tool = offered().find(each => each.tool.name === original);
      if (!tool) return refused(`is not offered now${link.problem() ? `: its server is away` : ''}`);
      const denial = denialOfArguments(args);
      if (denial !== undefined) return refused(`is not called with these arguments: ${denial}`);
      const left = resting.left(original);
      if (left > 0) return refused(`gave no answers, and is left alone for another ${Math.ceil(left / 1000)} s`);
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      let begun = false;
      const read = () => {
        begun = true;
        return callOn({ link, retries }, tool.called, args, deadline);
      };
      try {
        const result = await placesOf(original).use(() => limiter.run(read, deadline), deadline);
        resting.answered(original);
        return {
          text: framed(textOf(result), `the tool server ${name}`, longestAnswer),
          isError: result.isError ?? false,
        };
      } catch (error) {
        signal.throwIfAborted();
        if (begun) resting.failed(original);
        return failure(error, original, name);
      }
    },
    state: () => ({
      name,
      tools,
      ...(link.current() ? { protocol: link.current()!.protocol } : { problem: link.problem() ?? 'it is away' }),
    }),
    confirm(tool, agreed) {
      const found = tools.find(each => each.name === tool);
      if (!found) return `the server ${name} has no tool ${tool}`;
      if (found.state !== 'changed') return `${tool} is ${found.state}: there is nothing to agree to`;
      if (found.hash !== agreed.hash) return `expected the hash ${found.hash} of what ${tool} says now, got another`;
      pins.confirm(name, tool, agreed);
      take(listed);
      return undefined;
    },
    async close() {
      await limiter.close();
      await link.close();
    },
  };
}

/** What went wrong, in words of ours; in the server's own they are data like everything that it says. */
function failure(error: unknown, tool: string, server: string): Told {
  if (error instanceof DOMException && error.name === 'TimeoutError') throw error;
  if (error instanceof Away || error instanceof TooLong || error instanceof NoAnswer)
    return refused(`failed: ${error.message}`);
  return { text: `${tool} failed. ${framed(messageOf(error), `the tool server ${server}`, 400)}`, isError: true };
}

class Away extends Error {
  override readonly name = 'Away';

  constructor(cause?: unknown) {
    super('its server is away', { cause });
  }
}

function refused(why: string): Told {
  return { text: `This tool ${why}. Use another one, or decide without it.`, isError: true };
}

/** A session that is lost is replaced once: what we call only reads, so calling it again does no harm. */
async function callOn(
  { link, retries }: { link: Link; retries: Slots },
  tool: CalledTool,
  args: Record<string, unknown>,
  signal: AbortSignal,
): Promise<CallToolResult> {
  const session = await link.next();
  if (!session) throw new Away();
  try {
    return await session.call(tool, args, signal);
  } catch (error) {
    if (signal.aborted || !(isLost(error) || session.ended())) throw error;
    // One after the other: a call that ends its program each time does not take the second try of others with it.
    return retries.use(async () => {
      const another = await successor(link, session);
      if (!another) throw new Away(error);
      return another.call(tool, args, signal);
    }, signal);
  }
}

async function successor(link: Link, lost: Session): Promise<Session | undefined> {
  const current = link.current();
  if (current && current !== lost && !current.ended()) return current;
  return link.renew(current ?? lost);
}
