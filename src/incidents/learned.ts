import type { Incident } from './incident.ts';

/** What a person who takes over should know, a line each: the cause as far as found, and what supports it. */
export function learnedFrom(incident: Incident): string[] {
  const { decision, plan, evidence } = incident;
  if (!decision) return [`${evidence.length} tool answers are in the transcript, and no decision`];
  const { rootCause, action, considered } = decision;
  const { kind, namespace, name } = rootCause.object;
  return [
    `cause: ${rootCause.summary} (${kind} ${namespace ? `${namespace}/` : ''}${name})`,
    ...decision.evidence.map(({ id, says }) => `${id}: ${says}`),
    ...('reason' in action ? [`${action.name}: ${action.reason}`] : []),
    ...(plan ? [`planned: ${plan.says}${incident.changed ? ' (in place)' : ' (not in place)'}`] : []),
    ...considered.map(({ option, rejectedBecause }) => `not ${option}: ${rejectedBecause}`),
  ];
}

/** Whether none of the alerts is firing any more. */
export function isQuiet({ alerts }: Incident): boolean {
  return alerts.every(({ status }) => status === 'resolved');
}
