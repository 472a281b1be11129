import type { Run } from './durable/engine.ts';
import type { Approval } from './guard/permit.ts';
import type { ActionPlan } from './incidents/plan.ts';
import type { Recorder } from './incidents/recorder.ts';
import type { Clock } from './lib/clock.ts';

/** The topic on which a run hears what a person says about its plan. */
export const approvalTopic = 'approval';

/** What a person says about one exact plan. */
export interface ApprovalAnswer {
  planHash: string;
  approve: boolean;
  by: string;
  reason: string;
}

/** Asks a person to agree to the plan, and waits for a limited time. `undefined`: refused, or nobody answered. */
export async function askPerson(
  plan: ActionPlan,
  reason: string,
  { run, recorder }: { run: Run; recorder: Recorder },
  { clock, timeoutMs }: { clock: Clock; timeoutMs: number },
): Promise<Approval | undefined> {
  const expiresAt = await run.step('approval expires', () => clock.now() + timeoutMs);
  recorder.record({
    type: 'approval_requested',
    planHash: plan.hash,
    expiresAt: new Date(expiresAt).toISOString(),
    reason,
  });
  for (;;) {
    const left = await run.step('approval time left', () => expiresAt - clock.now());
    const answer = left > 0 ? await run.recv<ApprovalAnswer>(approvalTopic, { timeoutMs: left }) : undefined;
    if (!answer) return undefined;
    const { planHash, approve, by } = answer;
    if (planHash !== plan.hash) continue;
    if (!approve) {
      recorder.record({ type: 'rejected', planHash, by, reason: answer.reason });
      return undefined;
    }
    recorder.record({ type: 'approved', planHash, by });
    return { planHash, by };
  }
}
