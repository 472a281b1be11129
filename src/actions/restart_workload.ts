import { z } from 'zod';
import type { ActionType } from './action.ts';
import { setField } from './field.ts';
import { proveRollout } from './rollout.ts';
import { nameOf, Target } from './target.ts';

export const RestartWorkload = z.strictObject({ name: z.literal('restart_workload'), target: Target });
export type RestartWorkload = z.infer<typeof RestartWorkload>;

/** The annotation that `kubectl rollout restart` writes, so that everybody's tools see a restart as one. */
const restartedAt = ['spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt'];

export const restartWorkload: ActionType<RestartWorkload> = {
  name: 'restart_workload',
  purpose:
    'replace all pods by new ones of the same template, one after another. Use it when processes hang and nothing else changed. Not when pods crash at start: new ones would crash too.',
  describe: ({ target }) => `restart ${nameOf(target)}`,
  change: (_action, { workload, readAt }) => ({
    kind: 'change',
    patch: setField(workload, restartedAt, new Date(readAt).toISOString()),
  }),
  prove: (_action, facts, changedAt) => proveRollout(facts, changedAt),
};
