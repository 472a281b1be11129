import type { ActionPlan } from '../incidents/plan.ts';
import { type GuardRequest, rules, type WriteRequest, writeRules } from './rules.ts';

declare const minted: unique symbol;

/** Leave to carry out exactly this plan. Execution takes nothing else, and only the guard can make one. */
export interface Permit {
  readonly [minted]: true;
  readonly plan: ActionPlan;
}

export interface Approval {
  planHash: string;
  by: string;
}

export type Verdict =
  | { kind: 'permitted'; permit: Permit; checks: string[] }
  | { kind: 'needs_approval'; reason: string; checks: string[] }
  | { kind: 'denied'; rule: string; reason: string };

/** Whether we may. Pure: the same request always gets the same answer. */
export function permit(request: GuardRequest, approval?: Approval): Verdict {
  const checks: string[] = [];
  for (const rule of rules) {
    const finding = rule.check(request);
    if (!finding.ok) return { kind: 'denied', rule: rule.name, reason: finding.reason };
    checks.push(finding.says);
  }
  if (request.policy.mode === 'auto') return { kind: 'permitted', permit: mint(request.plan), checks };
  if (!approval) return { kind: 'needs_approval', reason: 'approve mode: a person has to agree to this plan', checks };
  if (approval.planHash !== request.plan.hash)
    return {
      kind: 'denied',
      rule: 'approval',
      reason: `the approval is for plan ${approval.planHash}, this is ${request.plan.hash}`,
    };
  return { kind: 'permitted', permit: mint(request.plan), checks: [...checks, `approved by ${approval.by}`] };
}

/**
 * Why this moment's policy, or the owner of the target, forbids a write; `undefined` when they don't. Asked once more
 * right before it: hours may lie in between, in which the process had another policy or somebody said "hands off".
 */
export function forbidden(request: WriteRequest): string | undefined {
  const findings = writeRules.map(rule => rule.check(request));
  return findings.find(finding => !finding.ok)?.reason;
}

function mint(plan: ActionPlan): Permit {
  return Object.freeze({ plan }) as Permit;
}
