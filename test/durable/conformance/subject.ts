import type { Workflow } from '../../../src/durable/engine.ts';
import type { Store } from '../../../src/durable/store.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import type { Log } from '../../../src/lib/log.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createVirtualClock, type VirtualClock } from '../../../src/lib/virtual_clock.ts';

/** An engine as the conformance suite knows it: something that opens stores. */
export interface Subject {
  /** A place for a store of its own. */
  newPlace(): string;
  /** Opening a place again finds what was committed there. */
  open(place: string, parts: { clock: Clock; log: Log; workflows: Record<string, Workflow> }): Store;
}

/** One store through several processes, as far as that can be played within one. */
export interface Lives {
  readonly clock: VirtualClock;
  readonly store: Store;
  /** Ends this life without a farewell and begins the next one. */
  crash(workflows?: Record<string, Workflow>): void;
  end(): void;
}

export function beginLife(subject: Subject, workflows: Record<string, Workflow>, options = { started: true }): Lives {
  const place = subject.newPlace();
  let clock = runningClock(Date.parse('2030-01-01T00:00:00Z'));
  let store = subject.open(place, { clock, log: silentLog, workflows });
  if (options.started) store.engine.start();
  return {
    get clock() {
      return clock;
    },
    get store() {
      return store;
    },
    crash(next = workflows) {
      store.close();
      // What the dead life left running may hold its clock for ever.
      clock.stop();
      clock = runningClock(clock.now());
      store = subject.open(place, { clock, log: silentLog, workflows: next });
      store.engine.start();
    },
    end() {
      clock.stop();
      store.close();
    },
  };
}

function runningClock(start: number): VirtualClock {
  const clock = createVirtualClock({ start });
  clock.start();
  return clock;
}

/** Lets the event loop turn until the condition holds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = systemClock.now() + 10_000;
  while (!condition()) {
    if (systemClock.now() > deadline) throw new Error(`expected ${what} within 10 seconds`);
    await turn();
  }
}

/** Everything that is ready to run runs. */
export async function turn(): Promise<void> {
  for (let count = 0; count < 5; count++) await new Promise(resolve => setImmediate(resolve));
}

/** A latch that a step can wait at. */
export function createGate(): { open: () => void; passed: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { open: resolve, passed: promise };
}
