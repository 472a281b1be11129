import type { Decided } from './decision.ts';
import type { Facts } from './facts.ts';
import { crashAfterChange, dependencyIsAway, settingIsRejected } from './rules/crash.ts';
import { imageCannotBePulled } from './rules/image.ts';
import { memoryIsShort } from './rules/memory.ts';
import { commandCannotStart, configurationIsMissing, podsCannotBePlaced } from './rules/start.ts';
import { processHangs } from './rules/unready.ts';
import { escalate } from './verdict.ts';

/** One way to explain what was seen; `undefined` when it doesn't apply. */
type Rule = (facts: Facts) => Decided | undefined;

/** The first that applies wins: what Kubernetes says of itself comes before what a log seems to say. */
const rules: readonly Rule[] = [
  imageCannotBePulled,
  configurationIsMissing,
  commandCannotStart,
  podsCannotBePlaced,
  memoryIsShort,
  settingIsRejected,
  dependencyIsAway,
  crashAfterChange,
  processHangs,
];

/** Decides from the facts; what no rule explains goes to a person. */
export function diagnose(facts: Facts): Decided {
  for (const rule of rules) {
    const decided = rule(facts);
    if (decided) return decided;
  }
  return unexplained(facts);
}

function unexplained(facts: Facts): Decided {
  const evidence = facts.broken.slice(0, 2).map(({ id, container, state }) => ({ id, says: `${container}: ${state}` }));
  const what = facts.seen
    ? facts.broken.length === 0
      ? 'Every container of the workload is ready; what fires must come from elsewhere.'
      : 'The containers are not ready, and nothing that was read explains it.'
    : 'Nothing could be seen of the workload that the alert is about.';
  return escalate(facts, { summary: what, evidence }, 'no rule of this scripted diagnostician explains what was seen', [
    { option: 'any change', rejectedBecause: 'the evidence supports none' },
  ]);
}
