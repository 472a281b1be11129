import { z } from 'zod';
import type { ActionType } from './action.ts';
import { RestartWorkload, restartWorkload } from './restart_workload.ts';
import { RollbackWorkload, rollbackWorkload } from './rollback_workload.ts';
import { SetResources, setResources } from './set_resources.ts';

/** Everything that can be done to a cluster. There is no other way to write to one. */
export const Action = z.discriminatedUnion('name', [RollbackWorkload, SetResources, RestartWorkload]);
export type Action = z.infer<typeof Action>;

const types = {
  rollback_workload: rollbackWorkload,
  set_resources: setResources,
  restart_workload: restartWorkload,
} satisfies { [N in Action['name']]: ActionType<Extract<Action, { name: N }>> };

/** The type of an action. The catalogue pairs each name with its own parameters, so one signature serves all. */
export function actionType(action: Action): ActionType<Action> {
  return types[action.name] as ActionType<Action>;
}

export const actionTypes: readonly { name: string; purpose: string }[] = Object.values(types);
