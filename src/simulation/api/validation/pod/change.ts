import type { PodSpec } from '../../../../kubernetes/objects.ts';
import type { StatusCause } from '../../client.ts';
import { equal } from '../../json.ts';
import { forbiddenField, none, outside, required, wrong } from '../problem.ts';
import { unifiedDiff } from '../unified_diff.ts';
import { imageProblems } from './container.ts';
import { internalForm } from './internal_form.ts';
import type { WireSpec } from './wire.ts';

const deadlines = [0, 2_147_483_647] as const;
const changeable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

/** Of a pod's spec only a few fields may ever change, and those not in every way. */
export function podChangeProblems(now: PodSpec, before: PodSpec): StatusCause[] {
  if (equal(now, before)) return none;
  const ofContainers = (['containers', 'initContainers'] as const).map(list => containerChanges(now, before, list));
  const [first = none, second = none] = ofContainers;
  const isMore = (['containers', 'initContainers'] as const).findIndex(
    list => (now[list]?.length ?? 0) !== (before[list]?.length ?? 0),
  );
  if (isMore === 0) return first;
  if (isMore === 1) return [...first, ...second];
  const [ofDeadline, isFinal] = deadlineChange(now.activeDeadlineSeconds, before.activeDeadlineSeconds);
  if (isFinal) return [...first, ...second, ...ofDeadline];
  return [
    ...[...first, ...second, ...ofDeadline],
    ...tolerationChanges(now, before),
    ...gateChanges(now, before),
    ...otherChanges(now, before),
  ];
}

function containerChanges(now: PodSpec, before: PodSpec, list: 'containers' | 'initContainers'): StatusCause[] {
  const [containers = [], old = []] = [now[list], before[list]];
  if (containers.length !== old.length) {
    return [forbiddenField(`spec.${list}`, 'pod updates may not add or remove containers')];
  }
  return containers.flatMap((container, index) => [
    ...(container.image ? none : [required(`spec.${list}[${index}].image`)]),
    ...imageProblems(container, `spec.${list}[${index}]`),
  ]);
}

/** The problems, and whether nothing else is looked at. */
function deadlineChange(now: number | undefined, before: number | undefined): [StatusCause[], boolean] {
  const field = 'spec.activeDeadlineSeconds';
  const lost = 'must not update from a positive integer to nil value';
  if (now === undefined) return [before === undefined ? none : [wrong(field, null, lost)], false];
  const odd = outside(field, now, deadlines);
  if (odd.length > 0) return [odd, true];
  const isLater = before !== undefined && before < now;
  return [isLater ? [wrong(field, now, 'must be less than or equal to previous value')] : none, isLater];
}

function tolerationChanges({ tolerations: now = [] }: PodSpec, { tolerations: before = [] }: PodSpec): StatusCause[] {
  const isKept = (old: (typeof before)[number]) =>
    now.some(other => equal({ ...old, tolerationSeconds: undefined }, { ...other, tolerationSeconds: undefined }));
  if (before.every(isKept)) return none;
  const why = 'existing toleration can not be modified except its tolerationSeconds';
  return [forbiddenField('spec.tolerations', why)];
}

function gateChanges({ schedulingGates: now = [] }: PodSpec, { schedulingGates: before = [] }: PodSpec): StatusCause[] {
  return now.flatMap(({ name }, index) => {
    if (before.some(old => old.name === name)) return none;
    const why = `only deletion is allowed, but found new scheduling gate '${name}'`;
    return [forbiddenField(`spec.schedulingGates[${index}].name`, why)];
  });
}

/** The rest stays as it is. While gates hold a pod, where it may run can still be narrowed. */
function otherChanges(now: PodSpec, before: PodSpec): StatusCause[] {
  const munged = asBefore(now, before);
  const narrowed = before.schedulingGates?.length ? narrowing(now, before) : none;
  if (before.schedulingGates?.length) {
    munged.nodeSelector = before.nodeSelector;
    if (before.affinity?.nodeAffinity || now.affinity?.nodeAffinity) {
      munged.affinity = affinityAsBefore(now, before);
    }
  }
  if (equal(munged, before)) return narrowed;
  const shown = (spec: unknown) => JSON.stringify(internalForm('PodSpec', spec), null, 1);
  const difference = unifiedDiff(shown(before), shown(munged));
  // Old names of fields aren't known inside.
  if (difference === '') return narrowed;
  return [
    ...narrowed,
    forbiddenField('spec', `pod updates may not change fields other than ${changeable}\n${difference}`),
  ];
}

type Munged = Record<string, unknown> & { nodeSelector?: unknown; affinity?: unknown };

function asBefore(now: PodSpec, before: PodSpec): Record<string, unknown> & Munged {
  const withImages = (list: 'containers' | 'initContainers') =>
    now[list]?.map((container, index) => ({ ...container, image: before[list]?.[index]?.image ?? '' }));
  const isMended = (before.terminationGracePeriodSeconds ?? 0) < 0 && now.terminationGracePeriodSeconds === 1;
  return {
    ...now,
    containers: withImages('containers'),
    initContainers: withImages('initContainers'),
    activeDeadlineSeconds: before.activeDeadlineSeconds,
    schedulingGates: before.schedulingGates,
    tolerations: before.tolerations,
    ...(isMended ? { terminationGracePeriodSeconds: before.terminationGracePeriodSeconds } : {}),
  } as Munged;
}

function affinityAsBefore(now: PodSpec, before: PodSpec): WireSpec['affinity'] {
  const { nodeAffinity: _, ...others } = now.affinity ?? {};
  const old = before.affinity?.nodeAffinity;
  if (!before.affinity && Object.keys(others).length === 0) return undefined;
  return { ...others, ...(old ? { nodeAffinity: old } : {}) };
}

function narrowing({ nodeSelector: now }: PodSpec, { nodeSelector: before }: PodSpec): StatusCause[] {
  const field = 'spec.nodeSelector';
  const why = `only additions to ${field} are allowed (no mutations or deletions)`;
  const isKept = Object.entries(before ?? {}).every(([key, value]) => now?.[key] === value);
  return isKept ? none : [wrong(field, now ?? null, why)];
}
