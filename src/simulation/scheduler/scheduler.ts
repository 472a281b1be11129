import type { Condition, Node, Pod } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { canonicalJson } from '../../lib/hash.ts';
import { timestamp } from '../../lib/timestamp.ts';
import type { ApiClient } from '../api/client.ts';
import { createEventRecorder } from '../controllers/event_recorder.ts';
import { isOver, podCondition } from '../controllers/pods.ts';
import { createQueue, keyOf, parseKey } from '../controllers/queue.ts';
import { load, type Misfit, misfits, type Seat } from './fit.ts';

/** Gives each pod a node that it fits on, and says why when there is none. */
export function createScheduler({ client, clock }: { client: ApiClient; clock: Clock }): { stop(): void } {
  const events = createEventRecorder({ client, clock, component: 'default-scheduler' });
  const queue = createQueue(clock, schedule);
  const unplaced = new Set<string>();
  const nodes = new Map<string, string>();
  const stops = [client.watch<Pod>('pods', onPod), client.watch<Node>('nodes', onNode)];

  function onPod({ type, object: pod }: { type: string; object: Pod }): void {
    const key = keyOf(pod.metadata);
    if (type === 'DELETED') unplaced.delete(key);
    if (!pod.spec.nodeName && type === 'ADDED') queue.add(key);
    const frees = type === 'DELETED' || isOver(pod);
    if (frees && pod.spec.nodeName) retryUnplaced();
  }

  /** A heartbeat is no news; a changed label, taint or capacity is. */
  function onNode({ type, object: node }: { type: string; object: Node }): void {
    const ready = node.status?.conditions?.find(condition => condition.type === 'Ready')?.status;
    const now = canonicalJson([type === 'DELETED', node.metadata.labels, node.spec, node.status?.allocatable, ready]);
    if (nodes.get(node.metadata.name) === now) return;
    nodes.set(node.metadata.name, now);
    retryUnplaced();
  }

  function retryUnplaced(): void {
    for (const key of unplaced) queue.add(key);
  }

  async function schedule(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    // From here on: what changes while we look is looked at again.
    unplaced.add(key);
    const pod = await client.get<Pod>('pods', name, namespace);
    if (!pod || pod.spec.nodeName || pod.metadata.deletionTimestamp !== undefined) {
      unplaced.delete(key);
      return;
    }
    const seats = await readSeats();
    const fitting = seats.filter(seat => misfits(pod, seat).length === 0);
    const best = fitting.toSorted((a, b) => load(pod, a) - load(pod, b) || byName(a, b))[0];
    if (best) await place(pod, best.node);
    else await refuse(pod, explain(seats.map(seat => misfits(pod, seat))));
  }

  async function readSeats(): Promise<Seat[]> {
    const { items: allNodes } = await client.list<Node>('nodes');
    const { items: pods } = await client.list<Pod>('pods');
    const running = pods.filter(pod => !isOver(pod));
    return allNodes.map(node => ({ node, pods: running.filter(pod => pod.spec.nodeName === node.metadata.name) }));
  }

  async function place(pod: Pod, node: Node): Promise<void> {
    const { namespace, name } = pod.metadata;
    await client.bind(pod, node.metadata.name);
    unplaced.delete(keyOf(pod.metadata));
    const message = `Successfully assigned ${namespace}/${name} to ${node.metadata.name}`;
    events.record(pod, { type: 'Normal', reason: 'Scheduled', message });
  }

  async function refuse(pod: Pod, message: string): Promise<void> {
    events.record(pod, { type: 'Warning', reason: 'FailedScheduling', message });
    const before = podCondition(pod, 'PodScheduled');
    if (before?.status === 'False' && before.message === message) return;
    const condition: Condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      lastTransitionTime: before?.status === 'False' ? (before.lastTransitionTime ?? '') : timestamp(clock.now()),
    };
    const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
    const { name, namespace = '' } = pod.metadata;
    const body = { status: { phase: 'Pending', conditions: [...others, condition] } };
    await client.patch<Pod>({ resource: 'pods', name, namespace }, { type: 'merge', body, subresource: 'status' });
  }

  return {
    stop() {
      queue.stop();
      for (const stop of stops) stop();
    },
  };
}

/** "0/3 nodes are available: 1 Insufficient memory, 2 node(s) were unschedulable. …", as the scheduler puts it. */
function explain(perNode: Misfit[][]): string {
  const total = perNode.length;
  if (total === 0) return 'no nodes available to schedule pods';
  const final = perNode.filter(misfitsOfNode => misfitsOfNode.some(({ final }) => final)).length;
  const preemption = tally([
    ...Array<string>(final).fill('Preemption is not helpful for scheduling'),
    ...Array<string>(total - final).fill('No preemption victims found for incoming pod'),
  ]);
  const reasons = tally(perNode.flat().map(({ reason }) => reason));
  const none = `0/${total} nodes are available`;
  return `${none}: ${reasons}. no new claims to deallocate, preemption: ${none}: ${preemption}.`;
}

function tally(reasons: string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}

function byName(a: Seat, b: Seat): number {
  return a.node.metadata.name < b.node.metadata.name ? -1 : 1;
}
