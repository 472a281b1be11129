import { selects } from '../../../kubernetes/kinds/label_selector.ts';
import type { Deployment, LabelSelector, PodTemplate, ReplicaSet } from '../../../kubernetes/objects.ts';
import type { StatusCause } from '../client.ts';
import { equal } from '../json.ts';
import { annotationProblems, labelProblems } from './metadata.ts';
import { debugInTemplateProblems, podSpecProblems } from './pod.ts';
import { forbiddenField, required, unsupported, wrong } from './problem.ts';
import { inOrder, requirementProblems } from './workload_selector.ts';

export function validateDeployment(deployment: Deployment, before?: Deployment): StatusCause[] {
  const { spec } = deployment;
  const { progressDeadlineSeconds: deadline, minReadySeconds = 0 } = spec;
  return [
    ...notNegative({ replicas: spec.replicas }),
    ...selectorProblems(spec, 'deployment'),
    ...templateProblems(spec),
    ...onlyAlways(spec.template),
    ...strategyProblems(spec.strategy ?? {}),
    ...notNegative({ minReadySeconds, revisionHistoryLimit: spec.revisionHistoryLimit }),
    ...notNegative({ progressDeadlineSeconds: deadline }),
    ...(deadline !== undefined && deadline <= minReadySeconds
      ? [wrong('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')]
      : []),
    ...(before ? immutable(spec.selector, before.spec.selector, 'spec.selector') : []),
  ];
}

function strategyProblems(strategy: NonNullable<Deployment['spec']['strategy']>): StatusCause[] {
  const { type, rollingUpdate } = strategy;
  if (type === 'Recreate') {
    const why = "may not be specified when strategy `type` is 'Recreate'";
    return rollingUpdate ? [forbiddenField('spec.strategy.rollingUpdate', why)] : [];
  }
  if (type !== 'RollingUpdate') {
    const shown = { Type: type, RollingUpdate: rollingUpdate ?? null };
    return [unsupported('spec.strategy', shown, ['Recreate', 'RollingUpdate'])];
  }
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {};
  const path = 'spec.strategy.rollingUpdate';
  return [
    ...countOrPercent(maxUnavailable, `${path}.maxUnavailable`),
    ...countOrPercent(maxSurge, `${path}.maxSurge`),
    ...(amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0
      ? [wrong(`${path}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0')]
      : []),
    ...atMostAll(maxUnavailable, `${path}.maxUnavailable`),
  ];
}

export function validateReplicaSet({ spec }: ReplicaSet, before?: ReplicaSet): StatusCause[] {
  return [
    ...notNegative({ replicas: spec.replicas, minReadySeconds: spec.minReadySeconds }),
    ...selectorProblems(spec, 'deployment'),
    ...templateProblems(spec),
    ...onlyAlways(spec.template),
    ...(before ? immutable(spec.selector, before.spec.selector, 'spec.selector') : []),
  ];
}

/** A selector that selects everything is nobody's intention. `kind` is whom the message speaks of. */
export function selectorProblems({ selector }: { selector?: LabelSelector }, kind: string): StatusCause[] {
  if (!selector) return [required('spec.selector')];
  const unreadable = requirementProblems(selector, 'spec.selector');
  if (unreadable.length > 0) {
    const whole = kind === 'deployment' ? [wrong('spec.selector', selector, 'invalid label selector')] : [];
    return [...unreadable, ...whole];
  }
  const isEmpty = !Object.keys(selector.matchLabels ?? {}).length && !selector.matchExpressions?.length;
  return isEmpty ? [wrong('spec.selector', selector, `empty selector is invalid for ${kind}`)] : [];
}

export function templateProblems(spec: { selector?: LabelSelector; template: PodTemplate }): StatusCause[] {
  const { selector, template } = spec;
  const labels = template.metadata?.labels;
  if (selector && requirementProblems(selector, '').length > 0) return [];
  return [
    ...(selects(selector, labels)
      ? []
      : [
          wrong(
            'spec.template.metadata.labels',
            labels ? inOrder(labels) : null,
            '`selector` does not match template `labels`',
          ),
        ]),
    ...templateSpecProblems(template, 'spec.template'),
  ];
}

/** What is wrong with the pods that are to be made. */
export function templateSpecProblems({ metadata, spec }: PodTemplate, field: string): StatusCause[] {
  return [
    ...labelProblems(metadata?.labels, `${field}.labels`),
    ...annotationProblems(metadata?.annotations, `${field}.annotations`),
    ...podSpecProblems(spec, `${field}.spec`),
    ...debugInTemplateProblems(spec, `${field}.spec`),
  ];
}

export function onlyAlways({ spec }: PodTemplate): StatusCause[] {
  if (spec.restartPolicy === 'Always') return [];
  return [unsupported('spec.template.spec.restartPolicy', spec.restartPolicy, ['Always'])];
}

export function immutable(now: unknown, before: unknown, field: string): StatusCause[] {
  return equal(now, before) ? [] : [wrong(field, now ?? null, 'field is immutable')];
}

export function notNegative(fields: Record<string, number | undefined>, path = 'spec'): StatusCause[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined && value < 0)
    .map(([name, value]) => wrong(`${path}.${name}`, value, 'must be greater than or equal to 0'));
}

/** A whole number, or a percentage of the replicas. */
export function countOrPercent(value: number | string, field: string): StatusCause[] {
  if (typeof value === 'number') {
    return value < 0 ? [wrong(field, value, 'must be greater than or equal to 0')] : [];
  }
  const why =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
  return /^[0-9]+%$/.test(value) ? [] : [wrong(field, value, why)];
}

export function atMostAll(value: number | string, field: string): StatusCause[] {
  const isMore = typeof value === 'string' && Number.parseInt(value, 10) > 100;
  return isMore ? [wrong(field, value, 'must not be greater than 100%')] : [];
}

export function amountOf(value: number | string): number {
  return typeof value === 'number' ? value : Number.parseInt(value, 10) || 0;
}
