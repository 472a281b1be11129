import type { Deployment, Pod, ReplicaSet } from '../../kubernetes/objects.ts';
import { canonicalJson } from '../../lib/hash.ts';
import type { ApiClient } from '../api/client.ts';
import { countsOf, isComplete, type Progress } from './deployment_status.ts';
import type { EventRecorder } from './event_recorder.ts';
import { controllerOf } from './ownership.ts';
import { isOver } from './pods.ts';
import {
  currentAnnotations,
  desiredWhenSized,
  latestRevision,
  newReplicaSet,
  oldestFirst,
  revisionAnnotation,
  revisionOf,
  sizeAnnotations,
} from './revisions.ts';
import { newSize, type Resize, rollingStep, scaleProportionally, sizeOf } from './rollout.ts';
import { boundsOf } from './rollout_bounds.ts';

/** A deployment and its ReplicaSets, as one round of the controller sees them. */
export interface Round {
  deployment: Deployment;
  current: ReplicaSet | undefined;
  old: ReplicaSet[];
  progress: Progress;
}

/**
 * Returns the function that takes one step: what can be done at once, without waiting for pods to come or go. The next
 * step is taken when they have.
 */
export function createDeploymentStep(client: ApiClient, events: EventRecorder): (round: Round) => Promise<Round> {
  async function step(round: Round): Promise<Round> {
    const { deployment, current, old } = round;
    const replicas = deployment.spec.replicas ?? 1;
    const sized = [...(current ? [current] : []), ...old].filter(one => sizeOf(one) > 0).map(desiredWhenSized);
    if (deployment.spec.paused || sized.some(desired => desired !== undefined && desired !== replicas)) {
      return resizeAll(round, scaleProportionally(deployment, current, old));
    }
    return deployment.spec.strategy?.type === 'Recreate' ? recreate(round) : roll(round);
  }

  async function roll(round: Round): Promise<Round> {
    const ready = await withCurrent(round);
    if (ready.progress === 'created' || !ready.current) return ready;
    const resizes = rollingStep(ready.deployment, ready.current, ready.old);
    const resized = await resizeAll(ready, resizes);
    if (resizes.length === 0) await forgetOldRevisions(resized);
    return resized;
  }

  async function recreate(round: Round): Promise<Round> {
    const { deployment, old } = round;
    const emptied = old.filter(one => sizeOf(one) > 0).map(replicaSet => ({ replicaSet, replicas: 0 }));
    if (emptied.length > 0) return resizeAll(round, emptied);
    if (await anyPodsOf(old)) return round;
    const ready = await withCurrent(round);
    if (ready.progress === 'created' || !ready.current) return ready;
    const replicas = deployment.spec.replicas ?? 1;
    if (sizeOf(ready.current) !== replicas) return resizeAll(ready, [{ replicaSet: ready.current, replicas }]);
    await forgetOldRevisions(ready);
    return ready;
  }

  async function anyPodsOf(replicaSets: ReplicaSet[]): Promise<boolean> {
    const uids = new Set(replicaSets.map(one => one.metadata.uid));
    const namespace = replicaSets[0]?.metadata.namespace;
    if (namespace === undefined) return false;
    const { items } = await client.list<Pod>('pods', { namespace });
    return items.some(pod => uids.has(controllerOf(pod)?.uid) && !isOver(pod));
  }

  /** Finds the ReplicaSet for the template, an earlier one when the template is an earlier one, or creates it. */
  async function withCurrent(round: Round): Promise<Round> {
    const { deployment, current, old } = round;
    const revision = Math.max(latestRevision(old) + 1, current ? revisionOf(current) : 0);
    if (!current) return createCurrent(round, revision);
    const annotations = { ...currentAnnotations(deployment, current, revision), ...sizing(deployment) };
    const isKnown = deployment.status?.conditions?.some(one => one.type === 'Progressing');
    const updated = sameJson(annotations, current.metadata.annotations)
      ? current
      : await patchReplicaSet(current, { metadata: { annotations } });
    await writeRevision(deployment, revision);
    return { ...round, current: updated, progress: isKnown ? undefined : 'found' };
  }

  async function createCurrent(round: Round, revision: number): Promise<Round> {
    const { deployment, old } = round;
    const { replicas, maxSurge } = boundsOf(deployment);
    const size = newSize(deployment, undefined, old);
    const wanted = newReplicaSet(deployment, { replicas: size, most: replicas + maxSurge, revision });
    const current = await client.create<ReplicaSet>('replicasets.apps', wanted);
    if (size > 0) announce(deployment, current, 0, size);
    await writeRevision(deployment, revision);
    return { ...round, current, progress: 'created' };
  }

  async function resizeAll(round: Round, resizes: Resize[]): Promise<Round> {
    const all = [...(round.current ? [round.current] : []), ...round.old];
    const next = new Map(all.map(one => [one.metadata.uid, one]));
    for (const { replicaSet, replicas } of resizes) {
      next.set(replicaSet.metadata.uid, await resize(round.deployment, replicaSet, replicas));
    }
    for (const one of next.values()) await refreshSizing(round.deployment, one);
    const latest = (one: ReplicaSet) => next.get(one.metadata.uid) ?? one;
    return { ...round, current: round.current && latest(round.current), old: round.old.map(latest) };
  }

  async function resize(deployment: Deployment, replicaSet: ReplicaSet, replicas: number): Promise<ReplicaSet> {
    const body = { metadata: { annotations: sizing(deployment) }, spec: { replicas } };
    const resized = await patchReplicaSet(replicaSet, body);
    announce(deployment, replicaSet, sizeOf(replicaSet), replicas);
    return resized;
  }

  /** A size that happens to fit already was still decided for the present number of replicas. */
  async function refreshSizing(deployment: Deployment, replicaSet: ReplicaSet): Promise<void> {
    const isStale = desiredWhenSized(replicaSet) !== (deployment.spec.replicas ?? 1);
    if (isStale && sizeOf(replicaSet) > 0)
      await patchReplicaSet(replicaSet, { metadata: { annotations: sizing(deployment) } });
  }

  function patchReplicaSet({ metadata: { name, namespace = '' } }: ReplicaSet, body: object): Promise<ReplicaSet> {
    return client.patch<ReplicaSet>({ resource: 'replicasets.apps', name, namespace }, { type: 'merge', body });
  }

  function announce(deployment: Deployment, replicaSet: ReplicaSet, from: number, to: number): void {
    const direction = to > from ? 'up' : 'down';
    const message = `Scaled ${direction} replica set ${replicaSet.metadata.name} from ${from} to ${to}`;
    events.record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message });
  }

  async function writeRevision({ metadata }: Deployment, revision: number): Promise<void> {
    if (metadata.annotations?.[revisionAnnotation] === String(revision)) return;
    const { name, namespace = '' } = metadata;
    const body = { metadata: { annotations: { [revisionAnnotation]: String(revision) } } };
    await client.patch({ resource: 'deployments.apps', name, namespace }, { type: 'merge', body });
  }

  async function forgetOldRevisions({ deployment, current, old }: Round): Promise<void> {
    if (!isComplete(deployment, countsOf([...old, ...(current ? [current] : [])], current))) return;
    const idle = old.filter(one => sizeOf(one) === 0 && (one.status?.replicas ?? 0) === 0);
    const byRevision = idle.toSorted((a, b) => revisionOf(a) - revisionOf(b) || oldestFirst(a, b));
    const surplus = Math.max(0, idle.length - (deployment.spec.revisionHistoryLimit ?? 10));
    for (const { metadata } of byRevision.slice(0, surplus)) {
      const { name, namespace = '' } = metadata;
      await client.delete({ resource: 'replicasets.apps', name, namespace });
    }
  }

  return step;
}

function sizing(deployment: Deployment): Record<string, string> {
  const { replicas, maxSurge } = boundsOf(deployment);
  return sizeAnnotations(replicas, replicas + maxSurge);
}

function sameJson(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
