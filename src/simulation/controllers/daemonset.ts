import type { ControllerRevision, DaemonSet } from '../../kubernetes/kinds/workloads.ts';
import type { Node, Pod } from '../../kubernetes/objects.ts';
import { canonicalJson } from '../../lib/hash.ts';
import type { ApiError } from '../api/client.ts';
import type { ControllerDeps } from './controllers.ts';
import { createDaemonHistory } from './daemonset_history.ts';
import { createPlacements, daemonTemplate, pinnedTo, placeOn } from './daemonset_nodes.ts';
import { byNode, type DaemonPlan, type DaemonRound, planForNode } from './daemonset_plan.ts';
import { planRollout } from './daemonset_rollout.ts';
import { daemonSetStatus } from './daemonset_status.ts';
import { createEventRecorder } from './event_recorder.ts';
import { createFailureBackoff } from './failure_backoff.ts';
import { claim, followPods } from './ownership.ts';
import { createPodControl, inGrowingBatches, isNamespaceEnding } from './pod_control.ts';
import { nextAvailable } from './pods.ts';
import { createQueue, keyOf, parseKey } from './queue.ts';

/** As many pods as one round makes or ends at most. */
const burst = 250;

/** Keeps one pod of each DaemonSet on every node that it is for. */
export function createDaemonSetController({ client, clock, caches }: ControllerDeps): { stop(): void } {
  const sets = caches.of<DaemonSet>('daemonsets.apps');
  const pods = caches.of<Pod>('pods');
  const nodes = caches.of<Node>('nodes');
  const revisions = caches.of<ControllerRevision>('controllerrevisions.apps');
  const events = createEventRecorder({ client, clock, component: 'daemonset-controller' });
  const control = createPodControl(pods, events);
  const history = createDaemonHistory(revisions, sets);
  const backoff = createFailureBackoff(clock);
  const placeFor = createPlacements();
  const ready = Promise.all([sets, pods, nodes, revisions].map(({ synced }) => synced));
  const queue = createQueue(clock, reconcile, ready);
  const stops = [
    sets.follow(({ object }) => queue.add(keyOf(object.metadata))),
    nodes.follow(({ type, object, before }) => {
      const known = type === 'MODIFIED' ? before : undefined;
      for (const set of sets.all()) if (matters(set, object, known)) queue.add(keyOf(set.metadata));
    }),
    followPods(pods, { owners: sets, kind: 'DaemonSet', onOwner: owner => queue.add(keyOf(owner.metadata)) }),
  ];

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const set = sets.get(namespace, name);
    if (!set || set.metadata.deletionTimestamp !== undefined) return;
    const { hash, old } = await history.construct(set);
    const look = async (): Promise<DaemonRound & { owned: Pod[] }> => {
      const owned = await claim(pods, set);
      const place = (node: Node) => placeFor(set, node);
      return { set, nodes: nodes.all(), podsOn: byNode(owned), owned, hash, now: clock.now(), place };
    };
    const failure = await manage(key, await look());
    const isRolling = set.spec.updateStrategy?.type === 'RollingUpdate';
    const refused = failure ?? (isRolling ? await apply(set, planRollout(await look()), hash) : undefined);
    const after = await look();
    if (!refused) await history.forget(set, old, after.owned);
    await writeStatus(after);
    if (refused) throw refused;
    const wait = nextAvailable(after.owned, set.spec.minReadySeconds ?? 0, clock.now());
    if (wait !== undefined) queue.addAfter(key, wait);
  }

  async function manage(key: string, round: DaemonRound): Promise<ApiError | undefined> {
    const plans = round.nodes.map(node => planForNode(round, node, pod => mayRestart(key, round.set, node, pod)));
    const known = new Set(round.nodes.map(({ metadata }) => metadata.name));
    // The node of a pod that waits for it is gone: nobody else will end that pod.
    const lost = [...round.podsOn].filter(([node]) => !known.has(node)).flatMap(([, on]) => on);
    const waiting = lost.filter(({ spec, metadata }) => !spec.nodeName && metadata.deletionTimestamp === undefined);
    const create = plans.flatMap(plan => plan.create);
    return apply(round.set, { create, remove: [...plans.flatMap(plan => plan.remove), ...waiting] }, round.hash);
  }

  /** A daemon that is over is made anew, with a pause that grows where it failed. */
  function mayRestart(key: string, set: DaemonSet, node: Node, pod: Pod): boolean {
    const { namespace = '', name } = pod.metadata;
    const where = `${namespace}/${name} on node ${node.metadata.name}`;
    if (pod.status?.phase === 'Succeeded') {
      const message = `Found succeeded daemon pod ${where}, will try to delete it`;
      events.record(set, { type: 'Normal', reason: 'SucceededDaemonPod', message });
      return true;
    }
    const left = backoff.start(`${set.metadata.uid}/${set.status?.observedGeneration ?? 0}/${node.metadata.name}`);
    if (left > 0) {
      queue.addAfter(key, left);
      return false;
    }
    const message = `Found failed daemon pod ${where}, will try to kill it`;
    events.record(set, { type: 'Warning', reason: 'FailedDaemonPod', message });
    return true;
  }

  async function apply(set: DaemonSet, { create, remove }: DaemonPlan, hash: string): Promise<ApiError | undefined> {
    const template = daemonTemplate(set, hash);
    const refused = await inGrowingBatches(Math.min(create.length, burst), index =>
      control.create(set, pinnedTo(template, create[index] ?? '')),
    );
    for (const pod of remove.slice(0, burst)) await control.delete(set, pod);
    return refused && isNamespaceEnding(refused) ? undefined : refused;
  }

  async function writeStatus(round: DaemonRound): Promise<void> {
    const latest = sets.byUid(round.set.metadata.uid ?? '');
    const status = daemonSetStatus(round);
    if (!latest || canonicalJson(status) === canonicalJson(latest.status)) return;
    await sets.update({ ...latest, status }, { subresource: 'status' });
  }

  return {
    stop() {
      queue.stop();
      for (const stop of stops) stop();
    },
  };
}

/** The node's new state has another consequence for the set than the one before. */
function matters(set: DaemonSet, node: Node, before: Node | undefined): boolean {
  return before === undefined || canonicalJson(placeOn(set, node)) !== canonicalJson(placeOn(set, before));
}
