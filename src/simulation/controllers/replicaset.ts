import type { Pod, ReplicaSet } from '../../kubernetes/objects.ts';
import { canonicalJson } from '../../lib/hash.ts';
import type { ApiError } from '../api/client.ts';
import type { ControllerDeps } from './controllers.ts';
import { createEventRecorder } from './event_recorder.ts';
import { claim, controllerOf, followPods } from './ownership.ts';
import { createPodControl, inGrowingBatches, isNamespaceEnding } from './pod_control.ts';
import { byDeletionOrder } from './pod_ranking.ts';
import { isActive, isOver, nextAvailable } from './pods.ts';
import { createQueue, keyOf, parseKey } from './queue.ts';
import { replicaSetStatus } from './replicaset_status.ts';

/** As many pods as one round makes or ends at most. */
const burst = 500;

/** Keeps as many pods as each ReplicaSet wants. */
export function createReplicaSetController({ client, clock, caches }: ControllerDeps): { stop(): void } {
  const replicaSets = caches.of<ReplicaSet>('replicasets.apps');
  const pods = caches.of<Pod>('pods');
  const events = createEventRecorder({ client, clock, component: 'replicaset-controller' });
  const control = createPodControl(pods, events);
  const queue = createQueue(clock, reconcile, Promise.all([replicaSets.synced, pods.synced]));
  const stops = [
    replicaSets.follow(({ object }) => queue.add(keyOf(object.metadata))),
    followPods(pods, { owners: replicaSets, kind: 'ReplicaSet', onOwner: owner => queue.add(keyOf(owner.metadata)) }),
  ];

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const replicaSet = replicaSets.get(namespace, name);
    if (!replicaSet) return;
    const owned = await claim(pods, replicaSet, { adopt: isActive });
    const active = owned.filter(isActive);
    const failure = replicaSet.metadata.deletionTimestamp === undefined ? await scale(replicaSet, active) : undefined;
    const terminating = owned.filter(pod => pod.metadata.deletionTimestamp !== undefined && !isOver(pod)).length;
    const status = replicaSetStatus(replicaSet, { active, terminating, failure, now: clock.now() });
    if (canonicalJson(status) !== canonicalJson(replicaSet.status)) {
      await replicaSets.update({ ...replicaSet, status }, { subresource: 'status' });
    }
    if (failure) throw failure;
    const wait = nextAvailable(active, replicaSet.spec.minReadySeconds ?? 0, clock.now());
    if (wait !== undefined) queue.addAfter(key, wait);
  }

  /** Returns what the API said when it refused. */
  async function scale(replicaSet: ReplicaSet, active: Pod[]): Promise<ApiError | undefined> {
    const missing = (replicaSet.spec.replicas ?? 1) - active.length;
    if (missing > 0) {
      const { template } = replicaSet.spec;
      const failure = await inGrowingBatches(Math.min(missing, burst), () => control.create(replicaSet, template));
      return failure && isNamespaceEnding(failure) ? undefined : failure;
    }
    const order = byDeletionOrder(relatedTo(replicaSet), clock.now());
    const surplus = active.toSorted(order).slice(0, Math.min(-missing, burst));
    return inGrowingBatches(surplus.length, index => control.delete(replicaSet, surplus[index]!));
  }

  /** The pods of all that have the same owner, which are of the same application. */
  function relatedTo(replicaSet: ReplicaSet): Pod[] {
    const owner = controllerOf(replicaSet);
    const siblings = owner ? replicaSets.controlledBy(owner.uid) : [replicaSet];
    return siblings.flatMap(({ metadata }) => pods.controlledBy(metadata.uid));
  }

  return {
    stop() {
      queue.stop();
      for (const stop of stops) stop();
    },
  };
}
