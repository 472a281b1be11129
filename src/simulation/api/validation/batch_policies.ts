import type { JobSpec, PodFailureRule } from '../../../kubernetes/kinds/workloads.ts';
import type { StatusCause } from '../client.ts';
import { internalForm } from './pod/internal_form.ts';
import { required, unsupported, wrong } from './problem.ts';
import { notNegative } from './workload.ts';

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];

export function podFailurePolicyProblems(spec: JobSpec, path: string): StatusCause[] {
  return (spec.podFailurePolicy?.rules ?? []).flatMap((rule, index) => {
    const field = `${path}.rules[${index}]`;
    return [
      ...actionProblems(spec, rule, `${field}.action`),
      ...exitCodeProblems(spec, rule, `${field}.onExitCodes`),
      ...(rule.onExitCodes && rule.onPodConditions?.length
        ? [invalid(field, 'specifying both OnExitCodes and OnPodConditions is not supported')]
        : []),
      ...(!rule.onExitCodes && !rule.onPodConditions?.length
        ? [invalid(field, 'specifying one of OnExitCodes and OnPodConditions is required')]
        : []),
    ];
  });
}

function actionProblems(spec: JobSpec, { action }: PodFailureRule, field: string): StatusCause[] {
  if (!action) return [required(field, `valid values: [${actions.map(one => `"${one}"`).join(' ')}]`)];
  if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) {
    return [wrong(field, action, 'requires the backoffLimitPerIndex to be set')];
  }
  return actions.includes(action) ? [] : [unsupported(field, action, actions)];
}

function exitCodeProblems({ template }: JobSpec, { onExitCodes }: PodFailureRule, path: string): StatusCause[] {
  if (!onExitCodes) return [];
  const { operator, values = [], containerName } = onExitCodes;
  const names = [...template.spec.containers, ...(template.spec.initContainers ?? [])].map(({ name }) => name);
  const unknown = containerName !== undefined && !names.includes(containerName);
  return [
    ...(operator === 'In' || operator === 'NotIn'
      ? []
      : [unsupported(`${path}.operator`, operator ?? '', ['In', 'NotIn'])]),
    ...(unknown
      ? [
          wrong(
            `${path}.containerName`,
            containerName,
            'must be one of the container or initContainer names in the pod template',
          ),
        ]
      : []),
    ...(values.length === 0 ? [wrong(`${path}.values`, values, 'at least one value is required')] : []),
    ...(operator === 'In' && values.includes(0)
      ? [wrong(`${path}.values[${values.indexOf(0)}]`, 0, 'must not be 0 for the In operator')]
      : []),
    ...(values.some((value, index) => value < (values[index - 1] ?? value))
      ? [wrong(`${path}.values`, values, 'must be ordered')]
      : []),
  ];
}

export function successPolicyProblems(spec: JobSpec, path: string): StatusCause[] {
  const { successPolicy, completionMode = 'NonIndexed', completions = 0 } = spec;
  if (!successPolicy) return [];
  if (completionMode !== 'Indexed')
    return [wrong(path, internalForm('SuccessPolicy', successPolicy), 'requires indexed completion mode')];
  const { rules = [] } = successPolicy;
  if (rules.length === 0) {
    return [required(`${path}.rules`, 'at least one rules must be specified when the successPolicy is specified')];
  }
  return rules.flatMap(({ succeededIndexes, succeededCount }, index) => {
    const field = `${path}.rules[${index}]`;
    const limit = `must be less than or equal to ${completions} (the number of specified completions)`;
    return [
      ...(succeededIndexes === undefined && succeededCount === undefined
        ? [required(field, 'at least one of succeededCount or succeededIndexes must be specified')]
        : []),
      ...notNegative({ succeededCount }, field),
      ...((succeededCount ?? 0) > completions ? [wrong(`${field}.succeededCount`, succeededCount, limit)] : []),
    ];
  });
}

function invalid(field: string, why: string): StatusCause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${why}`, field };
}
