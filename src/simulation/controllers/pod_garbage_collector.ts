import type { Condition, Node, Pod } from '../../kubernetes/objects.ts';
import { timestamp } from '../../lib/timestamp.ts';
import type { ControllerDeps } from './controllers.ts';
import { ignoreGone } from './gone.ts';
import { isOver } from './pods.ts';

const everyMs = 20_000;
/** A node that is missing may only be late. */
const quarantineMs = 40_000;
/** As many pods that are over may lie about. */
const terminatedPods = 12_500;

/** Ends pods that nobody else will: those of nodes that are gone, and those that are over, when there are too many. */
export function createPodGarbageCollector({ clock, caches }: ControllerDeps): { stop(): void } {
  const pods = caches.of<Pod>('pods');
  const nodes = caches.of<Node>('nodes');
  const missingSince = new Map<string, number>();
  const stopped = new AbortController();

  async function keepCollecting(): Promise<void> {
    await Promise.all([pods.synced, nodes.synced]);
    for (;;) {
      await clock.sleep(everyMs, stopped.signal);
      await collect(pods.all());
    }
  }

  async function collect(all: readonly Pod[]): Promise<void> {
    const over = all.filter(isOver).sort(evictedThenOldestFirst);
    for (const pod of over.slice(0, Math.max(0, over.length - terminatedPods))) await end(pod);
    const deleted = all.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    for (const pod of deleted) if (!pod.spec.nodeName || isOutOfService(pod)) await end(pod);
    for (const pod of orphanedAmong(all)) await end(pod, lostNode);
  }

  function isOutOfService({ spec }: Pod): boolean {
    const node = nodes.get('', spec.nodeName ?? '');
    const isReadyNode = node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
    const taints = node?.spec?.taints ?? [];
    return !isReadyNode && taints.some(({ key }) => key === 'node.kubernetes.io/out-of-service');
  }

  function orphanedAmong(all: readonly Pod[]): Pod[] {
    const missing = new Set(all.map(({ spec }) => spec.nodeName ?? '').filter(name => name && !nodes.get('', name)));
    for (const name of missing) if (!missingSince.has(name)) missingSince.set(name, clock.now());
    for (const name of missingSince.keys()) if (!missing.has(name)) missingSince.delete(name);
    const isLong = (name: string) => clock.now() - (missingSince.get(name) ?? Number.POSITIVE_INFINITY) >= quarantineMs;
    return all.filter(({ spec }) => spec.nodeName && isLong(spec.nodeName));
  }

  async function end(pod: Pod, condition?: Condition): Promise<void> {
    if (!isOver(pod)) {
      const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== condition?.type);
      const lastTransitionTime = timestamp(clock.now());
      const conditions = condition ? [...others, { ...condition, lastTransitionTime }] : others;
      const body = { metadata: { uid: pod.metadata.uid }, status: { phase: 'Failed', conditions } };
      await pods.patch(pod, { type: 'merge', subresource: 'status', body }).catch(ignoreGone);
    }
    await pods.delete(pod, { gracePeriodSeconds: 0 }).catch(ignoreGone);
  }

  keepCollecting().catch((error: unknown) => {
    if (!stopped.signal.aborted) throw error;
  });
  return { stop: () => stopped.abort() };
}

const lostNode: Condition = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'DeletionByPodGC',
  message: 'PodGC: node no longer exists',
};

function evictedThenOldestFirst(a: Pod, b: Pod): number {
  const evicted = ({ status }: Pod) => (status?.reason === 'Evicted' ? 0 : 1);
  const [earlier = '', later = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (evicted(a) !== evicted(b)) return evicted(a) - evicted(b);
  return earlier === later ? (a.metadata.name < b.metadata.name ? -1 : 1) : earlier < later ? -1 : 1;
}
