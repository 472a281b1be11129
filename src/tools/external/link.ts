import type { Transport } from '@modelcontextprotocol/client';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { redact } from '../../lib/redaction.ts';
import { openSession, type Session } from './session.ts';

/** The connection to a server that may come and go. */
export interface Link {
  /** The session; nothing while there is none. */
  current(): Session | undefined;
  /** Whether it is there as far as we know: it may be about to begin another session. */
  isUp(): boolean;
  /** The session, or the one that is about to begin. */
  next(): Promise<Session | undefined>;
  /** Why there is none. */
  problem(): string | undefined;
  /** Another session for one that is lost, asked for once by all who miss it; nothing when there is none to be had. */
  renew(lost: Session): Promise<Session | undefined>;
  /** Resolves once the first try is over, whatever came of it. */
  tried: Promise<void>;
  close(): Promise<void>;
}

export interface LinkDeps {
  name: string;
  open(): Promise<Transport>;
  /** Takes what the server lists, with each session and from time to time. */
  onListed(tools: unknown[]): void;
  timeoutMs: number;
  clock: Clock;
  log: Log;
}

/** Between two tries to reach a server that is away: it doubles up to the longest. */
const restMs = { first: 1_000, longest: 60_000 };

/** A server may change what its tools say about themselves at any time, and need not tell. */
const listAgainMs = 60_000;

/** Looks after the connection until it is closed: tries again with ever longer rests, and lists again. */
export function createLink({ name, open, onListed, timeoutMs, clock, log }: LinkDeps): Link {
  const over = new AbortController();
  const tried = Promise.withResolvers<void>();
  let session: Session | undefined;
  let problem: string | undefined = 'it was not reached yet';
  let failures = 0;
  let renewing = false;
  let trying: Promise<void> | undefined;
  let wake = new AbortController();

  /** One try at a time. Never throws. */
  function connect(): Promise<void> {
    trying ??= attempt().finally(() => {
      trying = undefined;
      tried.resolve();
    });
    return trying;
  }

  async function attempt(): Promise<void> {
    let opened: Session | undefined;
    try {
      opened = await openSession(await open(), { timeoutMs, signal: over.signal });
      const tools = await opened.list();
      if (over.signal.aborted) throw new Error('we are closing');
      onListed(tools);
      session = opened;
      if (failures > 0) log.info({ server: name }, 'a tool server is back');
      failures = 0;
      problem = undefined;
    } catch (error) {
      void opened?.close();
      failures += 1;
      problem = redact(messageOf(error)).slice(0, 300);
      if (failures === 1 && !over.signal.aborted)
        log.warn({ server: name, problem }, 'a tool server is away: its tools are not offered');
    }
  }

  async function listAgain(known: Session): Promise<void> {
    try {
      onListed(await known.list());
    } catch {
      if (session !== known) return;
      drop(known);
      await connect();
    }
  }

  function drop(lost: Session): void {
    session = undefined;
    problem = 'its session was lost';
    void lost.retire();
  }

  async function lookAfter(): Promise<void> {
    await clock.busy(connect);
    while (!over.signal.aborted) {
      const pause = session ? listAgainMs : Math.min(restMs.longest, restMs.first * 2 ** Math.max(0, failures - 1));
      await clock.sleep(pause, AbortSignal.any([over.signal, wake.signal])).catch(() => undefined);
      if (over.signal.aborted) return;
      if (wake.signal.aborted) {
        // Somebody else has tried just now: count the rest from there.
        wake = new AbortController();
        continue;
      }
      const known = session;
      await clock.busy(() => (known ? listAgain(known) : connect()));
    }
  }

  void lookAfter();
  return {
    current: () => session,
    isUp: () => session !== undefined || renewing,
    async next() {
      if (!session) await trying;
      return session;
    },
    problem: () => problem,
    async renew(lost) {
      if (session !== lost) return this.next();
      drop(lost);
      renewing = true;
      await connect();
      renewing = false;
      wake.abort();
      return session;
    },
    tried: tried.promise,
    async close() {
      over.abort();
      await trying;
      await session?.close();
      session = undefined;
    },
  };
}
