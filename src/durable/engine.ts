/**
 * The port to a durable engine. A run is a function whose steps are journaled: after a crash it is called again and
 * every completed step answers from the journal. So a run must be deterministic between its steps.
 */
export interface Engine {
  /** Commits the requests before it returns; a run id that is known already is left alone. */
  accept(requests: readonly RunRequest[]): { started: string[]; known: string[] };
  /** Commits a message for a run before it returns; a message id that the run has seen is left alone. */
  send(run: string, topic: string, message: unknown, id: string): void;
  /** Settles when the run does, also when that is in a later process. */
  result<T>(run: string): Promise<T>;
  /** Calls every unfinished run again. */
  start(): void;
  /** Lets steps in flight finish for at most `graceMs`. Runs are left where they are; the next process goes on. */
  stop(graceMs?: number): Promise<void>;
}

export interface RunRequest {
  id: string;
  workflow: string;
  input: unknown;
}

/** A run as the function that it calls sees it. After `stop` its promises stay pending: no catch block runs. */
export interface Run {
  readonly id: string;
  /** Runs `work` once and journals its JSON value, or its failure (rethrown as StepError). */
  step<T>(name: string, work: (signal: AbortSignal) => Promise<T> | T): Promise<T>;
  /** A timer that outlives the process. */
  sleep(ms: number): Promise<void>;
  /** The next message on the topic, or `undefined` when none has come within the time. */
  recv<T>(topic: string, options: { timeoutMs: number }): Promise<T | undefined>;
  /**
   * Runs `work` while holding `key`: one at a time among all runs, first come first served, across restarts. A child
   * that has ended answers with its value from the journal: whatever else its work set is not set again.
   */
  child<T>(key: string, work: (run: Run) => Promise<T>): Promise<T>;
}

export type Workflow = (run: Run, input: never) => Promise<unknown>;

/** A step failed, in this process or, journaled, in an earlier one. */
export class StepError extends Error {
  override readonly name = 'StepError';
  readonly step: string;
  readonly code: string | undefined;

  constructor(step: string, message: string, options: { code?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.step = step;
    this.code = options.code;
  }
}
