import { amountText, countOf, parseAmount } from '../../../kubernetes/kinds/amount.ts';
import type { ResourceQuota, ScopeRequirement } from '../../../kubernetes/kinds/policy.ts';
import type { StatusCause } from '../client.ts';
import { required, wrong } from './problem.ts';

const computed = ['cpu', 'memory', 'ephemeral-storage'];
const podNames = ['pods', ...computed.flatMap(name => [name, `requests.${name}`, `limits.${name}`])];
const standard: ReadonlySet<string> = new Set([
  ...podNames,
  'requests.storage',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
]);
const whole: ReadonlySet<string> = new Set(
  [...standard].filter(name => !podNames.includes(name) || name === 'pods').filter(name => name !== 'requests.storage'),
);
const scopes = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
];

export function validateQuota({ spec }: ResourceQuota, before?: ResourceQuota): StatusCause[] {
  const changed = before && `${[...(before.spec.scopes ?? [])].sort()}` !== `${[...(spec.scopes ?? [])].sort()}`;
  return [
    ...Object.entries(spec.hard ?? {}).flatMap(([name, value]) => hardProblems(name, String(value))),
    ...scopeProblems(spec),
    ...(spec.scopeSelector?.matchExpressions ?? []).flatMap(requirementProblems),
    ...(changed ? [wrong('spec.scopes', spec.scopes, 'field is immutable')] : []),
  ];
}

function hardProblems(name: string, value: string): StatusCause[] {
  const field = `spec.hard[${name}]`;
  const amount = parseAmount(value);
  if (!amount) return [];
  const isKnown = name.includes('/') || standard.has(name) || /^(requests\.)?hugepages-/.test(name);
  const isWhole = whole.has(name) || name.startsWith('count/');
  const shown = amountText(amount);
  return [
    ...(isKnown
      ? []
      : [
          wrong(field, name, 'must be a standard resource type or fully qualified'),
          wrong(field, name, 'must be a standard resource for quota'),
        ]),
    ...(amount.nano < 0n ? [wrong(field, shown, 'must be greater than or equal to 0')] : []),
    ...(isWhole && amount.nano % countOf(1).nano !== 0n ? [wrong(field, shown, 'must be an integer')] : []),
  ];
}

function scopeProblems({ scopes: given = [], hard = {} }: ResourceQuota['spec']): StatusCause[] {
  const names = Object.keys(hard).filter(name => standard.has(name));
  return [
    ...given.flatMap(scope => [
      ...(scopes.includes(scope) ? [] : [wrong('spec.scopes', given, 'unsupported scope')]),
      ...names
        .filter(name => !isValidFor(scope, name))
        .map(() => wrong('spec.scopes', given, 'unsupported scope applied to resource')),
    ]),
    ...[
      ['BestEffort', 'NotBestEffort'],
      ['Terminating', 'NotTerminating'],
    ]
      .filter(pair => pair.every(scope => given.includes(scope)))
      .map(() => wrong('spec.scopes', given, 'conflicting scopes')),
  ];
}

function isValidFor(scope: string, name: string): boolean {
  return scope === 'BestEffort' ? name === 'pods' : podNames.includes(name);
}

function requirementProblems({ scopeName, operator, values = [] }: ScopeRequirement): StatusCause[] {
  const field = 'spec.scopeSelector.matchExpressions';
  const needsValues = operator === 'In' || operator === 'NotIn';
  const isKnown = needsValues || operator === 'Exists' || operator === 'DoesNotExist';
  const existsOnly = scopeName !== 'PriorityClass' && scopeName !== 'VolumeAttributesClass';
  const hint = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
  const noValue = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
  const mustExist =
    "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
  return [
    ...(scopes.includes(scopeName) ? [] : [wrong(`${field}.scopeName`, scopeName, 'unsupported scope')]),
    ...(existsOnly && scopes.includes(scopeName) && operator !== 'Exists'
      ? [wrong(`${field}.operator`, operator, mustExist)]
      : []),
    ...(needsValues && values.length === 0 ? [required(`${field}.values`, hint)] : []),
    ...(isKnown && !needsValues && values.length > 0 ? [wrong(`${field}.values`, values, noValue)] : []),
    ...(isKnown ? [] : [wrong(`${field}.operator`, operator, 'not a valid selector operator')]),
  ];
}
