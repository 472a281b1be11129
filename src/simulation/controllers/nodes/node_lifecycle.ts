import type { Lease } from '../../../kubernetes/kinds/policy.ts';
import type { Node, Pod } from '../../../kubernetes/objects.ts';
import { canonicalJson } from '../../../lib/hash.ts';
import { timestamp } from '../../../lib/timestamp.ts';
import type { ControllerDeps } from '../controllers.ts';
import { createEventRecorder } from '../event_recorder.ts';
import { ignoreGone } from '../gone.ts';
import { createQueue } from '../queue.ts';
import { createNodeHealth, unknownConditions } from './node_health.ts';
import {
  evictingTaint,
  hasEvicting,
  notReady,
  readinessOf,
  scheduleTaints,
  taintsOf,
  unreachable,
  withEvicting,
} from './taints.ts';
import { createZones, isAllDown } from './zones.ts';

/** A node is looked at this often after the moment when it should have been heard of. */
const monitorMs = 5000;
const laggingLabels = { 'kubernetes.io/os': 'beta.kubernetes.io/os', 'kubernetes.io/arch': 'beta.kubernetes.io/arch' };

/** Notices nodes that nobody hears of any more, and says by taints what that means for pods. */
export function createNodeLifecycle({ client, clock, caches }: ControllerDeps): { stop(): void } {
  const events = createEventRecorder({ client, clock, component: 'node-controller' });
  const nodes = caches.of<Node>('nodes');
  const leases = caches.of<Lease>('leases.coordination.k8s.io');
  const pods = caches.of<Pod>('pods');
  const now = () => clock.now();
  const health = createNodeHealth(now);
  const zones = createZones(now);
  const seenReady = new Map<string, boolean>();
  const queue = createQueue(clock, reconcile, Promise.all([nodes.synced, leases.synced, pods.synced]));
  let allWereDown = true;
  const stops = [
    leases.follow(({ type, object }) => {
      if (type !== 'DELETED' && object.metadata.namespace === 'kube-node-lease') health.renewed(object);
    }),
    nodes.follow(({ type, object }) => {
      if (type === 'ADDED') tell(object, 'RegisteredNode', `Registered Node ${object.metadata.name} in Controller`);
      if (type === 'DELETED') forget(object);
      else queue.add(object.metadata.name);
    }),
  ];

  function forget(node: Node): void {
    const { name } = node.metadata;
    tell(node, 'RemovingNode', `Removing Node ${name} from Controller`);
    health.forget(name);
    seenReady.delete(name);
  }

  async function reconcile(name: string): Promise<void> {
    const node = nodes.get('', name);
    if (!node) return;
    const until = health.aliveUntil(node);
    const isSilent = now() > until;
    const current = isSilent ? await markUnknown(node) : node;
    if (!isSilent) queue.addAfter(name, until - now() + monitorMs);
    await noticeLoss(current);
    await noticeDisruption();
    await keepTaints(nodes.get('', name) ?? current);
  }

  async function markUnknown(node: Node): Promise<Node> {
    const conditions = unknownConditions(node, timestamp(now()));
    if (readinessOf(node) === 'Unknown') return node;
    return nodes.update({ ...node, status: { ...node.status, conditions } }, { subresource: 'status' });
  }

  /** What ran on a node that is lost can't be said to be ready. */
  async function noticeLoss(node: Node): Promise<void> {
    const { name } = node.metadata;
    const isReady = readinessOf(node) === 'True';
    const wasReady = seenReady.get(name) ?? isReady;
    seenReady.set(name, isReady);
    if (isReady || !wasReady) return;
    const message = `Node ${name} status is now: NodeNotReady`;
    events.record(node, { type: 'Normal', reason: 'NodeNotReady', message });
    for (const pod of pods.all().filter(({ spec }) => spec.nodeName === name)) await markNotReady(pod);
  }

  async function markNotReady(pod: Pod): Promise<void> {
    const conditions = pod.status?.conditions ?? [];
    if (!conditions.some(({ type, status }) => type === 'Ready' && status === 'True')) return;
    const time = timestamp(now());
    const next = conditions.map(condition =>
      condition.type === 'Ready' ? { ...condition, status: 'False' as const, lastTransitionTime: time } : condition,
    );
    const { resourceVersion: _, ...metadata } = pod.metadata;
    const status = { phase: 'Unknown' as const, ...pod.status, conditions: next };
    await pods.update({ ...pod, metadata, status }, { subresource: 'status' }).catch(ignoreGone);
    events.record(pod, { type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' });
  }

  async function noticeDisruption(): Promise<void> {
    const allAreDown = isAllDown(nodes.all());
    if (allAreDown === allWereDown) return;
    allWereDown = allAreDown;
    if (!allAreDown) return health.restart();
    for (const node of nodes.all()) await setTaints(node, withEvicting(taintsOf(node), undefined, ''));
  }

  async function keepTaints(node: Node): Promise<void> {
    const time = timestamp(now());
    const wanted = evictingTaint(node);
    const scheduling = scheduleTaints(node, time);
    const isMarked = hasEvicting(node, notReady) || hasEvicting(node, unreachable);
    const wait = wanted === undefined || isMarked ? 0 : zones.wait(node, nodes.all());
    const changes = wanted !== undefined && !isMarked && wait === 0;
    if (changes) zones.took(node);
    const taints = wait === 0 ? withEvicting(scheduling, wanted, time) : scheduling;
    const next = await setTaints(node, taints);
    await keepLabels(next);
    if (wait > 0) queue.addAfter(node.metadata.name, Math.min(wait, 60_000));
  }

  async function setTaints(node: Node, taints: readonly { key: string; effect: string }[]): Promise<Node> {
    if (canonicalJson(taints) === canonicalJson(taintsOf(node))) return node;
    const { taints: _, ...spec } = node.spec ?? {};
    return nodes.update({ ...node, spec: { ...spec, ...(taints.length > 0 ? { taints: [...taints] } : {}) } });
  }

  async function keepLabels(node: Node): Promise<void> {
    const { labels = {} } = node.metadata;
    const lagging = Object.entries(laggingLabels).filter(
      ([key, old]) => labels[key] !== undefined && labels[key] !== labels[old],
    );
    if (lagging.length === 0) return;
    const more = Object.fromEntries(lagging.map(([key, old]) => [old, labels[key] ?? '']));
    await nodes.update({ ...node, metadata: { ...node.metadata, labels: { ...labels, ...more } } });
  }

  function tell(node: Node, reason: string, what: string): void {
    events.record(node, { type: 'Normal', reason, message: `Node ${node.metadata.name} event: ${what}` });
  }

  return {
    stop() {
      queue.stop();
      for (const stop of stops) stop();
    },
  };
}
