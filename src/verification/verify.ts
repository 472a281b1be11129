import type { Action } from '../actions/catalogue.ts';
import type { Run } from '../durable/engine.ts';
import type { IncidentEvent } from '../incidents/event.ts';
import { type Check, check, type VerificationDeps } from './check.ts';
import { type Finding, judge, type Watch } from './judge.ts';

export interface Verification {
  action: Action;
  incident: string;
  changedAt: number;
}

export interface VerifyDeps extends VerificationDeps {
  watch: Watch;
}

/** Watches workload and alerts until they are well and stay so, or fail, or the window ends. */
export async function verify(
  { action, incident, changedAt }: Verification,
  run: Run,
  record: (event: IncidentEvent) => void,
  deps: VerifyDeps,
): Promise<Finding> {
  const checks: Check[] = [];
  for (;;) {
    const latest = await run.step('check', () => check(action, incident, changedAt, deps));
    if (isNews(latest, checks.at(-1))) record(checked(latest));
    checks.push(latest);
    const finding = judge(checks, changedAt, deps.watch);
    if (finding) {
      record({ type: 'verified', ...finding, watchedSeconds: Math.round((latest.at - changedAt) / 1000) });
      return finding;
    }
    await run.sleep(deps.watch.checkEveryMs);
  }
}

function isNews(latest: Check, before: Check | undefined): boolean {
  return (
    latest.workload.state !== before?.workload.state ||
    latest.workload.says !== before.workload.says ||
    latest.alertsFiring !== before.alertsFiring
  );
}

function checked({ workload, alertsFiring }: Check): IncidentEvent {
  return { type: 'checked', workload: workload.says, proof: workload.state, alertsFiring };
}
