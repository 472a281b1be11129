import type { ResourceList } from '../../kubernetes/objects.ts';
import { parseQuantity } from '../../kubernetes/quantity.ts';
import type { Clock } from '../../lib/clock.ts';
import { timestamp } from '../../lib/timestamp.ts';
import type { World } from '../programs/world.ts';
import { inOrderOfEviction, lowMessage, type Starved, storageProblem } from './eviction_rules.ts';
import { runBeside } from './node_context.ts';
import type { Pressure } from './node_status.ts';
import { type PodUsage, usageOfPod } from './node_usage.ts';
import { isRunning } from './pod_record.ts';
import type { PodWorker } from './pod_worker.ts';
import { createWake } from './wake.ts';

export interface EvictionManager {
  readonly pressures: ReadonlySet<Pressure>;
  /** Something has started: from now on there may be something to look at. */
  lookAgain(): void;
}

export interface EvictionOptions {
  clock: Clock;
  world: World;
  capacity: ResourceList;
  workers(): Iterable<PodWorker>;
  /** What others than pods take of the node. */
  occupied(): { memoryBytes: number; diskBytes: number };
  /** A pressure has come or gone. */
  onPressure(): void;
  onThreshold(starved: Starved): void;
  signal: AbortSignal;
}

const everyMs = 10_000;
const memoryThreshold = 100 * 2 ** 20;
const diskShare = 0.1;
/** A node says for at least so long that it was under pressure. */
const transitionMs = 300_000;

interface Seat {
  worker: PodWorker;
  pod: PodWorker['record']['pod'];
  usage: PodUsage;
}

/** Keeps a node from running out of memory and disk, at the cost of its pods; one at a time. */
export function startEviction(options: EvictionOptions): EvictionManager {
  const { clock, world, signal } = options;
  const capacity = (name: string) => parseQuantity(options.capacity[name] ?? '') ?? Infinity;
  const lastSeen = new Map<Pressure, number>();
  const pressures = new Set<Pressure>();
  const wake = createWake(clock, signal);

  function seats(): Seat[] {
    return [...options.workers()].flatMap(worker => {
      const { record } = worker;
      if (record.isTerminated || record.eviction || ![...record.containers.values()].some(isRunning)) return [];
      return [{ worker, pod: record.pod, usage: usageOfPod(world, record.podIP, record.pod, clock.now()) }];
    });
  }

  /** A node whose programs can't outgrow it is not watched: that costs nothing. */
  function isWorthALook(all: Seat[]): boolean {
    const { memoryBytes, diskBytes } = options.occupied();
    if (memoryBytes > 0 || diskBytes > 0 || lastSeen.size > 0) return true;
    const running = all.flatMap(({ usage }) => usage.containers.map(one => one.running));
    if (running.some(({ process }) => process.disk)) return true;
    const most = running.reduce(
      (sum, { process, memoryLimit = Infinity }) => sum + Math.min(memoryLimit, process.memoryAt(1e9)),
      0,
    );
    return most > capacity('memory') - memoryThreshold;
  }

  async function look(all: Seat[]): Promise<void> {
    const occupied = options.occupied();
    const memory = capacity('memory') - occupied.memoryBytes - sum(all, usage => usage.memoryBytes);
    const disk = capacity('ephemeral-storage') - occupied.diskBytes - sum(all, usage => usage.diskBytes);
    if (memory < 0) killGreediest(all, capacity('memory'));
    const diskThreshold = capacity('ephemeral-storage') * diskShare;
    const low = [
      ...(memory < memoryThreshold
        ? [{ starved: 'memory' as const, threshold: memoryThreshold, available: memory }]
        : []),
      ...(disk < diskThreshold
        ? [{ starved: 'ephemeral-storage' as const, threshold: diskThreshold, available: disk }]
        : []),
    ];
    note(low.map(({ starved }) => (starved === 'memory' ? 'MemoryPressure' : 'DiskPressure')));
    if (await evictForStorage(all)) return;
    const [first] = low;
    if (!first) return;
    options.onThreshold(first.starved);
    const [victim] = inOrderOfEviction(all, first.starved);
    if (victim)
      await evictForPressure(
        victim,
        lowMessage(first.starved, victim, { ...first, available: Math.max(0, first.available) }),
      );
  }

  async function evictForStorage(all: Seat[]): Promise<boolean> {
    const found = all.flatMap(seat => {
      const message = storageProblem(seat);
      return message === undefined ? [] : [{ seat, message }];
    });
    for (const { seat, message } of found) await end(seat, message, {});
    return found.length > 0;
  }

  function evictForPressure(seat: Seat, message: string): Promise<void> {
    const condition = {
      type: 'DisruptionTarget',
      status: 'True' as const,
      reason: 'TerminationByKubelet',
      message,
      lastTransitionTime: timestamp(clock.now()),
    };
    return end(seat, message, { condition });
  }

  async function end(
    { worker, pod }: Seat,
    message: string,
    more: Pick<Parameters<PodWorker['evict']>[0], 'condition'>,
  ) {
    worker.record.node.events.record(pod, { type: 'Warning', reason: 'Evicted', message });
    await worker.evict({ reason: 'Evicted', message, ...more }, 1);
  }

  function note(seen: Pressure[]): void {
    const before = [...pressures].join();
    const now = clock.now();
    for (const pressure of seen) lastSeen.set(pressure, now);
    for (const [pressure, at] of lastSeen) if (now - at > transitionMs) lastSeen.delete(pressure);
    pressures.clear();
    for (const pressure of ['MemoryPressure', 'DiskPressure'] as const)
      if (lastSeen.has(pressure)) pressures.add(pressure);
    if ([...pressures].join() !== before) options.onPressure();
  }

  async function watch(): Promise<void> {
    for (;;) {
      await wake.due();
      const all = seats();
      if (!isWorthALook(all)) continue;
      await look(all);
      wake.at(clock.now() + everyMs);
    }
  }

  runBeside(watch(), signal);
  return { pressures, lookAgain: () => wake.at(clock.now()) };
}

/** The kernel ends who takes most, as it weighs them: those without requests first. */
function killGreediest(all: readonly Seat[], capacity: number): void {
  const scored = all.flatMap(({ pod, usage }) =>
    usage.containers.map(({ running, memoryBytes }) => {
      const qos = pod.status?.qosClass;
      const adjustment = qos === 'Guaranteed' ? -997 : qos === 'Burstable' ? 500 : 1000;
      return { running, score: (1000 * memoryBytes) / capacity + adjustment };
    }),
  );
  scored.sort((a, b) => b.score - a.score)[0]?.running.outOfMemory();
}

function sum(all: readonly Seat[], of: (usage: PodUsage) => number): number {
  return all.reduce((total, { usage }) => total + of(usage), 0);
}
