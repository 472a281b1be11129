import type { Run } from './durable/engine.ts';
import type { Approval } from './guard/permit.ts';
import { isQuiet } from './incidents/firing.ts';
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

/** Comes on the same topic when the last alert of an incident has resolved: nobody need answer any more. */
export const quietNews = { quiet: true } as const;
type Message = ApprovalAnswer | typeof quietNews;

/** The plan is agreed to, or not (refused, or nobody answered), or there is nothing left to be done. */
export type Asked = Approval | 'not agreed' | 'quiet';

/** Asks a person to agree to the plan, and waits for a limited time, or until the alerts have resolved. */
export async function askPerson(
  plan: ActionPlan,
  reason: string,
  { run, recorder }: { run: Run; recorder: Recorder },
  { clock, timeoutMs }: { clock: Clock; timeoutMs: number },
): Promise<Asked> {
  const expiresAt = await run.step('approval expires', () => clock.now() + timeoutMs);
  recorder.record({
    type: 'approval_requested',
    planHash: plan.hash,
    expiresAt: new Date(expiresAt).toISOString(),
    reason,
  });
  for (;;) {
    if (await run.step('quiet', () => isQuiet(recorder.current()))) return 'quiet';
    const left = await run.step('approval time left', () => expiresAt - clock.now());
    const answer = left > 0 ? await run.recv<Message>(approvalTopic, { timeoutMs: left }) : undefined;
    if (!answer) return 'not agreed';
    if ('quiet' in answer) continue;
    const { planHash, approve, by } = answer;
    if (planHash !== plan.hash) continue;
    if (!approve) {
      recorder.record({ type: 'rejected', planHash, by, reason: answer.reason });
      return 'not agreed';
    }
    recorder.record({ type: 'approved', planHash, by });
    return { planHash, by };
  }
}
