import { type Amount, amountOf, amountText, countOf } from '../../../kubernetes/kinds/amount.ts';
import type {
  Lease,
  LimitRange,
  LimitRangeItem,
  PodDisruptionBudget,
  PriorityClass,
} from '../../../kubernetes/kinds/policy.ts';
import type { StatusCause } from '../client.ts';
import { forbiddenField, required, unsupported, wrong } from './problem.ts';

export function validateBudget({ spec }: PodDisruptionBudget): StatusCause[] {
  const { minAvailable, maxUnavailable, unhealthyPodEvictionPolicy: policy } = spec;
  const isTwofold = minAvailable !== undefined && maxUnavailable !== undefined;
  return [
    ...(isTwofold ? [wrong('spec', shownInGo(spec), 'minAvailable and maxUnavailable cannot be both set')] : []),
    ...shareProblems(minAvailable, 'spec.minAvailable'),
    ...shareProblems(maxUnavailable, 'spec.maxUnavailable'),
    ...(policy !== undefined && !['AlwaysAllow', 'IfHealthyBudget'].includes(policy)
      ? [unsupported('spec.unhealthyPodEvictionPolicy', policy, ['AlwaysAllow', 'IfHealthyBudget'])]
      : []),
  ];
}

/** The server shows this part under the names that its fields have in its own language. */
function shownInGo({
  minAvailable,
  selector,
  maxUnavailable,
  unhealthyPodEvictionPolicy,
}: PodDisruptionBudget['spec']) {
  return {
    MinAvailable: minAvailable,
    Selector: selector ?? null,
    MaxUnavailable: maxUnavailable,
    UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy ?? null,
  };
}

function shareProblems(value: number | string | undefined, field: string): StatusCause[] {
  if (value === undefined) return [];
  if (typeof value === 'number') {
    return value < 0 ? [wrong(field, value, 'must be greater than or equal to 0')] : [];
  }
  const percent = /^(\d+)%$/.exec(value)?.[1];
  if (percent === undefined) {
    const form = "a valid percent string must be a numeric string followed by an ending '%'";
    return [wrong(field, value, `${form} (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')`)];
  }
  return Number(percent) > 100 ? [wrong(field, value, 'must not be greater than 100%')] : [];
}

const highestUserPriority = 1_000_000_000;
const systemPriorities: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

export function validatePriorityClass(given: PriorityClass, before?: PriorityClass): StatusCause[] {
  if (before) return priorityClassChanges(given, before);
  const { metadata, value, globalDefault, preemptionPolicy } = given;
  const { name } = metadata;
  const reserved = `priority class names with 'system-' prefix are reserved for system use only. error:`;
  const problems: StatusCause[] = [];
  if (name?.startsWith('system-')) {
    const expected = systemPriorities[name];
    if (expected === undefined) {
      problems.push(forbiddenField('metadata.name', `${reserved} ${name} is not a known system priority class`));
    } else if (value !== expected) {
      const why = `value of ${name} PriorityClass must be ${expected}`;
      problems.push(forbiddenField('metadata.name', `${reserved} ${why}`));
    } else if (globalDefault) {
      problems.push(
        forbiddenField('metadata.name', `${reserved} globalDefault of ${name} PriorityClass must be false`),
      );
    }
  } else if (value > highestUserPriority) {
    problems.push(
      forbiddenField('value', `maximum allowed value of a user defined priority is ${highestUserPriority}`),
    );
  }
  if (preemptionPolicy !== undefined && !['Never', 'PreemptLowerPriority'].includes(preemptionPolicy)) {
    problems.push(unsupported('preemptionPolicy', preemptionPolicy, ['Never', 'PreemptLowerPriority']));
  }
  return problems;
}

function priorityClassChanges(given: PriorityClass, before: PriorityClass): StatusCause[] {
  return [
    ...(given.value === before.value ? [] : [forbiddenField('value', 'may not be changed in an update.')]),
    ...(given.preemptionPolicy === before.preemptionPolicy
      ? []
      : [wrong('preemptionPolicy', given.preemptionPolicy, 'field is immutable')]),
  ];
}

export function validateLease({ spec }: Lease): StatusCause[] {
  const { leaseDurationSeconds: duration, leaseTransitions: transitions } = spec;
  return [
    ...(duration !== undefined && duration <= 0
      ? [wrong('spec.leaseDurationSeconds', duration, 'must be greater than 0')]
      : []),
    ...(transitions !== undefined && transitions < 0
      ? [wrong('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')]
      : []),
  ];
}

export function validateLimitRange({ spec }: LimitRange): StatusCause[] {
  return (spec.limits ?? []).flatMap((item, index) => {
    const field = `spec.limits[${index}]`;
    const isRepeated = spec.limits.findIndex(other => other.type === item.type) < index;
    return [
      ...typeProblems(item, field),
      ...(isRepeated
        ? [
            {
              reason: 'FieldValueDuplicate',
              message: `Duplicate value: ${JSON.stringify(item.type)}`,
              field: `${field}.type`,
            },
          ]
        : []),
      ...namesIn(item).flatMap(name => orderProblems(item, name, field)),
    ];
  });
}

function typeProblems(item: LimitRangeItem, field: string): StatusCause[] {
  const { type = '', min, max } = item;
  const known = ['Pod', 'Container', 'PersistentVolumeClaim'].includes(type) || type.includes('/');
  const problems = known ? [] : [wrong(`${field}.type`, type, 'must be a standard limit type or fully qualified')];
  for (const part of ['default', 'defaultRequest'] as const) {
    if (type === 'Pod' && item[part] && Object.keys(item[part]).length > 0) {
      problems.push(forbiddenField(`${field}.${part}`, "may not be specified when `type` is 'Pod'"));
    }
  }
  if (type === 'PersistentVolumeClaim' && min?.['storage'] === undefined && max?.['storage'] === undefined) {
    const hint = 'either minimum or maximum storage value is required, but neither was provided';
    problems.push(required(`${field}.limits`, hint));
  }
  return problems;
}

function namesIn({ min, max, default: limit, defaultRequest, maxLimitRequestRatio }: LimitRangeItem): string[] {
  const lists = [min, max, limit, defaultRequest, maxLimitRequestRatio];
  return [...new Set(lists.flatMap(list => Object.keys(list ?? {})))].sort();
}

function orderProblems(item: LimitRangeItem, name: string, field: string): StatusCause[] {
  const of = (part: 'min' | 'max' | 'default' | 'defaultRequest'): Amount | undefined => {
    const value = item[part]?.[name];
    return value === undefined ? undefined : amountOf(value);
  };
  const [min, max, limit, request] = [of('min'), of('max'), of('default'), of('defaultRequest')];
  const above = (
    low: Amount | undefined,
    high: Amount | undefined,
    where: string,
    shown: Amount | undefined,
    why: string,
  ) =>
    low && high && low.nano > high.nano
      ? [
          wrong(
            `${field}.${where}[${name}]`,
            amountText(shown!),
            why.replace('%', amountText(low)).replace('%', amountText(high)),
          ),
        ]
      : [];
  return [
    ...above(min, max, 'min', min, 'min value % is greater than max value %'),
    ...above(min, request, 'defaultRequest', request, 'min value % is greater than default request value %'),
    ...above(request, max, 'defaultRequest', request, 'default request value % is greater than max value %'),
    ...above(
      request,
      limit,
      'defaultRequest',
      request,
      'default request value % is greater than default limit value %',
    ),
    ...above(min, limit, 'default', min, 'min value % is greater than default value %'),
    ...above(limit, max, 'default', max, 'default value % is greater than max value %'),
    ...ratioProblems(item, name, field),
  ];
}

function ratioProblems({ maxLimitRequestRatio }: LimitRangeItem, name: string, field: string): StatusCause[] {
  const value = maxLimitRequestRatio?.[name];
  if (value === undefined || amountOf(value).nano >= countOf(1).nano) return [];
  const text = amountText(amountOf(value));
  return [wrong(`${field}.maxLimitRequestRatio[${name}]`, text, `ratio ${text} is less than 1`)];
}
