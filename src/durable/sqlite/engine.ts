import { type Clock, systemClock } from '../../lib/clock.ts';
import { AlertwrightError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { Engine, RunRequest, Workflow } from '../engine.ts';
import { leaseBell } from './child.ts';
import { type Conductor, createConductor } from './conductor.ts';
import { never } from './context.ts';
import type { Database } from './database.ts';
import { createJournal } from './journal.ts';
import { encode } from './json.ts';
import { createLeases } from './leases.ts';
import { createMailbox } from './mailbox.ts';
import { unpack } from './outcome.ts';
import { createRuns } from './runs.ts';
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

export function createSqliteEngine(database: Database, { clock, log, workflows }: EngineOptions): SqliteEngine {
  const stopping = new AbortController();
  const over = new AbortController();
  const journal = createJournal(database);
  const mailbox = createMailbox(database, journal);
  const leases = createLeases(database, (run, position) => conductor.ring(run, leaseBell(position)));
  const runs = createRuns(database);
  const signals = { stopping: stopping.signal, over: over.signal };
  const shared = { clock, log, database, journal, mailbox, leases, ...signals };
  const conductor: Conductor = createConductor(shared, runs, workflows);
  let started = false;

  function accept(requests: readonly RunRequest[]): { started: string[]; known: string[] } {
    return database.transaction(() => {
      const accepted = { started: [] as string[], known: [] as string[] };
      for (const request of requests) {
        if (!workflows[request.workflow]) throw new Error(`expected a known workflow, got "${request.workflow}"`);
        const added = runs.add(request);
        (added ? accepted.started : accepted.known).push(request.id);
        if (added) database.afterCommit(() => started && conductor.launch(added));
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
        database.afterCommit(() => conductor.ring(run, topicBell(topic)));
    });
  }

  async function result<T>(run: string): Promise<T> {
    while (!over.signal.aborted) {
      const bell = conductor.ended.listen(run);
      const found = runs.find(run);
      if (found?.state === 'active') {
        await bell.wait();
        continue;
      }
      bell.ignore();
      if (!found) throw noSuchRun(run);
      return unpack(found);
    }
    return never();
  }

  function start(): void {
    if (stopping.signal.aborted) throw new Error('expected an engine that was not stopped; open the store again');
    if (started) return;
    started = true;
    for (const request of runs.active()) conductor.launch(request);
  }

  function abandon(): void {
    stopping.abort();
    over.abort(new AlertwrightError('stopped', 'the engine stops, and the time for steps to finish is up'));
    void conductor.leaveAll();
    conductor.ended.ringAll();
  }

  async function stop(graceMs = defaultGraceMs): Promise<void> {
    stopping.abort();
    await within(graceMs, conductor.leaveAll());
    abandon();
  }

  return { accept, send, result, start, stop, abandon };
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
