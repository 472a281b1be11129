import type { Action } from './actions/catalogue.ts';
import { nameOf, targetKey } from './actions/target.ts';
import type { Asked } from './approval.ts';
import { type Run, StepError } from './durable/engine.ts';
import type { EffectOutcome } from './durable/ledger.ts';
import type { Applied } from './execution/execute.ts';
import type { Planned } from './execution/plan.ts';
import type { Approval, Permit, Verdict } from './guard/permit.ts';
import type { GuardRequest } from './guard/rules.ts';
import { actionOf, type Decision } from './incidents/decision.ts';
import type { FinalState } from './incidents/event.ts';
import { isQuiet } from './incidents/firing.ts';
import { type ActionPlan, reversed } from './incidents/plan.ts';
import type { Recorder } from './incidents/recorder.ts';
import type { Finding } from './verification/judge.ts';

/** The stages of the flow, each with its own tools in hand. `app.ts` puts them together. */
export interface Stages {
  investigate(run: Run, recorder: Recorder): Promise<Decision>;
  plan(action: Action): Promise<Planned>;
  gather(decision: Decision, plan: ActionPlan, recorder: Recorder): Promise<GuardRequest>;
  permit(request: GuardRequest, approval: Approval | undefined): Verdict;
  askPerson(plan: ActionPlan, reason: string, run: Run, recorder: Recorder): Promise<Asked>;
  execute(permit: Permit, incident: string, signal: AbortSignal): Promise<EffectOutcome<Applied>>;
  verify(action: Action, changedAt: number, run: Run, recorder: Recorder): Promise<Finding>;
  undo(plan: ActionPlan, incident: string, signal: AbortSignal): Promise<EffectOutcome<Applied>>;
}

/** Sees an incident to its end. Every way out closes it; what can't go on ends with a person. */
export function handle(run: Run, recorder: Recorder, stages: Stages): Promise<FinalState> {
  return orHandOver(recorder, () => flow(run, recorder, stages));
}

/** The whole flow. */
async function flow(run: Run, recorder: Recorder, stages: Stages): Promise<FinalState> {
  const decision = await stages.investigate(run, recorder);
  if (await quiet(run, recorder))
    return recorder.close('self_resolved', 'the alerts resolved before anything was done');

  const action = actionOf(decision);
  if (!action) return standBack(decision, run, recorder);

  const planned = await run.step('plan', () => stages.plan(action));
  if (planned.kind === 'refused') return refused(planned.reason, recorder);
  const { plan } = planned;
  recorder.record({ type: 'planned', plan });

  const first = stages.permit(await run.step('facts', () => stages.gather(decision, plan, recorder)), undefined);
  if (first.kind === 'denied') return denied(first, recorder);
  const asked = first.kind === 'permitted' ? undefined : await stages.askPerson(plan, first.reason, run, recorder);
  if (asked === 'quiet')
    return recorder.close('self_resolved', 'the alerts resolved before anybody agreed to the plan');
  if (asked === 'not agreed') return recorder.close('escalated', 'nobody agreed to the plan');

  // The incident is closed inside: a child that has ended is not played again, so nothing may be recorded after it.
  return run.child(targetKey(plan.target), turn =>
    orHandOver(recorder, async () => {
      const facts = await turn.step('facts', () => stages.gather(decision, plan, recorder));
      const verdict = stages.permit(facts, asked);
      if (verdict.kind !== 'permitted') return denied(verdict, recorder);
      recorder.record({ type: 'permitted', mode: facts.policy.mode, checks: verdict.checks });
      return change(verdict.permit, action, turn, recorder, stages);
    }),
  );
}

async function orHandOver(recorder: Recorder, work: () => Promise<FinalState>): Promise<FinalState> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    return recorder.close('escalated', `it could not go on: ${error.message}`);
  }
}

/** Does it, watches what it does, and takes it back when it doesn't help. */
async function change(
  permit: Permit,
  action: Action,
  run: Run,
  recorder: Recorder,
  stages: Stages,
): Promise<FinalState> {
  const { plan } = permit;
  const target = nameOf(plan.target);
  const done = await run.step('execute', signal => stages.execute(permit, run.id, signal));
  if (done.state !== 'done') {
    recorder.record({
      type: 'apply_failed',
      action: plan.action,
      target,
      reason: done.reason,
      unknown: done.state === 'unknown',
    });
    return recorder.close('escalated', `${plan.says}: ${done.reason}`);
  }
  recorder.record({ type: 'applied', action: plan.action, target, changes: plan.changes, effect: done.value.effect });

  const finding = await stages.verify(action, done.value.at, run, recorder);
  if (finding.health === 'recovered') return recorder.close('resolved', `${plan.says}: ${finding.says}`);
  if (finding.health === 'indeterminate')
    return recorder.close('escalated', `it is not known whether it helped: ${finding.says}`);

  const undone = await run.step('undo', signal => stages.undo(plan, run.id, signal));
  if (undone.state !== 'done') {
    recorder.record({ type: 'undo_failed', target, reason: undone.reason });
    return recorder.close('escalated', `it did not help, and could not be taken back: ${undone.reason}`);
  }
  const changes = plan.changes.map(reversed);
  recorder.record({ type: 'undone', target, changes, because: finding.says });
  return recorder.close('escalated', `it did not help and was taken back: ${finding.says}`);
}

/** Nothing is to be done to the cluster: wait and see, or tell a person. */
async function standBack({ action }: Decision, run: Run, recorder: Recorder): Promise<FinalState> {
  if (action.name === 'wait') {
    recorder.record({ type: 'waiting', reason: action.reason, seconds: action.seconds });
    await run.sleep(action.seconds * 1000);
    if (await quiet(run, recorder)) return recorder.close('self_resolved', `it recovered by itself: ${action.reason}`);
    return recorder.close('escalated', `it did not recover within ${action.seconds} s: ${action.reason}`);
  }
  return recorder.close('escalated', 'reason' in action ? action.reason : 'there is nothing to be done');
}

function quiet(run: Run, recorder: Recorder): Promise<boolean> {
  return run.step('quiet', () => isQuiet(recorder.current()));
}

function refused(reason: string, recorder: Recorder): FinalState {
  recorder.record({ type: 'plan_refused', reason });
  return recorder.close('escalated', `the action can't be taken: ${reason}`);
}

function denied(verdict: Exclude<Verdict, { kind: 'permitted' }>, recorder: Recorder): FinalState {
  const rule = verdict.kind === 'denied' ? verdict.rule : 'approval';
  recorder.record({ type: 'denied', rule, reason: verdict.reason });
  return recorder.close('escalated', `the guard said no: ${verdict.reason}`);
}
