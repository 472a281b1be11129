import type { JsonPatchOperation } from '../actions/action.ts';
import type { Target } from '../actions/target.ts';

/** Exactly what would be written, and how to take it back. An approval is bound to its hash. */
export interface ActionPlan {
  hash: string;
  action: string;
  says: string;
  target: Target & { uid: string; generation: number };
  patch: JsonPatchOperation[];
  inverse: JsonPatchOperation[];
  /** What the server said the patch would change (dry run). */
  changes: FieldChange[];
  /** How many pods the change replaces. */
  podsAffected: number;
}

/** One field before and after; `undefined` where it is absent. Values are shortened for reading. */
export interface FieldChange {
  path: string;
  before?: string;
  after?: string;
}

export function reversed({ path, before, after }: FieldChange): FieldChange {
  return {
    path,
    ...(after === undefined ? {} : { before: after }),
    ...(before === undefined ? {} : { after: before }),
  };
}
