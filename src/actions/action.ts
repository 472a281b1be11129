import type { WorkloadFacts } from '../kubernetes/workload.ts';
import type { Target } from './target.ts';

/** What can be done, one a file, each pure: reading and writing the cluster is execution's work. */
export interface ActionType<P extends { target: Target } = never> {
  name: string;
  /** When to use it and when not: what the model is told. */
  purpose: string;
  /** What would be done, in words. */
  describe(action: P): string;
  /** What to change, computed from a fresh read; or why it can't be. */
  change(action: P, facts: WorkloadFacts): Change | Refusal;
  /** Whether the workload shows that it worked, given what was read since the change was made. */
  prove(action: P, facts: WorkloadFacts, changedAt: number): Proof;
}

/** A patch without preconditions: execution adds those, and computes the exact inverse from the pre-image. */
export interface Change {
  kind: 'change';
  patch: JsonPatchOperation[];
}

export interface Refusal {
  kind: 'refusal';
  reason: string;
}

export interface Proof {
  state: 'met' | 'pending' | 'failing';
  says: string;
}

export type JsonPatchOperation =
  | { op: 'add' | 'replace' | 'test'; path: string; value: unknown }
  | { op: 'remove'; path: string };

export function refusal(reason: string): Refusal {
  return { kind: 'refusal', reason };
}
