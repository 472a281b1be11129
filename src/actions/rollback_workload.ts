import { z } from 'zod';
import type { ReplicaSet } from '../kubernetes/objects.ts';
import { revisionOf, type WorkloadFacts, withoutHashLabel } from '../kubernetes/workload.ts';
import { type ActionType, type Refusal, refusal } from './action.ts';
import { setField } from './field.ts';
import { proveRollout } from './rollout.ts';
import { nameOf, Target } from './target.ts';

export const RollbackWorkload = z.strictObject({
  name: z.literal('rollback_workload'),
  target: Target,
  toRevision: z.int().positive().optional().describe('the revision to go back to; absent: the one before the current'),
});
export type RollbackWorkload = z.infer<typeof RollbackWorkload>;

export const rollbackWorkload: ActionType<RollbackWorkload> = {
  name: 'rollback_workload',
  purpose:
    'put the pod template of an earlier revision back. Use it when the fault began with the last rollout and an earlier revision worked. Not when the fault lies outside the workload.',
  describe: ({ target, toRevision }) =>
    `roll ${nameOf(target)} back to ${toRevision ? `revision ${toRevision}` : 'the revision before'}`,
  change(action, facts) {
    const goal = goalOf(action, facts);
    if ('reason' in goal) return goal;
    return {
      kind: 'change',
      patch: setField(facts.workload, ['spec', 'template'], withoutHashLabel(goal.spec.template)),
    };
  },
  prove: (_action, facts, changedAt) => proveRollout(facts, changedAt),
};

function goalOf({ target, toRevision }: RollbackWorkload, facts: WorkloadFacts): ReplicaSet | Refusal {
  const [current, ...earlier] = facts.replicaSets;
  if (!current || earlier.length === 0) return refusal(`${nameOf(target)} has no earlier revision to go back to`);
  if (toRevision === revisionOf(current)) return refusal(`revision ${toRevision} is the current one`);
  const goal = toRevision ? earlier.find(set => revisionOf(set) === toRevision) : earlier[0];
  return goal ?? refusal(`expected one of the kept revisions ${earlier.map(revisionOf).join(', ')}, got ${toRevision}`);
}
