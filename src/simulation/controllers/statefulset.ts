import type { PersistentVolumeClaim } from '../../kubernetes/kinds/storage.ts';
import type { ControllerRevision, StatefulSet } from '../../kubernetes/kinds/workloads.ts';
import type { Pod } from '../../kubernetes/objects.ts';
import { canonicalJson } from '../../lib/hash.ts';
import { ApiError } from '../api/client.ts';
import type { ControllerDeps } from './controllers.ts';
import { createEventRecorder } from './event_recorder.ts';
import { dataHash, historyOf, newRevision, sameData, templateData } from './history.ts';
import { claim, followPods } from './ownership.ts';
import { nextAvailable } from './pods.ts';
import { createQueue, keyOf, parseKey } from './queue.ts';
import { createStatefulPodControl } from './statefulset_control.ts';
import { ordinalIn, revisionOfPod, type Templates } from './statefulset_pods.ts';
import { statefulSetStatus } from './statefulset_status.ts';
import { updateStatefulSet } from './statefulset_update.ts';

const hashLabel = 'controller.kubernetes.io/hash';

/** Keeps the pods of each StatefulSet: each with its own name and claims, and in their order. */
export function createStatefulSetController({ client, clock, caches }: ControllerDeps): { stop(): void } {
  const sets = caches.of<StatefulSet>('statefulsets.apps');
  const pods = caches.of<Pod>('pods');
  const claims = caches.of<PersistentVolumeClaim>('persistentvolumeclaims');
  const revisions = caches.of<ControllerRevision>('controllerrevisions.apps');
  const events = createEventRecorder({ client, clock, component: 'statefulset-controller' });
  const control = createStatefulPodControl({ pods, claims, events });
  const ready = Promise.all([sets, pods, claims, revisions].map(({ synced }) => synced));
  const queue = createQueue(clock, reconcile, ready);
  const stops = [
    sets.follow(({ object }) => queue.add(keyOf(object.metadata))),
    followPods(pods, { owners: sets, kind: 'StatefulSet', onOwner: owner => queue.add(keyOf(owner.metadata)) }),
  ];

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const set = sets.get(namespace, name);
    if (!set) return;
    const owned = await claim(pods, set, { adopt: pod => ordinalIn(set, pod) >= 0 });
    const history = await historyOf(revisions, set);
    const { templates, collisionCount } = await templatesOf(set, history);
    const { counts, failure } = await updateStatefulSet(control, { set, templates, pods: owned, now: clock.now() });
    const status = statefulSetStatus(set, templates, counts, collisionCount);
    if (canonicalJson(status) !== canonicalJson(set.status)) {
      await sets.update({ ...set, status }, { subresource: 'status' });
    }
    await forget(set, owned, history, templates);
    if (failure) throw failure;
    const wait = nextAvailable(owned, set.spec.minReadySeconds ?? 0, clock.now());
    if (wait !== undefined) queue.addAfter(key, wait);
  }

  /** The template that its pods have, and the one that they shall have. */
  async function templatesOf(
    set: StatefulSet,
    history: ControllerRevision[],
  ): Promise<{ templates: Templates; collisionCount: number }> {
    const data = templateData(set.spec.template);
    const latest = history.at(-1);
    const same = history.findLast(revision => sameData(revision.data, data));
    const revision = (latest?.revision ?? 0) + 1;
    let collisionCount = set.status?.collisionCount ?? 0;
    let update = same;
    if (same && same !== latest) update = await revisions.patch(same, { type: 'merge', body: { revision } });
    while (!update) {
      const wanted = newRevision(set, { revision, hash: dataHash(data, collisionCount), label: hashLabel });
      update = await revisions.create(wanted).catch((error: unknown) => {
        if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error;
        collisionCount += 1;
        return undefined;
      });
    }
    const current = history.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
    return { templates: { current, update }, collisionCount };
  }

  async function forget(
    set: StatefulSet,
    owned: Pod[],
    history: ControllerRevision[],
    { current, update }: Templates,
  ): Promise<void> {
    const live = new Set([current.metadata.name, update.metadata.name, ...owned.map(revisionOfPod)]);
    const past = history.filter(({ metadata }) => !live.has(metadata.name));
    const surplus = Math.max(0, past.length - (set.spec.revisionHistoryLimit ?? 10));
    for (const revision of past.slice(0, surplus)) await revisions.delete(revision);
  }

  return {
    stop() {
      queue.stop();
      for (const stop of stops) stop();
    },
  };
}
