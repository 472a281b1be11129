import { AlertwrightError, exitCodes } from '../../lib/errors.ts';
import { type Run, StepError } from '../engine.ts';
import { type Bells, createBells } from './bells.ts';
import { child } from './child.ts';
import { never, type RunContext, type Shared } from './context.ts';
import type { Place } from './journal.ts';
import { step } from './step.ts';
import { recv, sleep } from './waiting.ts';

/** A run while it lives in this process. */
export interface LiveRun {
  run: Run;
  bells: Bells;
  /** Lets no further call through; settles when no step is running any more. */
  leave(): Promise<void>;
}

/** What the scopes of one run share: the run itself is the outermost scope, each child in it is another. */
interface Family {
  id: string;
  shared: Shared;
  bells: Bells;
  /** The run can't go on, whatever its own code would make of the error. */
  broken(error: unknown): void;
}

interface Parent {
  prefix: string;
  keys: readonly string[];
  gone(): boolean;
}

export function createLiveRun(id: string, shared: Shared, broken: (error: unknown) => void): LiveRun {
  const bells = createBells(shared.clock);
  const family: Family = { id, shared, bells, broken };
  const scope = createScope(family, { prefix: '', keys: [], gone: () => shared.stopping.aborted });
  return { ...scope, bells };
}

interface Scope {
  run: Run;
  leave(): Promise<void>;
}

/** Counts the calls made in it: a call's number is its place in the journal, so it is given out when the call is made. */
function createScope(family: Family, parent: Parent): Scope {
  const { id, shared, bells } = family;
  const steps = new Set<Promise<unknown>>();
  const children = new Set<Scope>();
  let count = 0;
  let left = false;
  const gone = () => left || parent.gone();
  const context: RunContext = { ...shared, bells, gone };

  function placeOf(kind: Place['kind'], name: string): Place {
    count += 1;
    return { run: id, position: `${parent.prefix}${count}`, kind, name };
  }

  function startChild<T>(place: Place, work: (run: Run) => Promise<T>): Promise<T> {
    if (parent.keys.includes(place.name)) throw heldAlready(id, place.name);
    const keys = [...parent.keys, place.name];
    const scope = createScope(family, { prefix: `${place.position}.`, keys, gone });
    children.add(scope);
    const ended = child<T>(context, place, { run: () => work(scope.run), leave: scope.leave });
    return ended.finally(() => children.delete(scope));
  }

  const call = <T>(start: () => Promise<T>): Promise<T> => untilGone(gone, family.broken, start);
  const run: Run = {
    id,
    step: (name, work) => call(() => track(steps, step(context, placeOf('step', name), work))),
    sleep: ms => call(() => sleep(context, placeOf('sleep', ''), ms)),
    recv: (topic, { timeoutMs }) => call(() => recv(context, placeOf('recv', topic), timeoutMs)),
    child: (key, work) => call(() => startChild(placeOf('child', key), work)),
  };

  return {
    run,
    async leave() {
      left = true;
      bells.ringAll();
      await Promise.all([Promise.allSettled(steps), ...[...children].map(scope => scope.leave())]);
    },
  };
}

/** What the call settles with, unless its caller is gone by then; errors that aren't the step's own break the run. */
function untilGone<T>(gone: () => boolean, broken: (error: unknown) => void, start: () => Promise<T>): Promise<T> {
  if (gone()) return never();
  return new Promise((resolve, reject) => {
    const ended = (async () => start())();
    ended.then(
      value => !gone() && resolve(value),
      (error: unknown) => !gone() && (error instanceof StepError ? reject(error) : broken(error)),
    );
  });
}

function track<T>(running: Set<Promise<unknown>>, promise: Promise<T>): Promise<T> {
  running.add(promise);
  const forget = () => running.delete(promise);
  promise.then(forget, forget);
  return promise;
}

function heldAlready(run: string, key: string): AlertwrightError {
  const message = `expected run ${run} not to hold "${key}" yet, but it does: it would wait for itself`;
  return new AlertwrightError('key_held', message, { exitCode: exitCodes.software });
}
