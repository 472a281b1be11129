import type { Operation } from '../operation.ts';
import { type Difference, differencesBetween } from './difference.ts';
import { type Outcome, runOperation } from './run_operation.ts';
import type { Side } from './side.ts';

export interface Compared {
  operation: Operation;
  real: Outcome;
  ours: Outcome;
  differences: Difference[];
}

/** Does each operation on both sides, one after the other. `run` tells this run from others on a server that stays. */
export async function compareAll(
  sides: { real: Side; ours: Side },
  operations: readonly Operation[],
  run: string,
): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const [index, operation] of operations.entries()) {
    const namespace = `c${run}-${index}`;
    const [real, ours] = await Promise.all([
      runOperation(sides.real, operation, namespace),
      runOperation(sides.ours, operation, namespace),
    ]);
    compared.push({ operation, real, ours, differences: differencesBetween(operation.name, real, ours) });
  }
  return compared;
}
