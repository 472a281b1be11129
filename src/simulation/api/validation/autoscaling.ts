import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricTarget,
  ScaleTarget,
  ScalingRules,
} from '../../../kubernetes/kinds/autoscaling.ts';
import { parseQuantity } from '../../../kubernetes/quantity.ts';
import type { StatusCause } from '../client.ts';
import { forbiddenField, required, unsupported, wrong } from './problem.ts';

const sources = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
} as const;
const longestWindow = 3600;
const longestPeriod = 1800;
const onlyFor = 'must specify at least one Object or External metric to support scaling to zero replicas';

export function validateAutoscaler({ spec }: HorizontalPodAutoscaler): StatusCause[] {
  const { minReplicas = 1, maxReplicas } = spec;
  const atLeastOne = 'must be greater than or equal to 1';
  return [
    ...(minReplicas < 1 ? [wrong('spec.minReplicas', minReplicas, atLeastOne)] : []),
    ...(maxReplicas ? [] : [required('spec.maxReplicas', 'must be set and greater than 0')]),
    ...(maxReplicas < 0 ? [wrong('spec.maxReplicas', maxReplicas, atLeastOne)] : []),
    ...((maxReplicas ?? 0) < minReplicas
      ? [wrong('spec.maxReplicas', maxReplicas ?? 0, 'must be greater than or equal to `minReplicas`')]
      : []),
    ...referenceProblems(spec.scaleTargetRef, 'spec.scaleTargetRef'),
    ...(spec.metrics ?? []).flatMap((metric, index) => metricProblems(metric, `spec.metrics[${index}]`)),
    ...(minReplicas === 0 && !spec.metrics?.some(({ type }) => type === 'Object' || type === 'External')
      ? [forbiddenField('spec.metrics', onlyFor)]
      : []),
    ...rulesProblems(spec.behavior?.scaleUp, 'spec.behavior.scaleUp'),
    ...rulesProblems(spec.behavior?.scaleDown, 'spec.behavior.scaleDown'),
  ];
}

function referenceProblems({ kind, name, apiVersion = '' }: Partial<ScaleTarget>, field: string): StatusCause[] {
  return [
    ...(kind ? [] : [required(`${field}.kind`)]),
    ...(name ? [] : [required(`${field}.name`)]),
    ...groupProblems(apiVersion, `${field}.apiVersion`),
  ];
}

function groupProblems(apiVersion: string, field: string): StatusCause[] {
  const parts = apiVersion.split('/');
  if (parts.length > 2) return [wrong(field, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  return parts.length === 2 && parts[0] ? [] : [wrong(field, apiVersion, 'apiVersion must specify API group')];
}

function metricProblems(metric: MetricSpec, field: string): StatusCause[] {
  const known = Object.keys(sources);
  if (!metric.type) return [required(`${field}.type`, 'must specify a metric source type')];
  if (!known.includes(metric.type)) {
    const strange = unsupported(`${field}.type`, metric.type, known);
    // A real server says so twice.
    return [strange, strange];
  }
  const expected = sources[metric.type];
  const present = Object.values(sources).filter(name => metric[name] !== undefined);
  const path = `${field}.${expected}`;
  return [
    ...(metric[expected] ? [] : [required(path, 'must populate information for the given metric source')]),
    ...(present.length > 1 ? present.filter(name => name !== expected) : []).map(name =>
      forbiddenField(`${field}.${name}`, 'must populate the given metric source only'),
    ),
    ...sourceProblems(metric, path),
  ];
}

function sourceProblems({ type, object, pods, external, resource, containerResource }: MetricSpec, field: string) {
  if (type === 'Resource' || type === 'ContainerResource') {
    const source = type === 'Resource' ? resource : containerResource;
    if (!source) return [];
    return [
      ...(source.name ? [] : [required(`${field}.name`, 'must specify a resource name')]),
      ...(type === 'ContainerResource' && !containerResource?.container
        ? [required(`${field}.container`, 'must specify a container')]
        : []),
      ...targetProblems(source.target, `${field}.target`),
      ...usageTargetProblems(source.target, `${field}.target`),
    ];
  }
  const source = { Object: object, Pods: pods, External: external }[type];
  if (!source) return [];
  const hints = {
    Object: 'must set either a target value or averageValue',
    Pods: 'must specify a positive target averageValue',
    External: 'must set either a target value for metric or a per-pod target',
  };
  const { target } = source;
  const lacks = target.averageValue === undefined && (type === 'Pods' || target.value === undefined);
  return [
    ...(source.metric.name ? [] : [required(`${field}.metric.name`, 'must specify a metric name')]),
    ...targetProblems(target, `${field}.target`),
    ...(lacks ? [required(`${field}.target.averageValue`, hints[type])] : []),
  ];
}

function usageTargetProblems(target: MetricTarget, field: string): StatusCause[] {
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined) {
    return [required(`${field}.averageUtilization`, 'must set either a target raw value or a target utilization')];
  }
  if (averageUtilization === undefined || averageValue === undefined) return [];
  return [forbiddenField(`${field}.averageValue`, 'may not set both a target raw value and a target utilization')];
}

function targetProblems(target: MetricTarget, field: string): StatusCause[] {
  const isPositive = (text: string) => (parseQuantity(String(text)) ?? 0) > 0;
  const { type, value, averageValue, averageUtilization } = target;
  return [
    ...(type ? [] : [required(`${field}.type`, 'must specify a metric target type')]),
    ...(['Utilization', 'Value', 'AverageValue'].includes(type)
      ? []
      : [wrong(`${field}.type`, type ?? '', 'must be either Utilization, Value, or AverageValue')]),
    ...(value === undefined || isPositive(value) ? [] : [wrong(`${field}.value`, value, 'must be positive')]),
    ...(averageValue === undefined || isPositive(averageValue)
      ? []
      : [wrong(`${field}.averageValue`, averageValue, 'must be positive')]),
    ...(averageUtilization === undefined || averageUtilization >= 1
      ? []
      : [wrong(`${field}.averageUtilization`, averageUtilization, 'must be greater than 0')]),
  ];
}

function rulesProblems(rules: ScalingRules | undefined, field: string): StatusCause[] {
  if (!rules) return [];
  const { stabilizationWindowSeconds: window = 0, selectPolicy = 'Max', policies = [] } = rules;
  const windowField = `${field}.stabilizationWindowSeconds`;
  return [
    ...(window < 0 ? [wrong(windowField, window, 'must be greater than or equal to zero')] : []),
    ...(window > longestWindow ? [wrong(windowField, window, `must be less than or equal to ${longestWindow}`)] : []),
    ...(['Disabled', 'Max', 'Min'].includes(selectPolicy)
      ? []
      : [unsupported(`${field}.selectPolicy`, selectPolicy, ['Disabled', 'Max', 'Min'])]),
    ...(policies.length > 0 ? [] : [required(`${field}.policies`, 'must specify at least one Policy')]),
    ...policies.flatMap(({ type, value, periodSeconds }, index) => {
      const path = `${field}.policies[${index}]`;
      const positive = 'must be greater than zero';
      return [
        ...(['Percent', 'Pods'].includes(type) ? [] : [unsupported(`${path}.type`, type, ['Percent', 'Pods'])]),
        ...(value > 0 ? [] : [wrong(`${path}.value`, value ?? 0, positive)]),
        ...(periodSeconds > 0 ? [] : [wrong(`${path}.periodSeconds`, periodSeconds ?? 0, positive)]),
        ...(periodSeconds > longestPeriod
          ? [wrong(`${path}.periodSeconds`, periodSeconds, `must be less than or equal to ${longestPeriod}`)]
          : []),
      ];
    }),
  ];
}
