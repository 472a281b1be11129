import { askPerson } from './approval.ts';
import type { Run } from './durable/engine.ts';
import type { Store } from './durable/store.ts';
import { execute, undo } from './execution/execute.ts';
import { planAction } from './execution/plan.ts';
import { forbidden, permit } from './guard/permit.ts';
import type { GuardPolicy } from './guard/policy.ts';
import { gatherGuardRequest, readNamespace } from './guard_request.ts';
import type { ActionPlan } from './incidents/plan.ts';
import type { Budget } from './investigation/budget.ts';
import { investigate } from './investigation/investigate.ts';
import { loadPrompts } from './investigation/prompts.ts';
import type { Cluster } from './kubernetes/cluster.ts';
import type { Deployment } from './kubernetes/objects.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import { createSlots } from './lib/slots.ts';
import type { Model } from './model/model.ts';
import type { Stages } from './pipeline.ts';
import type { Senses } from './senses.ts';
import type { Watch } from './verification/judge.ts';
import { verify } from './verification/verify.ts';

export interface StageParts {
  cluster: Cluster;
  model: Model;
  clock: Clock;
  log: Log;
}

export interface StageSettings {
  policy: GuardPolicy;
  budget: Budget & { turnsAtOnce: number };
  watch: Watch;
  approvalTimeoutMs: number;
}

/** Gives each stage its own tools, and no others. */
export function createStages(
  { cluster, model, clock, log }: StageParts,
  settings: StageSettings,
  store: Store,
  { tools, reads }: Senses,
): Stages {
  const { policy, budget, watch, approvalTimeoutMs } = settings;
  const prompts = loadPrompts();
  const slots = createSlots(budget.turnsAtOnce);
  const execution = {
    cluster,
    ledger: store.effects,
    clock,
    log,
    forbidden: (plan: ActionPlan, target: Deployment) => askAgain(plan, target, policy, cluster),
  };
  return {
    investigate: (run, recorder) =>
      investigate(
        { incident: recorder.current(), run, record: recorder.record, current: recorder.current },
        { model, slots, tools, prompts, budget, clock },
      ),
    plan: action => planAction(action, { cluster, clock }),
    gather: (decision, plan, recorder) =>
      gatherGuardRequest(decision, plan, recorder.current(), { cluster, incidents: store.incidents, policy, clock }),
    permit,
    askPerson: (plan, reason, run: Run, recorder) =>
      askPerson(plan, reason, { run, recorder }, { clock, timeoutMs: approvalTimeoutMs }),
    execute: (granted, incident, signal) =>
      execute(granted, incident, { ...execution, signal }).finally(tools.invalidate),
    verify: (action, changedAt, run, recorder) =>
      verify({ action, incident: run.id, changedAt }, run, recorder.record, {
        cluster: reads.as(run.id, 'urgent'),
        clock,
        incident: store.incidents.get,
        watch,
      }),
    undo: (plan, incident, signal) => undo(plan, incident, { ...execution, signal }).finally(tools.invalidate),
  };
}

/** The guard's word right before a write, with the namespace as it is now. */
async function askAgain(
  plan: ActionPlan,
  target: Deployment,
  policy: GuardPolicy,
  cluster: Cluster,
): Promise<string | undefined> {
  const namespace = await readNamespace(plan.target.namespace, cluster);
  return forbidden({ plan, policy, facts: { target, namespace } });
}
