/** What the parent tells a worker, one JSON value a line. */
export type Command =
  | { do: 'accept'; run: string; input: IncidentInput }
  | { do: 'approve'; run: string }
  | { do: 'await'; run: string };

/** What one incident of the trial needs. */
export interface IncidentInput {
  /** Where the counting target listens. */
  url: string;
  target: string;
  timerMs: number;
}

/**
 * What a worker says, one JSON value a line. It is written straight to the pipe: what a worker has said it has said,
 * however it dies.
 */
export type Report =
  | { says: 'ready' }
  | { says: 'accepted'; run: string }
  | { says: 'wants_approval'; run: string }
  /** The work of a step begins. */
  | { says: 'executing'; run: string; step: string }
  /** A step has answered, now or from the journal. */
  | { says: 'committed'; run: string; step: string; value: unknown }
  | { says: 'timer'; run: string; setAt: number; firedAt: number; ms: number }
  | { says: 'result'; run: string; value: unknown };

/** What the counting target is asked. Marks say when the one action on a target begins and ends. */
export type TargetRequest =
  | { ask: 'begin' | 'end'; target: string; run: string }
  | { ask: 'apply' | 'look'; target: string; key: string };
