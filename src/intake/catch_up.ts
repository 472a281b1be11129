import { LRUCache } from 'lru-cache';
import type { Alertmanager } from '../alertmanager/alertmanager.ts';
import type { Alert } from '../alerts/alert.ts';
import type { AlertBook } from '../alerts/book.ts';
import type { Delivery } from '../alerts/payload.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { type AbsenceRules, createAbsences, type Gone, type Judgement } from './absences.ts';
import { compare } from './compare.ts';
import { readAll } from './read_all.ts';
import type { Intake } from './receive.ts';

/** Compares, at the start and every few minutes, what we hold for firing with what every Alertmanager has. */
export interface CatchUp {
  /** Looks for the first time as soon as the inbox is folded. */
  start(): void;
  /** To be told of every delivery: what was sent just now is not gone, and what a group hides is looked for soon. */
  heard(delivery: Pick<Delivery, 'alerts'> & { truncated?: number }): void;
  state(): CatchUpState;
  stop(): Promise<void>;
}

/** For people to read, also as JSON. */
export type CatchUpState = {
  alertmanagers: string[];
  /** When the last look began, and the last that all Alertmanagers answered. */
  lookedAt?: string;
  answeredAt?: string;
  /** What that one found; `missed` and `closed` count since the start. */
  open?: number;
  held?: number;
  waiting?: number;
  missed: number;
  closed: number;
  /** Why nothing, or nothing yet, is closed. */
  problem?: string;
};

export interface CatchUpRules extends AbsenceRules {
  /** Only what is routed to this receiver is compared; everything that an Alertmanager has when absent. */
  receiver?: string;
  everyMs: number;
  /** What we heard of within this time before a look is not gone. */
  quietMs: number;
  /** What began within this time may still be on its way: Alertmanager waits for others of its group. */
  graceMs: number;
}

/** What no configuration says. */
export const usualRules = { apartMs: 60_000, doubtMs: 900_000, quietMs: 180_000, graceMs: 60_000 };

export interface CatchUpDeps {
  alertmanagers: readonly Alertmanager[];
  book: Pick<AlertBook, 'last' | 'page'>;
  intake: Pick<Intake, 'receive' | 'backlog'>;
  clock: Clock;
  log: Log;
  rules: CatchUpRules;
}

const mostRemembered = 100_000;
/** What was received goes first. */
const backlogPauseMs = 500;
const soonMs = 10_000;
const afterFailureMs = 30_000;
const shortestPauseMs = 1000;
const atOnce = 500;

export function createCatchUp(deps: CatchUpDeps): CatchUp {
  const { alertmanagers, book, intake, clock, log, rules } = deps;
  const absences = createAbsences(rules);
  const recent = new LRUCache<string, number>({ max: mostRemembered });
  const stopping = new AbortController();
  const state: CatchUpState = { alertmanagers: alertmanagers.map(({ name }) => name), missed: 0, closed: 0 };
  let bell = new AbortController();
  let dueAt = Number.NEGATIVE_INFINITY;
  let under = Promise.resolve();

  /** Gives the time until the next look. */
  async function look(): Promise<number> {
    const at = clock.now();
    state.lookedAt = iso(at);
    const seen = await readAll(alertmanagers, { settlingMs: rules.settlingMs, at }, stopping.signal);
    const found = await compare(seen, { book, rules, at, heardAt: fingerprint => recent.get(fingerprint) });
    await takeIn(found.missed);
    if (seen.problem !== undefined) absences.forget();
    const { gone, waiting, nextAt, doubt } = seen.problem === undefined ? absences.judge(found) : nothingGone;
    const closed = await close(gone, at);
    if (seen.answered) Object.assign(state, { answeredAt: iso(at), open: seen.open.size, held: found.held, waiting });
    const caught = { missed: found.missed.length, closed };
    if (caught.missed + closed > 0) log.info(caught, 'caught up with Alertmanager');
    say(seen.problem ?? doubt);
    const regular = seen.answered ? rules.everyMs : Math.min(rules.everyMs, afterFailureMs);
    const further = [nextAt === undefined ? regular : nextAt - clock.now(), found.youngMs ?? regular];
    return Math.max(shortestPauseMs, Math.min(regular, ...further));
  }

  async function takeIn(missed: readonly Alert[]): Promise<void> {
    for (const alerts of parts(missed)) {
      await intake.receive({ alerts, rejected: [] });
      state.missed += alerts.length;
    }
  }

  /** What was sent to us meanwhile is not gone. Gives how many are. */
  async function close(gone: readonly Gone[], at: number): Promise<number> {
    let closed = 0;
    for (const part of parts(gone)) {
      const isQuiet = ({ booked: { alert } }: Gone) => (recent.get(alert.fingerprint) ?? 0) <= at - rules.quietMs;
      const alerts = part.filter(isQuiet).map(endOf);
      await intake.receive({ alerts, rejected: [] });
      closed += alerts.length;
    }
    state.closed += closed;
    return closed;
  }

  /** Once, until it changes. */
  function say(problem: string | undefined): void {
    if (problem === state.problem) return;
    if (problem === undefined) {
      delete state.problem;
      log.info('catching up with Alertmanager works again');
      return;
    }
    state.problem = problem;
    log.warn({ problem }, 'catching up with Alertmanager closes nothing for now');
  }

  async function lookSafely(): Promise<number> {
    try {
      return await look();
    } catch (error) {
      stopping.signal.throwIfAborted();
      absences.forget();
      say(messageOf(error));
      return Math.min(afterFailureMs, rules.everyMs);
    }
  }

  async function untilDue(): Promise<void> {
    while (clock.now() < dueAt || intake.backlog() > 0) {
      stopping.signal.throwIfAborted();
      bell = new AbortController();
      const wait = clock.now() < dueAt ? dueAt - clock.now() : backlogPauseMs;
      await clock.sleep(wait, AbortSignal.any([bell.signal, stopping.signal])).catch(() => undefined);
    }
  }

  async function lookOn(): Promise<void> {
    for (;;) {
      await untilDue();
      stopping.signal.throwIfAborted();
      dueAt = Number.POSITIVE_INFINITY;
      const pause = await clock.busy(lookSafely);
      dueAt = Math.min(dueAt, clock.now() + pause);
    }
  }

  return {
    start() {
      under = lookOn().catch(() => undefined);
    },
    heard({ alerts, truncated = 0 }) {
      const now = clock.now();
      for (const { fingerprint, status } of alerts) if (status === 'firing') recent.set(fingerprint, now);
      if (truncated === 0) return;
      dueAt = Math.min(dueAt, now + soonMs);
      bell.abort();
    },
    state: () => ({ ...state }),
    async stop() {
      stopping.abort();
      await under;
    },
  };
}

const nothingGone: Judgement = { gone: [], waiting: 0 };

function endOf({ booked, since }: Gone): Alert {
  const endedBecause = `catching up: no Alertmanager has had it since ${iso(since)}`;
  return { ...booked.alert, status: 'resolved', endsAt: iso(since), endedBecause };
}

function parts<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / atOnce) }, (_, n) => all.slice(n * atOnce, (n + 1) * atOnce));
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
