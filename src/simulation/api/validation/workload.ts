import type { Deployment, ReplicaSet } from '../../../kubernetes/objects.ts';
import type { StatusCause } from '../client.ts';
import { equal } from '../json.ts';
import { forbiddenField, labelProblems, required, unsupported, wrong } from './metadata.ts';
import { podSpecProblems } from './pod.ts';

export function validateDeployment(deployment: Deployment, before?: Deployment): StatusCause[] {
  const { spec } = deployment;
  const type = spec.strategy?.type ?? '';
  return [
    ...workloadProblems(deployment, before),
    ...(['RollingUpdate', 'Recreate'].includes(type)
      ? []
      : [unsupported('spec.strategy.type', type, ['Recreate', 'RollingUpdate'])]),
    ...(type === 'Recreate' && spec.strategy?.rollingUpdate
      ? [forbiddenField('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'")]
      : []),
    ...notNegative({
      revisionHistoryLimit: spec.revisionHistoryLimit,
      minReadySeconds: spec.minReadySeconds,
      progressDeadlineSeconds: spec.progressDeadlineSeconds,
    }),
  ];
}

export function validateReplicaSet(replicaSet: ReplicaSet, before?: ReplicaSet): StatusCause[] {
  return workloadProblems(replicaSet, before);
}

function workloadProblems(object: Deployment | ReplicaSet, before?: Deployment | ReplicaSet): StatusCause[] {
  const { replicas, selector, template } = object.spec;
  const empty = !Object.keys(selector.matchLabels ?? {}).length && !selector.matchExpressions?.length;
  const mismatch = !selects(selector.matchLabels ?? {}, template.metadata?.labels ?? {});
  return [
    ...notNegative({ replicas }),
    ...(empty ? [required('spec.selector')] : []),
    ...(!empty && mismatch
      ? [
          wrong(
            'spec.template.metadata.labels',
            template.metadata?.labels ?? {},
            '`selector` does not match template `labels`',
          ),
        ]
      : []),
    ...(before && !equal(before.spec.selector, selector)
      ? [wrong('spec.selector', selector, 'field is immutable')]
      : []),
    ...labelProblems(template.metadata?.labels, 'spec.template.labels'),
    ...podSpecProblems(template.spec, 'spec.template.spec'),
    ...(template.spec.restartPolicy === 'Always'
      ? []
      : [unsupported('spec.template.spec.restartPolicy', template.spec.restartPolicy, ['Always'])]),
  ];
}

function selects(selector: Record<string, string>, labels: Record<string, string>): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

function notNegative(fields: Record<string, number | undefined>): StatusCause[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined && value < 0)
    .map(([name, value]) => wrong(`spec.${name}`, value, 'must be greater than or equal to 0'));
}
