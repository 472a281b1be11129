import type { Condition, Pod, ReplicaSet } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { canonicalJson } from '../../lib/hash.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { type ApiClient, ApiError } from '../api/client.ts';
import { withoutZeros } from './deployment_status.ts';
import { createEventRecorder } from './event_recorder.ts';
import { claim, controllerOf, controllerReference } from './ownership.ts';
import { byDeletionOrder } from './pod_ranking.ts';
import { isActive, isReady, readySince } from './pods.ts';
import { createQueue, keyOf, parseKey } from './queue.ts';

/** Keeps as many pods as each ReplicaSet wants. */
export function createReplicaSetController({ client, clock }: { client: ApiClient; clock: Clock }): { stop(): void } {
  const events = createEventRecorder({ client, clock, component: 'replicaset-controller' });
  const queue = createQueue(clock, reconcile);
  const stops = [
    client.watch<ReplicaSet>('replicasets.apps', ({ object }) => queue.add(keyOf(object.metadata))),
    client.watch<Pod>('pods', ({ object }) => enqueueOwner(object)),
  ];

  function enqueueOwner(pod: Pod): void {
    const owner = controllerOf(pod);
    const { namespace = '' } = pod.metadata;
    if (owner?.kind === 'ReplicaSet') queue.add(keyOf({ namespace, name: owner.name }));
    else if (!owner) void enqueueNamespace(namespace);
  }

  /** A pod that nobody controls may be somebody's to take in. */
  async function enqueueNamespace(namespace: string): Promise<void> {
    const { items } = await client.list<ReplicaSet>('replicasets.apps', { namespace });
    for (const { metadata } of items) queue.add(keyOf(metadata));
  }

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const replicaSet = await client.get<ReplicaSet>('replicasets.apps', name, namespace);
    if (!replicaSet) return;
    const listed = await client.list<Pod>('pods', { namespace });
    const owned = await claim(client, 'pods', replicaSet, listed.items);
    const active = owned.filter(isActive);
    let failure: ApiError | undefined;
    if (replicaSet.metadata.deletionTimestamp === undefined) failure = await scale(replicaSet, active);
    await writeStatus(replicaSet, active, failure);
    recheckWhenAvailable(key, replicaSet, active);
    if (failure) throw failure;
  }

  /** Returns what the API said when it refused a pod. */
  async function scale(replicaSet: ReplicaSet, active: Pod[]): Promise<ApiError | undefined> {
    const missing = (replicaSet.spec.replicas ?? 1) - active.length;
    for (let i = 0; i < missing; i++) {
      const failure = await createPod(replicaSet);
      if (failure) return failure;
    }
    const surplus = missing < 0 ? active.toSorted(byDeletionOrder(active)).slice(0, -missing) : [];
    for (const pod of surplus) await deletePod(replicaSet, pod);
    return undefined;
  }

  async function createPod(replicaSet: ReplicaSet): Promise<ApiError | undefined> {
    const { name, namespace } = replicaSet.metadata;
    const { metadata = {}, spec } = replicaSet.spec.template;
    try {
      const pod = await client.create<Pod>('pods', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          ...structuredClone(metadata),
          generateName: `${name}-`,
          ...(namespace === undefined ? {} : { namespace }),
          ownerReferences: [controllerReference(replicaSet)],
        },
        spec: structuredClone(spec),
      });
      const message = `Created pod: ${pod.metadata.name}`;
      events.record(replicaSet, { type: 'Normal', reason: 'SuccessfulCreate', message });
      return undefined;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const message = `Error creating: ${error.message}`;
      events.record(replicaSet, { type: 'Warning', reason: 'FailedCreate', message });
      return error;
    }
  }

  async function deletePod(replicaSet: ReplicaSet, pod: Pod): Promise<void> {
    const { name, namespace, uid } = pod.metadata;
    try {
      await client.delete(
        { resource: 'pods', name, ...(namespace === undefined ? {} : { namespace }) },
        { preconditions: { ...(uid === undefined ? {} : { uid }) } },
      );
    } catch (error) {
      if (error instanceof ApiError && (error.code === 404 || error.code === 409)) return;
      throw error;
    }
    events.record(replicaSet, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${name}` });
  }

  async function writeStatus(replicaSet: ReplicaSet, active: Pod[], failure: ApiError | undefined): Promise<void> {
    const status = statusOf(replicaSet, active, clock.now(), failure);
    if (canonicalJson(status) === canonicalJson(replicaSet.status)) return;
    await client.update<ReplicaSet>('replicasets.apps', { ...replicaSet, status }, { subresource: 'status' });
  }

  function recheckWhenAvailable(key: string, replicaSet: ReplicaSet, active: Pod[]): void {
    const wait = (replicaSet.spec.minReadySeconds ?? 0) * 1000;
    const due = active.filter(isReady).map(pod => readySince(pod) + wait - clock.now());
    const next = Math.min(...due.filter(ms => ms > 0));
    if (Number.isFinite(next)) queue.addAfter(key, next);
  }

  return {
    stop() {
      queue.stop();
      for (const stop of stops) stop();
    },
  };
}

function statusOf(replicaSet: ReplicaSet, active: Pod[], now: number, failure: ApiError | undefined) {
  const wait = (replicaSet.spec.minReadySeconds ?? 0) * 1000;
  const ready = active.filter(isReady);
  const templateLabels = Object.entries(replicaSet.spec.template.metadata?.labels ?? {});
  const conditions = failureConditions(replicaSet, now, failure);
  return {
    replicas: active.length,
    ...withoutZeros({
      fullyLabeledReplicas: active.filter(({ metadata }) =>
        templateLabels.every(([key, value]) => metadata.labels?.[key] === value),
      ).length,
      readyReplicas: ready.length,
      availableReplicas: ready.filter(pod => readySince(pod) + wait <= now).length,
    }),
    observedGeneration: replicaSet.metadata.generation ?? 1,
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

function failureConditions(replicaSet: ReplicaSet, now: number, failure: ApiError | undefined): Condition[] {
  if (!failure) return [];
  const before = replicaSet.status?.conditions?.find(condition => condition.type === 'ReplicaFailure');
  const lastTransitionTime = before?.lastTransitionTime ?? timestamp(now);
  return [
    { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: failure.message, lastTransitionTime },
  ];
}
