import type { TrialResult } from '../../eval/score.ts';

/** A trial that failed to mend anything, but for what is said otherwise. */
export function resultWith(more: Partial<TrialResult>): TrialResult {
  return {
    scenario: 'a',
    model: 'x',
    trial: 1,
    passed: false,
    recovered: false,
    harmful: false,
    rightCause: undefined,
    falselyClaimed: false,
    states: ['escalated'],
    findings: [],
    told: [],
    incidents: 1,
    turns: 1,
    calls: 1,
    tokens: 100,
    wallMs: 10,
    clusterSeconds: 60,
    ...more,
  };
}
