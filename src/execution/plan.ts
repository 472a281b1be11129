import type { JsonPatchOperation } from '../actions/action.ts';
import { type Action, actionType } from '../actions/catalogue.ts';
import { inverseOf } from '../actions/field.ts';
import { nameOf } from '../actions/target.ts';
import type { ActionPlan } from '../incidents/plan.ts';
import { ClusterError, type ClusterReader, type DryRunner } from '../kubernetes/cluster.ts';
import type { Deployment } from '../kubernetes/objects.ts';
import { readWorkload } from '../kubernetes/workload.ts';
import type { Clock } from '../lib/clock.ts';
import { hashOf } from '../lib/hash.ts';
import { fieldChanges } from './field_changes.ts';
import { deploymentRef, guarded } from './write.ts';

export type Planned = { kind: 'planned'; plan: ActionPlan } | { kind: 'refused'; reason: string };

/** Works out exactly what would be written, has the server try it (dry run), and how to take it back. */
export async function planAction(
  action: Action,
  { cluster, clock }: { cluster: ClusterReader & DryRunner; clock: Clock },
): Promise<Planned> {
  const { target } = action;
  const type = actionType(action);
  if (target.kind !== 'Deployment') return refused(`${type.name} can change a Deployment, got ${nameOf(target)}`);
  const facts = await readWorkload(cluster, target, clock.now());
  if (!facts) return refused(`there is no ${nameOf(target)}`);
  const change = type.change(action, facts);
  if (change.kind === 'refusal') return refused(change.reason);

  const before = facts.workload;
  const after = await tryOut(cluster, before, change.patch);
  if ('reason' in after) return refused(after.reason);
  const changes = fieldChanges(before, after);
  if (changes.length === 0) return refused(`${type.describe(action)} would change nothing`);

  const content = {
    action: type.name,
    says: type.describe(action),
    target: { ...target, uid: before.metadata.uid ?? '', generation: before.metadata.generation ?? 0 },
    patch: change.patch,
    inverse: inverseOf(change.patch, before, after),
    changes,
    podsAffected: facts.pods.length,
  };
  return { kind: 'planned', plan: { hash: hashOf(content), ...content } };
}

function refused(reason: string): Planned {
  return { kind: 'refused', reason };
}

async function tryOut(
  cluster: DryRunner,
  before: Deployment,
  patch: JsonPatchOperation[],
): Promise<Deployment | { reason: string }> {
  try {
    return await cluster.dryRun<Deployment>(deploymentRef(before.metadata), guarded(before, patch));
  } catch (error) {
    if (error instanceof ClusterError && error.status >= 400 && error.status < 500)
      return { reason: `the API server would refuse it: ${error.message}` };
    throw error;
  }
}
