import { withCondition } from '../../../kubernetes/kinds/conditions.ts';
import type { Node, Pod } from '../../../kubernetes/objects.ts';
import { canonicalJson } from '../../../lib/hash.ts';
import { timestamp } from '../../../lib/timestamp.ts';
import type { ControllerDeps } from '../controllers.ts';
import { createEventRecorder } from '../event_recorder.ts';
import { ignoreGone } from '../gone.ts';
import { createQueue, keyOf, parseKey } from '../queue.ts';
import { taintsOf, toleranceMs } from './taints.ts';

/** Deletes the pods that don't tolerate, or don't tolerate any longer, what their node is tainted with. */
export function createTaintEviction({ client, clock, caches }: ControllerDeps): { stop(): void } {
  const events = createEventRecorder({ client, clock, component: 'taint-eviction-controller' });
  const nodes = caches.of<Node>('nodes');
  const pods = caches.of<Pod>('pods');
  const deletions = new Map<string, { begun: number; due: number }>();
  const queue = createQueue(clock, reconcile, Promise.all([nodes.synced, pods.synced]));
  const stops = [
    nodes.follow(({ object, before }) => {
      const taints = evicting(object);
      if (before ? canonicalJson(evicting(before)) === canonicalJson(taints) : taints.length === 0) return;
      for (const { metadata, spec } of pods.all()) {
        if (spec.nodeName === object.metadata.name) queue.add(keyOf(metadata));
      }
    }),
    pods.follow(({ type, object, before }) => {
      const key = keyOf(object.metadata);
      if (type === 'DELETED') deletions.delete(key);
      else if (isNews(object, before) && isTainted(object)) queue.add(key);
    }),
  ];

  function isTainted({ spec }: Pod): boolean {
    const node = nodes.get('', spec.nodeName ?? '');
    return node !== undefined && evicting(node).length > 0;
  }

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const pod = pods.get(namespace, name);
    const node = pod && nodes.get('', pod.spec.nodeName ?? '');
    if (!pod || !node) return void deletions.delete(key);
    const taints = evicting(node);
    const tolerance = taints.length === 0 ? Infinity : toleranceMs(pod, taints);
    if (tolerance === Infinity) return cancel(key, pod);
    const planned = deletions.get(key);
    if (tolerance === 0 || (planned && planned.due <= clock.now())) {
      deletions.delete(key);
      return evict(pod);
    }
    const begun = planned?.begun ?? clock.now();
    const due = planned && begun < clock.now() ? planned.due : clock.now() + tolerance;
    deletions.set(key, { begun, due });
    queue.addAfter(key, due - clock.now());
  }

  function cancel(key: string, pod: Pod): void {
    if (deletions.delete(key)) tell(pod, `Cancelling deletion of Pod ${key}`);
  }

  async function evict(pod: Pod): Promise<void> {
    if (pod.metadata.deletionTimestamp !== undefined) return;
    tell(pod, `Marking for deletion Pod ${keyOf(pod.metadata)}`);
    const target = {
      type: 'DisruptionTarget',
      status: 'True' as const,
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
      ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    };
    const conditions = withCondition(pod.status?.conditions ?? [], target, timestamp(clock.now()));
    const { resourceVersion: _, ...metadata } = pod.metadata;
    const status = { phase: 'Unknown' as const, ...pod.status, conditions };
    await pods.update({ ...pod, metadata, status }, { subresource: 'status' }).catch(ignoreGone);
    await pods.delete(pod).catch(ignoreGone);
  }

  function tell({ apiVersion, kind, metadata: { name, namespace = '' } }: Pod, message: string): void {
    const about = { apiVersion, kind, metadata: { name, namespace } };
    events.record(about, { type: 'Normal', reason: 'TaintManagerEviction', message });
  }

  return {
    stop() {
      queue.stop();
      for (const stop of stops) stop();
    },
  };
}

function evicting(node: Node) {
  return taintsOf(node).filter(({ effect }) => effect === 'NoExecute');
}

function isNews(pod: Pod, before: Pod | undefined): boolean {
  if (!before || before.spec.nodeName !== pod.spec.nodeName) return true;
  return canonicalJson(before.spec.tolerations) !== canonicalJson(pod.spec.tolerations);
}
