import type { LabelSelector } from '../../../../kubernetes/objects.ts';
import type { StatusCause } from '../../client.ts';
import { dnsLabelProblems, labelValueProblems, qualifiedNameProblems, subdomainProblems } from '../names.ts';
import { duplicate, each, forbiddenField, none, required, unsupported, wrong } from '../problem.ts';
import { requirementProblems } from '../workload_selector.ts';
import type { Toleration, WireSpec, WireSpread } from './wire.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const everyKey = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';

export function tolerationProblems({ key, operator, value = '', effect, tolerationSeconds }: Toleration, path: string) {
  const field = `${path}.operator`;
  const isEqual = !operator || operator === 'Equal';
  const ofValue = isEqual ? labelValueProblems(value) : [];
  const known = operator === 'Lt' || operator === 'Gt' ? ['Equal', 'Exists', 'Lt', 'Gt'] : ['Equal', 'Exists'];
  const only = "effect must be 'NoExecute' when `tolerationSeconds` is set";
  return [
    ...(key ? each(`${path}.key`, key, qualifiedNameProblems) : none),
    ...(key || operator === 'Exists' ? none : [wrong(field, operator ?? '', everyKey)]),
    ...(tolerationSeconds !== undefined && effect !== 'NoExecute'
      ? [wrong(`${path}.effect`, effect ?? '', only)]
      : none),
    ...(ofValue.length > 0 ? [wrong(field, value, ofValue.join(';'))] : none),
    ...(operator === 'Exists' && value
      ? [wrong(field, value, "value must be empty when `operator` is 'Exists'")]
      : none),
    ...(isEqual || operator === 'Exists' ? none : [unsupported(field, operator, known)]),
    ...(effect && !effects.includes(effect) ? [unsupported(`${path}.effect`, effect, effects)] : none),
  ];
}

interface Requirement {
  key?: string;
  operator?: string;
  values?: string[];
}
interface NodeTerm {
  matchExpressions?: Requirement[];
  matchFields?: Requirement[];
}

/** `isStrict`: what only prefers may name values that no label can have. */
function nodeTermProblems(term: NodeTerm, field: string, isStrict = true): StatusCause[] {
  return [
    ...(term.matchExpressions ?? []).flatMap((one, at) =>
      expressionProblems(one, `${field}.matchExpressions[${at}]`, isStrict),
    ),
    ...(term.matchFields ?? []).flatMap((one, at) => fieldProblems(one, `${field}.matchFields[${at}]`)),
  ];
}

const needed: Record<string, string> = {
  In: "must be specified when `operator` is 'In' or 'NotIn'",
  Gt: "must be specified single value when `operator` is 'Lt' or 'Gt'",
};
const unwanted = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";

function expressionProblems({ key = '', operator = '', values = [] }: Requirement, field: string, isStrict: boolean) {
  const kind = { In: 'In', NotIn: 'In', Exists: 'Exists', DoesNotExist: 'Exists', Gt: 'Gt', Lt: 'Gt' }[operator];
  const isMissing = (kind === 'In' && values.length === 0) || (kind === 'Gt' && values.length !== 1);
  return [
    ...(isMissing ? [required(`${field}.values`, needed[kind ?? ''])] : none),
    ...(kind === 'Exists' && values.length > 0 ? [forbiddenField(`${field}.values`, unwanted)] : none),
    ...(kind ? none : [wrong(`${field}.operator`, operator, 'not a valid selector operator')]),
    ...each(`${field}.key`, key, qualifiedNameProblems),
    ...(isStrict ? values : []).flatMap((value, at) => each(`${field}.values[${at}]`, value, labelValueProblems)),
  ];
}

function fieldProblems({ key = '', operator = '', values = [] }: Requirement, field: string): StatusCause[] {
  const isKnown = operator === 'In' || operator === 'NotIn';
  const one = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
  return [
    ...(isKnown && values.length !== 1 ? [required(`${field}.values`, one)] : none),
    ...(isKnown ? none : [wrong(`${field}.operator`, operator, 'not a valid selector operator')]),
    ...(key === 'metadata.name'
      ? values.flatMap((value, at) => each(`${field}.values[${at}]`, value, subdomainProblems))
      : [wrong(`${field}.key`, key, 'not a valid field selector key')]),
  ];
}

const [must, prefers] = [
  'requiredDuringSchedulingIgnoredDuringExecution',
  'preferredDuringSchedulingIgnoredDuringExecution',
] as const;

export function affinityProblems({ affinity }: WireSpec, path: string): StatusCause[] {
  if (!affinity) return none;
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  const field = `${path}.affinity`;
  return [
    ...(nodeAffinity ? nodeAffinityProblems(nodeAffinity, `${field}.nodeAffinity`) : none),
    ...(podAffinity ? podAffinityProblems(podAffinity, `${field}.podAffinity`) : none),
    ...(podAntiAffinity ? podAffinityProblems(podAntiAffinity, `${field}.podAntiAffinity`) : none),
  ];
}

type AffinityOf<K extends 'nodeAffinity' | 'podAffinity'> = NonNullable<NonNullable<WireSpec['affinity']>[K]>;

function nodeAffinityProblems(affinity: AffinityOf<'nodeAffinity'>, field: string): StatusCause[] {
  const { [must]: needs, [prefers]: wishes = [] } = affinity;
  return [
    ...(needs ? nodeSelectorProblems(needs, `${field}.${must}`) : none),
    ...wishes.flatMap(({ weight = 0, preference }, at) => [
      ...weightProblems(weight, `${field}.${prefers}[${at}]`),
      ...nodeTermProblems(preference ?? {}, `${field}.${prefers}[${at}].preference`, false),
    ]),
  ];
}

function nodeSelectorProblems({ nodeSelectorTerms: terms = [] }: { nodeSelectorTerms?: NodeTerm[] }, field: string) {
  const path = `${field}.nodeSelectorTerms`;
  if (terms.length === 0) return [required(path, 'must have at least one node selector term')];
  return terms.flatMap((term, at) => nodeTermProblems(term, `${path}[${at}]`));
}

function weightProblems(weight: number, field: string): StatusCause[] {
  return weight > 0 && weight <= 100 ? none : [wrong(`${field}.weight`, weight, 'must be in the range 1-100')];
}

interface PodTerm {
  labelSelector?: LabelSelector;
  namespaceSelector?: LabelSelector;
  namespaces?: string[];
  topologyKey?: string;
  matchLabelKeys?: string[];
  mismatchLabelKeys?: string[];
}

function podAffinityProblems(affinity: AffinityOf<'podAffinity'>, field: string): StatusCause[] {
  const { [must]: needs = [], [prefers]: wishes = [] } = affinity;
  return [
    ...needs.flatMap((term, at) => podTermProblems(term, `${field}.${must}[${at}]`)),
    ...wishes.flatMap(({ weight = 0, podAffinityTerm }, at) => [
      ...weightProblems(weight, `${field}.${prefers}[${at}]`),
      ...podTermProblems(podAffinityTerm ?? {}, `${field}.${prefers}[${at}].podAffinityTerm`),
    ]),
  ];
}

function podTermProblems(term: PodTerm, field: string): StatusCause[] {
  const { labelSelector, namespaceSelector, namespaces = [], topologyKey = '' } = term;
  return [
    ...(labelSelector ? requirementProblems(labelSelector, `${field}.labelSelector`) : none),
    ...(namespaceSelector ? requirementProblems(namespaceSelector, `${field}.namespaceSelector`) : none),
    ...namespaces.flatMap(name => each(`${field}.namespace`, name, dnsLabelProblems)),
    ...labelKeysProblems(term, field),
    ...(topologyKey ? none : [required(`${field}.topologyKey`, 'can not be empty')]),
    ...each(`${field}.topologyKey`, topologyKey, qualifiedNameProblems),
  ];
}

function labelKeysProblems({ labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] }: PodTerm, field: string) {
  const keyed = { matchLabelKeys, mismatchLabelKeys };
  const both = 'exists in both matchLabelKeys and mismatchLabelKeys';
  return [
    ...Object.entries(keyed).flatMap(([name, keys]) => {
      if (keys.length === 0) return none;
      if (!labelSelector)
        return [forbiddenField(`${field}.${name}`, 'must not be specified when labelSelector is not set')];
      return keys.flatMap((key, at) => each(`${field}.${name}[${at}]`, key, qualifiedNameProblems));
    }),
    ...matchLabelKeys.flatMap((key, at) =>
      mismatchLabelKeys.includes(key) ? [wrong(`${field}.matchLabelKeys[${at}]`, key, both)] : none,
    ),
  ];
}

const actions = ['DoNotSchedule', 'ScheduleAnyway'];
const inclusions = ['Honor', 'Ignore'];

export function spreadProblems(spreads: readonly WireSpread[], path: string): StatusCause[] {
  return spreads.flatMap((spread, index) => {
    const { topologyKey = '', whenUnsatisfiable = '' } = spread;
    const field = `${path}[${index}]`;
    const isRepeated = spreads
      .slice(index + 1)
      .some(other => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
    return [
      ...((spread.maxSkew ?? 0) > 0
        ? none
        : [wrong(`${field}.maxSkew`, spread.maxSkew ?? 0, 'must be greater than zero')]),
      ...(topologyKey ? none : [required(`${field}.topologyKey`, 'can not be empty')]),
      ...(actions.includes(whenUnsatisfiable)
        ? none
        : [unsupported(`${field}.whenUnsatisfiable`, whenUnsatisfiable, actions)]),
      ...(isRepeated ? [duplicate(`${field}.{topologyKey, whenUnsatisfiable}`, pair)] : none),
      ...spreadDetails(spread, field),
    ];
  });
}

function spreadDetails(spread: WireSpread, field: string): StatusCause[] {
  const { minDomains, whenUnsatisfiable = '', labelSelector } = spread;
  const only = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
  const at = `${field}.minDomains`;
  return [
    ...(minDomains !== undefined && minDomains <= 0 ? [wrong(at, minDomains, 'must be greater than zero')] : none),
    ...(minDomains !== undefined && whenUnsatisfiable !== 'DoNotSchedule' ? [wrong(at, minDomains, only)] : none),
    ...(['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const).flatMap(name => {
      const policy = spread[name];
      return policy === undefined || inclusions.includes(policy)
        ? none
        : [unsupported(`${field}.${name}`, policy, inclusions)];
    }),
    ...labelKeysProblems(spread, field),
    ...(labelSelector ? requirementProblems(labelSelector, `${field}.labelSelector`) : none),
  ];
}
