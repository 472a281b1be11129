import { nameOf } from '../../actions/target.ts';
import type { Alert } from '../../alerts/alert.ts';
import type { AlertSubject } from '../../alerts/subject.ts';
import type { Decision } from '../../incidents/decision.ts';
import type { FieldChange } from '../../incidents/plan.ts';
import type { Line } from './passage.ts';
import { count } from './text.ts';

const mostChanges = 6;
const mostAlternatives = 2;
const mostEvidence = 6;

/** What an alert is about: the object, the rule, the severity. */
export function alertFacts(alert: Alert | undefined, subject: AlertSubject): string {
  const { alertname, severity } = alert?.labels ?? {};
  const rule = alertname && severity ? `${alertname} (${severity})` : alertname;
  return [subjectName(subject), rule].filter(Boolean).join(' · ');
}

/** Nothing for what is about no object in particular. */
export function subjectName({ kind, namespace, name }: AlertSubject): string | undefined {
  if (kind === 'Namespace' && name) return `Namespace ${name}`;
  if (kind && name) return nameOf({ kind, namespace, name });
  return namespace && `namespace ${namespace}`;
}

/** The arguments of a call as a person would say them: the object first, then the rest. */
export function callTarget({ namespace, name, ...rest }: Record<string, unknown>): string {
  const object = [namespace, name].filter(part => typeof part === 'string').join('/');
  const others = Object.entries(rest).map(([key, value]) => (value === true ? key : `${key}=${plain(value)}`));
  return [object, ...others].filter(Boolean).join(' ');
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The root cause, what supports it, what is to be done, and what was thought of. */
export function decisionLines({ rootCause, evidence, action, considered }: Decision): Line[] {
  const left = evidence.length - mostEvidence;
  return [
    { text: rootCause.summary, tone: 'strong' },
    { lead: 'in    ', text: nameOf(rootCause.object) },
    ...evidence.slice(0, mostEvidence).map(({ id, says }) => ({ lead: id.padEnd(6), text: says, most: 3 })),
    ...(left > 0 ? [{ text: `and ${count(left, 'more citation')}`, tone: 'faint' as const }] : []),
    { lead: 'so    ', text: actionText(action), tone: 'accent' },
    ...considered.slice(0, mostAlternatives).map(({ option, rejectedBecause }) => ({
      lead: 'not   ',
      text: `${option}: ${rejectedBecause}`,
      tone: 'faint' as const,
      most: 2,
    })),
  ];
}

function actionText(action: Decision['action']): string {
  const name = action.name.replaceAll('_', ' ');
  return 'reason' in action ? `${name}: ${action.reason}` : `${name}: ${nameOf(action.target)}`;
}

/** Fields before and after, as a diff. */
export function diffLines(changes: readonly FieldChange[]): Line[] {
  const left = changes.length - mostChanges;
  return [
    ...changes
      .slice(0, mostChanges)
      .flatMap(({ path, before, after }): Line[] => [
        { text: path, tone: 'faint', most: 2 },
        ...(before === undefined ? [] : [{ lead: '  ', text: `- ${before}`, tone: 'bad' as const, most: 3 }]),
        ...(after === undefined ? [] : [{ lead: '  ', text: `+ ${after}`, tone: 'good' as const, most: 3 }]),
      ]),
    ...(left > 0 ? [{ text: `and ${count(left, 'more field')}`, tone: 'faint' as const }] : []),
  ];
}
