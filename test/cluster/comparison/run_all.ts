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

/** How many run at once of those that may. */
const most = 8;

/** Does each operation on both sides. `run` tells this run from others on a server that stays. */
export async function compareAll(
  sides: { real: Side; ours: Side },
  operations: readonly Operation[],
  run: string,
): Promise<Compared[]> {
  const compareOne = async (operation: Operation, index: number): Promise<Compared> => {
    const namespace = `c${run}-${index}`;
    const [real, ours] = await Promise.all([
      runOperation(sides.real, operation, namespace),
      runOperation(sides.ours, operation, namespace),
    ]);
    return { operation, real, ours, differences: differencesBetween(operation.name, real, ours) };
  };
  const compared: Compared[] = [];
  for (let index = 0; index < operations.length; ) {
    const next = operations.slice(index, index + most);
    const alone = next.findIndex(({ beside }) => !beside);
    const batch = alone === -1 ? next : next.slice(0, Math.max(1, alone));
    compared.push(...(await Promise.all(batch.map((operation, at) => compareOne(operation, index + at)))));
    index += batch.length;
  }
  return compared;
}
