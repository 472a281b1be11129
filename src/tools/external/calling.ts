import type { CallToolResult } from '@modelcontextprotocol/client';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import { createSlots, type Slots } from '../../lib/slots.ts';
import { createLimiter } from '../limiter.ts';
import type { Told } from '../registry.ts';
import { denialOfArguments } from './deny.ts';
import { framed, textOf } from './frame.ts';
import type { Link } from './link.ts';
import { createResting } from './resting.ts';
import { type CalledTool, isLost, type Session } from './session.ts';
import type { ExternalSettings } from './settings.ts';
import { NoAnswer, TooLong } from './transport.ts';

export interface Caller {
  /** Throws a TimeoutError when no answer comes in time; everything else that goes wrong is told. */
  call(tool: CalledTool, args: Record<string, unknown>, signal: AbortSignal): Promise<Told>;
  close(): Promise<void>;
}

const atOnce = 4;
/** So that one slow tool does not keep the others of its server waiting. */
const ofOneToolAtOnce = 3;

const longestAnswer = 8_000;
const longestComplaint = 400;

export function createCaller(
  link: Link,
  { name, timeoutMs, perSecond }: ExternalSettings,
  clock: Pick<Clock, 'now'>,
): Caller {
  const resting = createResting(clock);
  const retries = createSlots(1);
  const limiter = createLimiter({ concurrent: atOnce, perSecond });
  const places = new Map<string, Slots>();
  const from = `the tool server ${name}`;

  function placesOf(tool: string): Slots {
    const known = places.get(tool) ?? createSlots(ofOneToolAtOnce);
    places.set(tool, known);
    return known;
  }

  return {
    async call(tool, args, signal) {
      const denial = denialOfArguments(args);
      if (denial !== undefined) return refused(`is not called with these arguments: ${denial}`);
      const left = resting.left(tool.name);
      if (left > 0) return refused(`gave no answers, and is left alone for another ${Math.ceil(left / 1000)} s`);
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      let begun = false;
      const read = () => {
        begun = true;
        return callOn({ link, retries }, tool, args, deadline);
      };
      try {
        const result = await placesOf(tool.name).use(() => limiter.run(read, deadline), deadline);
        resting.answered(tool.name);
        return { text: framed(textOf(result), from, longestAnswer), isError: result.isError ?? false };
      } catch (error) {
        signal.throwIfAborted();
        if (begun) resting.failed(tool.name);
        return complaint(error, tool.name, from);
      }
    },
    close: limiter.close,
  };
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

class Away extends Error {
  override readonly name = 'Away';

  constructor(cause?: unknown) {
    super('its server is away', { cause });
  }
}

/** What went wrong, in words of ours; in the server's own they are data like everything that it says. */
function complaint(error: unknown, tool: string, from: string): Told {
  if (error instanceof DOMException && error.name === 'TimeoutError') throw error;
  if (error instanceof Away || error instanceof TooLong || error instanceof NoAnswer)
    return refused(`failed: ${error.message}`);
  return { text: `${tool} failed. ${framed(messageOf(error), from, longestComplaint)}`, isError: true };
}

export function refused(why: string): Told {
  return { text: `This tool ${why}. Use another one, or decide without it.`, isError: true };
}
