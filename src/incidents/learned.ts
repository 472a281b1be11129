import { nameOf } from '../actions/target.ts';
import type { Incident } from './incident.ts';

/** What a person who takes over should know, a line each: the cause as far as found, and what supports it. */
export function learnedFrom(incident: Incident): string[] {
  const { decision, plan, evidence } = incident;
  if (!decision) return [`${evidence.length} tool answers are in the transcript, and no decision`];
  const { rootCause, action, considered } = decision;
  return [
    `cause: ${rootCause.summary} (${nameOf(rootCause.object)})`,
    ...decision.evidence.map(({ id, says }) => `${id}: ${says}`),
    ...('reason' in action ? [`${action.name}: ${action.reason}`] : []),
    ...(plan ? [`planned: ${plan.says}${incident.changed ? ' (in place)' : ' (not in place)'}`] : []),
    ...considered.map(({ option, rejectedBecause }) => `not ${option}: ${rejectedBecause}`),
  ];
}
