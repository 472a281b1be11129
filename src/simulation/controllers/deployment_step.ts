import type { Deployment, Pod, ReplicaSet } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ApiError } from '../api/client.ts';
import type { Cache } from './cache.ts';
import { isComplete, type Observed } from './deployment_status.ts';
import type { EventRecorder } from './event_recorder.ts';
import { createTemplateReplicaSets } from './new_replicaset.ts';
import { isOver } from './pods.ts';
import { desiredWhenSized, oldestFirst, revisionOf, sizeAnnotations } from './revisions.ts';
import { type Resize, rollingStep, scaleProportionally, sizeOf } from './rollout.ts';
import { boundsOf } from './rollout_bounds.ts';

/** What a step left behind: a rollout to report on, only counts, or what the API refused. */
export type Stepped =
  | ({ kind: 'rollout' | 'plain' } & Observed)
  | { kind: 'refused'; deployment: Deployment; refusal: ApiError };

export interface StepDeps {
  replicaSets: Cache<ReplicaSet>;
  pods: Cache<Pod>;
  events: EventRecorder;
  clock: Clock;
}

/**
 * Returns the function that takes one step: what can be done at once, without waiting for pods to come or go. The next
 * step is taken when they have.
 */
export function createDeploymentStep(deps: StepDeps): (round: Observed) => Promise<Stepped> {
  const { replicaSets, pods, events } = deps;
  const { find, findOrCreate } = createTemplateReplicaSets(deps);

  async function step(round: Observed): Promise<Stepped> {
    const { deployment } = round;
    if (deployment.spec.paused || isBeingScaled(round)) return scale(await find(round));
    return deployment.spec.strategy?.type === 'Recreate' ? recreate(await find(round)) : roll(round);
  }

  async function scale(round: Observed): Promise<Stepped> {
    const { deployment, current, old } = round;
    const resized = await resizeAll(round, scaleProportionally(deployment, current, old));
    if (deployment.spec.paused) await forgetOldRevisions(resized);
    return { ...resized, kind: 'plain' };
  }

  async function roll(round: Observed): Promise<Stepped> {
    const ready = await findOrCreate(round);
    if (ready.kind === 'refused') return ready;
    const { deployment, current, old } = ready;
    const resizes = current ? rollingStep(deployment, current, old) : [];
    const resized = await resizeAll(ready, resizes);
    if (resizes.length === 0) await forgetWhenComplete(resized);
    return { ...resized, kind: 'rollout' };
  }

  async function recreate(round: Observed): Promise<Stepped> {
    const { deployment, old } = round;
    const emptied = old.filter(one => sizeOf(one) > 0).map(replicaSet => ({ replicaSet, replicas: 0 }));
    if (emptied.length > 0) return { ...(await resizeAll(round, emptied)), kind: 'rollout' };
    if (anyPodsOf(old)) return { ...round, kind: 'rollout' };
    const ready = await findOrCreate(round);
    if (ready.kind === 'refused') return ready;
    const replicas = deployment.spec.replicas ?? 1;
    const short = ready.current && sizeOf(ready.current) !== replicas ? [{ replicaSet: ready.current, replicas }] : [];
    const resized = await resizeAll(ready, short);
    await forgetWhenComplete(resized);
    return { ...resized, kind: 'rollout' };
  }

  function anyPodsOf(old: ReplicaSet[]): boolean {
    const counted = old.some(({ status }) => (status?.replicas ?? 0) > 0);
    return counted || old.some(({ metadata }) => pods.controlledBy(metadata.uid).some(pod => !isOver(pod)));
  }

  async function resizeAll(round: Observed, resizes: Resize[]): Promise<Observed> {
    const all = [...(round.current ? [round.current] : []), ...round.old];
    const next = new Map(all.map(one => [one.metadata.uid, one]));
    for (const { replicaSet, replicas } of resizes) {
      next.set(replicaSet.metadata.uid, await resize(round.deployment, replicaSet, replicas));
    }
    for (const [uid, one] of next) next.set(uid, await refreshSizing(round.deployment, one));
    const latest = (one: ReplicaSet) => next.get(one.metadata.uid) ?? one;
    return { ...round, current: round.current && latest(round.current), old: round.old.map(latest) };
  }

  async function resize(deployment: Deployment, replicaSet: ReplicaSet, replicas: number): Promise<ReplicaSet> {
    const body = { metadata: { annotations: sizing(deployment) }, spec: { replicas } };
    const resized = await replicaSets.patch(replicaSet, { type: 'merge', body });
    const before = sizeOf(replicaSet);
    const direction = replicas > before ? 'up' : 'down';
    const message = `Scaled ${direction} replica set ${replicaSet.metadata.name} from ${before} to ${replicas}`;
    events.record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message });
    return resized;
  }

  /** A size that happens to fit already was still decided for the present number of replicas. */
  async function refreshSizing(deployment: Deployment, replicaSet: ReplicaSet): Promise<ReplicaSet> {
    const isStale = desiredWhenSized(replicaSet) !== (deployment.spec.replicas ?? 1);
    if (!isStale || sizeOf(replicaSet) === 0) return replicaSet;
    return replicaSets.patch(replicaSet, { type: 'merge', body: { metadata: { annotations: sizing(deployment) } } });
  }

  async function forgetWhenComplete(round: Observed): Promise<void> {
    if (isComplete(round.deployment, round.deployment.status ?? {})) await forgetOldRevisions(round);
  }

  async function forgetOldRevisions({ deployment, old }: Observed): Promise<void> {
    const kept = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const byRevision = kept.toSorted((a, b) => revisionOf(a) - revisionOf(b) || oldestFirst(a, b));
    const surplus = Math.max(0, kept.length - (deployment.spec.revisionHistoryLimit ?? 10));
    for (const one of byRevision.slice(0, surplus)) if (isIdle(one)) await replicaSets.delete(one);
  }

  return step;
}

function isBeingScaled({ deployment, current, old }: Observed): boolean {
  const sized = [...(current ? [current] : []), ...old].filter(one => sizeOf(one) > 0).map(desiredWhenSized);
  return sized.some(desired => desired !== undefined && desired !== (deployment.spec.replicas ?? 1));
}

function isIdle({ metadata, spec, status }: ReplicaSet): boolean {
  const { replicas = 0, observedGeneration = 0 } = status ?? {};
  return replicas === 0 && spec.replicas === 0 && (metadata.generation ?? 0) <= observedGeneration;
}

function sizing(deployment: Deployment): Record<string, string> {
  const { replicas, maxSurge } = boundsOf(deployment);
  return sizeAnnotations(replicas, replicas + maxSurge);
}
