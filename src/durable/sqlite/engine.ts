import { type Clock, systemClock } from '../../lib/clock.ts';
import { AlertwrightError, messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { type Engine, type RunRequest, StepError, type Workflow } from '../engine.ts';
import { createBells } from './bells.ts';
import { leaseBell } from './child.ts';
import { durably, never, type Shared } from './context.ts';
import type { Database } from './database.ts';
import { createJournal } from './journal.ts';
import { encode } from './json.ts';
import { createLeases } from './leases.ts';
import { createMailbox } from './mailbox.ts';
import { type Outcome, outcomeOf, unpack } from './outcome.ts';
import { createLiveRun, type LiveRun } from './run.ts';
import { createRuns } from './runs.ts';
import { isStorageFailure } from './storage_error.ts';
import { topicBell } from './waiting.ts';

export interface SqliteEngine extends Engine {
  /** From here on nothing is written, whatever is still running. */
  abandon(): void;
}

export interface EngineOptions {
  clock: Clock;
  log: Log;
  workflows: Readonly<Record<string, Workflow>>;
}

const defaultGraceMs = 5000;
const callAgainMs = 1000;

export function createSqliteEngine(database: Database, { clock, log, workflows }: EngineOptions): SqliteEngine {
  const live = new Map<string, LiveRun>();
  const finished = createBells(clock);
  const stopping = new AbortController();
  const over = new AbortController();
  const journal = createJournal(database);
  const mailbox = createMailbox(database, journal);
  const leases = createLeases(database, (run, position) => live.get(run)?.bells.ring(leaseBell(position)));
  const runs = createRuns(database);
  const signals = { stopping: stopping.signal, over: over.signal };
  const shared: Shared = { clock, log, database, journal, mailbox, leases, ...signals };
  let started = false;

  /** In a microtask: whoever accepts a run is not to run it. */
  function launch(request: RunRequest): void {
    if (!started || stopping.signal.aborted || live.has(request.id)) return;
    const workflow = workflows[request.workflow];
    if (!workflow) {
      log.error({ run: request.id }, `a run is left as it is: no workflow is called "${request.workflow}" any more`);
      return;
    }
    const broken = Promise.withResolvers<never>();
    const run = createLiveRun(request.id, shared, broken.reject);
    live.set(request.id, run);
    const work = async () => Promise.race([workflow(run.run, request.input as never), broken.promise]);
    Promise.resolve()
      .then(() => conduct(request, run, work))
      .catch((error: unknown) => callAgain(request, run, error));
  }

  async function conduct(request: RunRequest, run: LiveRun, work: () => Promise<unknown>): Promise<void> {
    const outcome = await outcomeOf(request.workflow, work, error => reportFailure(request, error));
    await run.leave();
    await durably(shared, () => finish(request.id, outcome));
  }

  /** What a run could not write in its own code is as if the process had died there: it is called again. */
  async function callAgain(request: RunRequest, run: LiveRun, error: unknown): Promise<void> {
    if (!isStorageFailure(error)) return log.fatal({ err: error, run: request.id }, 'a run can not be ended');
    log.error({ run: request.id, retryInMs: callAgainMs }, `a run is called again: ${messageOf(error)}`);
    await run.leave();
    await clock.sleep(callAgainMs, over.signal).catch(() => undefined);
    live.delete(request.id);
    launch(request);
  }

  function reportFailure(request: RunRequest, error: unknown): void {
    const detail = error instanceof StepError ? { step: error.step } : { err: error };
    log.error({ ...detail, run: request.id }, `a run has failed: ${messageOf(error)}`);
  }

  /** A failed run keeps its journal: somebody will want to see how far it came. */
  function finish(id: string, outcome: Outcome): void {
    runs.finish(id, outcome);
    leases.releaseRun(id);
    mailbox.forgetRun(id);
    if (outcome.state === 'done') journal.forgetRun(id);
    database.afterCommit(() => {
      live.delete(id);
      finished.ring(id);
    });
  }

  function accept(requests: readonly RunRequest[]): { started: string[]; known: string[] } {
    return database.transaction(() => {
      const accepted = { started: [] as string[], known: [] as string[] };
      for (const request of requests) {
        if (!workflows[request.workflow]) throw new Error(`expected a known workflow, got "${request.workflow}"`);
        const added = runs.add(request);
        (added ? accepted.started : accepted.known).push(request.id);
        if (added) database.afterCommit(() => launch(added));
      }
      return accepted;
    });
  }

  function send(run: string, topic: string, message: unknown, id: string): void {
    database.transaction(() => {
      const state = runs.find(run)?.state;
      if (!state) throw noSuchRun(run);
      const body = encode(`message ${id}`, message);
      if (state === 'active' && mailbox.put({ run, topic, id, body }))
        database.afterCommit(() => live.get(run)?.bells.ring(topicBell(topic)));
    });
  }

  async function result<T>(run: string): Promise<T> {
    for (;;) {
      if (over.signal.aborted) return never();
      const bell = finished.listen(run);
      const found = runs.find(run);
      if (found?.state === 'active') {
        await bell.wait();
        continue;
      }
      bell.ignore();
      if (!found) throw noSuchRun(run);
      return unpack(found);
    }
  }

  function abandon(): void {
    stopping.abort();
    over.abort(new AlertwrightError('stopped', 'the engine stops, and the time for steps to finish is up'));
    finished.ringAll();
  }

  return {
    accept,
    send,
    result,
    start() {
      if (stopping.signal.aborted) throw new Error('expected an engine that was not stopped; open the store again');
      if (started) return;
      started = true;
      for (const request of runs.active()) launch(request);
    },
    async stop(graceMs = defaultGraceMs) {
      stopping.abort();
      const idle = Promise.all([...live.values()].map(run => run.leave()));
      await within(graceMs, idle);
      abandon();
    },
    abandon,
  };
}

/** On the machine's clock: a virtual one stands still while steps are running. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  const patience = systemClock.sleep(ms, done.signal).catch(() => undefined);
  await Promise.race([work, patience]);
  done.abort();
}

function noSuchRun(run: string): AlertwrightError {
  return new AlertwrightError('no_such_run', `expected a run that was accepted, got "${run}"`);
}
