import { withCondition } from '../../../kubernetes/kinds/conditions.ts';
import { selects } from '../../../kubernetes/kinds/label_selector.ts';
import type { PodDisruptionBudget } from '../../../kubernetes/kinds/policy.ts';
import type { Condition, KubeObject, Pod } from '../../../kubernetes/objects.ts';
import { timestamp } from '../../../lib/timestamp.ts';
import { ApiError, type DeleteOptions, type Status } from '../client.ts';
import { decode } from '../decode.ts';
import { clone } from '../json.ts';
import { badRequest, conflict, failure, forbidden, noSuchResource } from '../status_error.ts';
import { remove } from './delete.ts';
import { trackCount } from './tracked.ts';
import { type Backend, existing, type ObjectPlace, type WriteOptions } from './write.ts';

export type EvictOptions = DeleteOptions & WriteOptions;

const largestDisrupted = 2000;
const refusal = "Cannot evict pod as it would violate the pod's disruption budget.";

/** Deletes a pod unless its disruption budget forbids it. `body` is an Eviction. */
export function evict(backend: Backend, place: ObjectPlace, body: unknown, options: EvictOptions = {}): Status {
  if (!place.resource.subresources.includes('eviction')) throw noSuchResource();
  checkName(place, decode(body, { group: 'policy', version: 'v1', kind: 'Eviction' }, options));
  const pod = existing(backend, place) as Pod;
  if (!needsNoBudget(pod)) {
    const budgets = budgetsOf(backend, pod);
    if (budgets.length > 1) throw moreThanOne();
    if (budgets[0]) useBudget(backend, budgets[0], pod, options);
  }
  mark(backend, place, options);
  remove(backend, place, withoutVersion(options));
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
}

function checkName({ name }: ObjectPlace, { metadata }: KubeObject): void {
  if (metadata.name !== name) throw badRequest('name in URL does not match name in Eviction object');
}

/** It is over, has not begun, or is on its way out: nothing is disrupted. */
function needsNoBudget({ metadata, status }: Pod): boolean {
  const phase = status?.phase ?? 'Pending';
  return metadata.deletionTimestamp !== undefined || ['Pending', 'Succeeded', 'Failed'].includes(phase);
}

function budgetsOf({ store, registry }: Backend, { metadata }: Pod): PodDisruptionBudget[] {
  const budgets = store.list(registry.find('poddisruptionbudgets.policy')!, metadata.namespace);
  return (budgets as PodDisruptionBudget[]).filter(({ spec }) => selects(spec.selector, metadata.labels));
}

function moreThanOne(): ApiError {
  const message = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
  return new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code: 500 });
}

function useBudget(backend: Backend, budget: PodDisruptionBudget, pod: Pod, options: EvictOptions): void {
  const { currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {};
  if (!isReady(pod)) {
    if (budget.spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return;
    if (currentHealthy >= desiredHealthy && desiredHealthy > 0) return;
  }
  checkBudget(budget);
  if (!options.dryRun) spend(backend, budget, pod.metadata.name);
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

function checkBudget({ metadata, status }: PodDisruptionBudget): void {
  const { name, generation = 0 } = metadata;
  const named = { group: 'policy', plural: 'poddisruptionbudget', kind: 'PodDisruptionBudget' };
  if ((status?.observedGeneration ?? 0) < generation) {
    throw tooMany(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  const { disruptionsAllowed = 0, disruptedPods = {} } = status ?? {};
  if (disruptionsAllowed < 0) throw forbidden(named, name, 'pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods).length > largestDisrupted) {
    throw forbidden(named, name, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  }
  if (disruptionsAllowed === 0) throw tooMany(whyNone(name, status), 0);
}

function whyNone(name: string, status: PodDisruptionBudget['status']): string {
  const { currentHealthy = 0, desiredHealthy = 0, conditions = [] } = status ?? {};
  const { reason, message } =
    conditions.find(({ type, status }) => type === 'DisruptionAllowed' && status === 'False') ?? {};
  const currently = `The disruption budget ${name} does not allow evicting pods currently`;
  if (message && reason === 'SyncFailed') return `${currently} because it failed sync: ${message}`;
  if (currentHealthy <= desiredHealthy) {
    return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  }
  return message ? `${currently} (${reason}): ${message}` : currently;
}

function tooMany(message: string, retryAfterSeconds: number): ApiError {
  const causes = [{ reason: 'DisruptionBudget', message }];
  return failure(429, 'TooManyRequests', refusal, {
    causes,
    ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
  });
}

/** Counts the disruption at once, so that the next eviction knows of it before the controller has looked. */
function spend(backend: Backend, budget: PodDisruptionBudget, pod: string): void {
  const next = clone(budget);
  const status = next.status!;
  const now = timestamp(backend.clock.now());
  status.disruptionsAllowed -= 1;
  status.disruptedPods = { ...status.disruptedPods, [pod]: now };
  if (status.disruptionsAllowed === 0)
    status.conditions = withCondition(status.conditions ?? [], noneLeft(status), now);
  const resource = backend.registry.find('poddisruptionbudgets.policy')!;
  trackCount(backend, resource, budget, next);
  backend.store.put(resource, next);
}

function noneLeft({ observedGeneration = 0 }: NonNullable<PodDisruptionBudget['status']>): Condition {
  return { type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', message: '', observedGeneration };
}

/** Says in the pod why it goes. */
function mark(backend: Backend, place: ObjectPlace, { dryRun, preconditions = {} }: EvictOptions): void {
  const pod = clone(existing(backend, place)) as Pod;
  const { uid, resourceVersion } = pod.metadata;
  const named = { group: '', plural: 'Pod', kind: 'Pod' };
  const differs = (what: string, wanted: string, found: string | undefined, hint: string) =>
    conflict(
      named,
      place.name,
      `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${found}). ${hint}`,
    );
  if (preconditions.uid && preconditions.uid !== uid) {
    throw differs('UID', preconditions.uid, uid, 'The object might have been deleted and then recreated');
  }
  if (preconditions.resourceVersion && preconditions.resourceVersion !== resourceVersion) {
    throw differs(
      'ResourceVersion',
      preconditions.resourceVersion,
      resourceVersion,
      'The object might have been modified',
    );
  }
  if (dryRun) return;
  const now = timestamp(backend.clock.now());
  const condition: Condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  };
  // Nobody probes this, and a server says so.
  Object.assign(condition, { lastProbeTime: null });
  pod.status = { phase: 'Pending', ...pod.status };
  pod.status.conditions = withCondition(pod.status.conditions ?? [], condition, now);
  backend.store.put(place.resource, pod);
}

/** `mark` has checked the version, and has made a new one. */
function withoutVersion({ preconditions: { uid } = {}, ...options }: EvictOptions): EvictOptions {
  return { ...options, preconditions: { ...(uid === undefined ? {} : { uid }) } };
}
