import type { KubeObject } from '../../../kubernetes/objects.ts';
import type { StatusCause } from '../client.ts';
import { qualifiedName } from '../status_error.ts';

type Counts = Readonly<Record<string, unknown>>;

interface Rule {
  /** None of these may be below zero. */
  counts: readonly string[];
  /** Pairs of which the first may not be more than the second, and why. */
  atMost?: readonly (readonly [string, string, string])[];
  onlyGrows?: string;
}

const ofAll = (...fields: string[]) =>
  fields.map(field => [field, 'replicas', 'cannot be greater than status.replicas'] as const);
const availableOfReady = (ready: string) =>
  ['availableReplicas', 'readyReplicas', `cannot be greater than ${ready}`] as const;

const copies: Rule = {
  counts: [
    'replicas',
    'fullyLabeledReplicas',
    'readyReplicas',
    'availableReplicas',
    'observedGeneration',
    'terminatingReplicas',
  ],
  atMost: [...ofAll('fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'), availableOfReady('readyReplicas')],
};

const rules: Readonly<Record<string, Rule>> = {
  'deployments.apps': {
    counts: [
      'observedGeneration',
      'replicas',
      'updatedReplicas',
      'readyReplicas',
      'availableReplicas',
      'unavailableReplicas',
      'terminatingReplicas',
      'collisionCount',
    ],
    atMost: [...ofAll('updatedReplicas', 'readyReplicas', 'availableReplicas'), availableOfReady('readyReplicas')],
    onlyGrows: 'collisionCount',
  },
  'replicasets.apps': copies,
  replicationcontrollers: copies,
  'statefulsets.apps': {
    counts: [
      'replicas',
      'readyReplicas',
      'currentReplicas',
      'updatedReplicas',
      'availableReplicas',
      'observedGeneration',
      'collisionCount',
    ],
    atMost: [
      ...ofAll('readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'),
      availableOfReady('status.readyReplicas'),
    ],
    onlyGrows: 'collisionCount',
  },
  'daemonsets.apps': {
    counts: [
      'currentNumberScheduled',
      'numberMisscheduled',
      'desiredNumberScheduled',
      'numberReady',
      'observedGeneration',
      'updatedNumberScheduled',
      'numberAvailable',
      'numberUnavailable',
      'collisionCount',
    ],
    onlyGrows: 'collisionCount',
  },
  'poddisruptionbudgets.policy': {
    counts: ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'],
  },
  'horizontalpodautoscalers.autoscaling': { counts: ['currentReplicas', 'desiredReplicas'] },
};

type Reporting = KubeObject & { status?: Counts };

/** What a workload's controller may not say of it. */
export function statusProblems(
  resource: { group: string; plural: string },
  after: KubeObject,
  before: KubeObject,
): StatusCause[] {
  const rule = rules[qualifiedName(resource)];
  if (!rule) return [];
  const status = (after as Reporting).status ?? {};
  const { counts, atMost = [], onlyGrows } = rule;
  return [
    ...counts
      .filter(field => countOf(status, field) < 0)
      .map(field => problem(field, status, 'must be greater than or equal to 0')),
    ...atMost
      .filter(([field, most]) => countOf(status, field) > countOf(status, most))
      .map(([field, , why]) => problem(field, status, why)),
    ...(onlyGrows && countOf(status, onlyGrows) < countOf((before as Reporting).status ?? {}, onlyGrows)
      ? [problem(onlyGrows, status, 'cannot be decremented')]
      : []),
  ];
}

function countOf(status: Counts, field: string): number {
  const value = status[field];
  return typeof value === 'number' ? value : 0;
}

function problem(field: string, status: Counts, why: string): StatusCause {
  const message = `Invalid value: ${countOf(status, field)}: ${why}`;
  return { reason: 'FieldValueInvalid', message, field: `status.${field}` };
}
