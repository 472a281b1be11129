import type { ControllerRevision, DaemonSet, StatefulSet } from '../../../kubernetes/kinds/workloads.ts';
import type { PodTemplate } from '../../../kubernetes/objects.ts';
import { isRecord } from '../../../lib/json.ts';
import type { StatusCause } from '../client.ts';
import { equal } from '../json.ts';
import { annotationProblems, labelProblems } from './metadata.ts';
import { dnsLabelProblems } from './names.ts';
import { each, forbiddenField, required, unsupported, wrong } from './problem.ts';
import {
  amountOf,
  atMostAll,
  countOrPercent,
  immutable,
  notNegative,
  onlyAlways,
  selectorProblems,
  templateProblems,
} from './workload.ts';

export function validateStatefulSet({ spec }: StatefulSet, before?: StatefulSet): StatusCause[] {
  const { podManagementPolicy: policy, serviceName = '', volumeClaimTemplates = [] } = spec;
  return [
    ...(policy === 'OrderedReady' || policy === 'Parallel'
      ? []
      : [wrong('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'")]),
    ...statefulStrategyProblems(spec.updateStrategy ?? {}),
    ...retentionProblems(spec.persistentVolumeClaimRetentionPolicy ?? {}),
    ...(before ? [] : volumeClaimTemplates.flatMap(claimTemplateProblems)),
    ...notNegative({ replicas: spec.replicas, minReadySeconds: spec.minReadySeconds }),
    ...notNegative({ 'ordinals.start': spec.ordinals?.start }),
    ...(before || serviceName === '' ? [] : each('spec.serviceName', serviceName, dnsLabelProblems)),
    ...selectorProblems(spec, 'statefulset'),
    ...templateProblems({ ...spec, template: withClaims(spec) }),
    ...labelProblems(spec.template.metadata?.labels, 'spec.template.labels'),
    ...annotationProblems(spec.template.metadata?.annotations, 'spec.template.annotations'),
    ...onlyAlways(spec.template),
    ...noDeadline(spec.template, 'StatefulSet'),
    ...(before ? statefulChangeProblems(spec, before.spec) : []),
  ];
}

function statefulStrategyProblems(strategy: NonNullable<StatefulSet['spec']['updateStrategy']>): StatusCause[] {
  const { type, rollingUpdate } = strategy;
  if (type === 'RollingUpdate') {
    return notNegative({ partition: rollingUpdate?.partition }, 'spec.updateStrategy.rollingUpdate');
  }
  const shown = rollingUpdate && { Partition: rollingUpdate.partition ?? 0, MaxUnavailable: null };
  if (type !== 'OnDelete') {
    const value = { Type: type, RollingUpdate: shown ?? null };
    return [wrong('spec.updateStrategy', value, "must be 'RollingUpdate' or 'OnDelete'")];
  }
  const field = 'spec.updateStrategy.rollingUpdate';
  return rollingUpdate ? [wrong(field, shown, "only allowed for updateStrategy 'RollingUpdate'")] : [];
}

function retentionProblems(policy: NonNullable<StatefulSet['spec']['persistentVolumeClaimRetentionPolicy']>) {
  return (['whenDeleted', 'whenScaled'] as const)
    .filter(key => policy[key] !== 'Retain' && policy[key] !== 'Delete')
    .map(key => unsupported(`spec.persistentVolumeClaimRetentionPolicy.${key}`, policy[key], ['Retain', 'Delete']));
}

function claimTemplateProblems(
  { spec }: NonNullable<StatefulSet['spec']['volumeClaimTemplates']>[number],
  index: number,
): StatusCause[] {
  const path = `spec.volumeClaimTemplates[${index}].spec`;
  return [
    ...(spec?.accessModes?.length ? [] : [required(`${path}.accessModes`, 'at least 1 access mode is required')]),
    ...(spec?.resources?.requests?.['storage'] === undefined ? [required(`${path}.resources[storage]`)] : []),
  ];
}

/** The template as its pods will have it: each claim is a volume of that name. */
function withClaims({ template, volumeClaimTemplates = [] }: StatefulSet['spec']): PodTemplate {
  const claims = volumeClaimTemplates.map(({ metadata: { name } }) => ({
    name,
    persistentVolumeClaim: { claimName: name },
  }));
  const others = (template.spec.volumes ?? []).filter(({ name }) => !claims.some(claim => claim.name === name));
  const { hostname: _, subdomain: __, ...named } = template.spec;
  return { ...template, spec: { ...named, volumes: [...claims, ...others] } };
}

const mutable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

function statefulChangeProblems(spec: StatefulSet['spec'], before: StatefulSet['spec']): StatusCause[] {
  const frozen = (of: StatefulSet['spec']) =>
    Object.fromEntries(Object.entries(of).filter(([key]) => !mutable.includes(key)));
  if (equal(frozen(spec), frozen(before))) return [];
  const names = mutable.map(name => `'${name}'`);
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return [forbiddenField('spec', `updates to statefulset spec for fields other than ${list} are forbidden`)];
}

export function validateDaemonSet({ spec }: DaemonSet, before?: DaemonSet): StatusCause[] {
  return [
    ...(before ? immutable(spec.selector, before.spec.selector, 'spec.selector') : []),
    ...templateProblems(spec),
    ...selectorProblems(spec, 'daemonset'),
    ...onlyAlways(spec.template),
    ...noDeadline(spec.template, 'DaemonSet'),
    ...notNegative({ minReadySeconds: spec.minReadySeconds }),
    ...daemonStrategyProblems(spec.updateStrategy ?? {}),
    ...notNegative({ revisionHistoryLimit: spec.revisionHistoryLimit }),
  ];
}

function daemonStrategyProblems(strategy: NonNullable<DaemonSet['spec']['updateStrategy']>): StatusCause[] {
  const { type, rollingUpdate } = strategy;
  if (type === 'OnDelete') return [];
  if (type !== 'RollingUpdate') {
    const shown = { Type: type, RollingUpdate: rollingUpdate ?? null };
    return [unsupported('spec.updateStrategy', shown, ['RollingUpdate', 'OnDelete'])];
  }
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {};
  const path = 'spec.updateStrategy.rollingUpdate';
  const [unavailable, surge] = [amountOf(maxUnavailable), amountOf(maxSurge)];
  return [
    ...countOrPercent(maxUnavailable, `${path}.maxUnavailable`),
    ...countOrPercent(maxSurge, `${path}.maxSurge`),
    ...atMostAll(maxUnavailable, `${path}.maxUnavailable`),
    ...atMostAll(maxSurge, `${path}.maxSurge`),
    ...(unavailable !== 0 && surge !== 0
      ? [wrong(`${path}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero')]
      : []),
    ...(unavailable === 0 && surge === 0 ? [required(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0')] : []),
  ];
}

function noDeadline({ spec }: PodTemplate, kind: string): StatusCause[] {
  if (spec.activeDeadlineSeconds === undefined) return [];
  const field = 'spec.template.spec.activeDeadlineSeconds';
  return [forbiddenField(field, `activeDeadlineSeconds in ${kind} is not Supported`)];
}

export function validateControllerRevision(
  { data, revision }: ControllerRevision,
  before?: ControllerRevision,
): StatusCause[] {
  return [
    ...(revision < 0 ? [wrong('revision', revision, 'must be greater than or equal to 0')] : []),
    ...(before ? immutable(data, before.data, 'data') : []),
    ...(data === undefined ? [required('data', 'data is mandatory')] : []),
    ...(data !== undefined && !isRecord(data) ? [required('data', 'data must be a valid JSON object')] : []),
  ];
}
