import { messageOf } from '../../lib/errors.ts';
import { type RunRequest, StepError, type Workflow } from '../engine.ts';
import { isStorageFailure } from '../store.ts';
import { type Bells, createBells } from './bells.ts';
import { durably, type Shared } from './context.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { createLiveRun, type LiveRun } from './run.ts';
import type { Runs } from './runs.ts';

/** Calls the workflows of runs, and sees them to their end. */
export interface Conductor {
  /** Calls the run, in a microtask: whoever accepts a run is not to run it. */
  launch(request: RunRequest): void;
  /** Rings in a run that lives in this process. */
  ring(run: string, bell: string): void;
  /** Rings with a run's id when that run has ended. */
  readonly ended: Bells;
  /** Lets no run go on; settles when no step is running any more. */
  leaveAll(): Promise<void>;
}

const callAgainMs = 1000;

export function createConductor(shared: Shared, runs: Runs, workflows: Readonly<Record<string, Workflow>>): Conductor {
  const { clock, log, database, journal, mailbox, leases, stopping, over } = shared;
  const live = new Map<string, LiveRun>();
  const ended = createBells(clock);

  function launch(request: RunRequest): void {
    if (stopping.aborted || live.has(request.id)) return;
    const workflow = workflows[request.workflow];
    if (!workflow) {
      log.error({ run: request.id }, `a run is left as it is: no workflow is called "${request.workflow}" any more`);
      return;
    }
    const broken = Promise.withResolvers<never>();
    const run = createLiveRun(request.id, shared, broken.reject);
    const work = async () => Promise.race([workflow(run.run, request.input as never), broken.promise]);
    live.set(request.id, run);
    Promise.resolve()
      .then(() => conduct(request, run, work))
      .catch((error: unknown) => callAgain(request, run, error));
  }

  async function conduct(request: RunRequest, run: LiveRun, work: () => Promise<unknown>): Promise<void> {
    const outcome = await outcomeOf(request.workflow, work, error => reportFailure(request, error));
    await run.leave();
    await durably(shared, () => finish(request.id, outcome));
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
      ended.ring(id);
    });
  }

  /** What a run could not write in its own code is as if the process had died there: it is called again. */
  async function callAgain(request: RunRequest, run: LiveRun, error: unknown): Promise<void> {
    if (!isStorageFailure(error)) return log.fatal({ err: error, run: request.id }, 'a run can not be ended');
    log.error({ run: request.id, retryInMs: callAgainMs }, `a run is called again: ${messageOf(error)}`);
    await run.leave();
    await clock.sleep(callAgainMs, over).catch(() => undefined);
    live.delete(request.id);
    launch(request);
  }

  return {
    launch,
    ended,
    ring: (run, bell) => live.get(run)?.bells.ring(bell),
    leaveAll: async () => void (await Promise.all([...live.values()].map(run => run.leave()))),
  };
}
