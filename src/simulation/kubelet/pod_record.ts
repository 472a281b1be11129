import type { Condition, Container, Pod, PodStatus } from '../../kubernetes/objects.ts';
import { type Backoff, createBackoff } from './backoff.ts';
import type { RunLog } from './container_log.ts';
import type { NodeContext } from './node_context.ts';
import { createPodVolumes, type PodVolumes } from './volumes.ts';

/** One run of a container, as the container runtime remembers it. */
export interface ContainerRun {
  readonly id: string;
  readonly attempt: number;
  /** As its pod named it when it started. */
  readonly image: string;
  readonly imageID: string;
  readonly uid: number;
  readonly startedAt: number;
  readonly log: RunLog;
  readonly probes: ProbeResults;
  readonly end: RunEnd | undefined;
  /** Asks it to end, and settles when it has: after so many seconds it is killed. */
  stop(graceSeconds: number): Promise<void>;
  /** Asks a probe to look at once, rather than at its next turn. */
  lookNow(): void;
}

export interface RunEnd {
  readonly exitCode: number;
  readonly reason: 'Completed' | 'Error' | 'OOMKilled' | 'StartError';
  readonly message?: string;
  readonly finishedAt: number;
}

/** What the probes of a run have come to; without an entry there is no verdict yet. */
export interface ProbeResults {
  startup?: boolean;
  readiness?: boolean;
  liveness?: boolean;
}

/** Why a container waits, as the last attempt to start it said. */
export interface StartFailure {
  reason: string;
  message: string;
  /** When another attempt makes sense, if that is known. */
  retryAt?: number;
}

export interface ContainerRecord {
  /** As the API now has it: its image may change. */
  spec: Container;
  readonly isInit: boolean;
  readonly backoff: Backoff;
  /** The latest first; a node keeps one dead run beside it. */
  runs: ContainerRun[];
  failure: StartFailure | undefined;
}

/** Why the node itself has ended the pod. */
export interface Eviction {
  reason: string;
  message: string;
  condition?: Condition;
}

/** What a node knows of one pod. */
export interface PodRecord {
  readonly node: NodeContext;
  /** As the API now has it. */
  pod: Pod;
  readonly containers: ReadonlyMap<string, ContainerRecord>;
  readonly volumes: PodVolumes;
  readonly imageBackoffs: Map<string, { backoff: Backoff; failedAt?: number; error?: string }>;
  readonly podIP: string;
  readonly startTime: number;
  sandbox: 'none' | 'ready' | 'stopped';
  /** Since when the probes' clocks tick. */
  probedSince: number | undefined;
  eviction: Eviction | undefined;
  /** A secret that it names for its images isn't there. */
  lacksPullSecrets: boolean;
  /** All is over, and cleared away. */
  isTerminated: boolean;
  /** The status that was told last. */
  told: PodStatus | undefined;
  /** Aborted when the API has forgotten the pod: nothing of it may go on. */
  readonly gone: AbortSignal;
  /** A container has started or ended: the kubelet notices in its own time. */
  onChange(): void;
  /** A probe has come to another verdict. */
  onProbe(): void;
}

export function createPodRecord(node: NodeContext, pod: Pod, podIP: string): PodRecord & { forget(): void } {
  const gone = new AbortController();
  const { initContainers = [], containers } = pod.spec;
  const recordOf = (spec: Container, isInit: boolean): [string, ContainerRecord] => [
    spec.name,
    { spec, isInit, backoff: createBackoff(), runs: [], failure: undefined },
  ];
  return {
    node,
    pod,
    containers: new Map([
      ...initContainers.map(container => recordOf(container, true)),
      ...containers.map(container => recordOf(container, false)),
    ]),
    volumes: createPodVolumes(node, pod, podIP),
    imageBackoffs: new Map(),
    podIP,
    startTime: Date.parse(pod.status?.startTime ?? '') || node.clock.now(),
    sandbox: 'none',
    probedSince: undefined,
    eviction: undefined,
    lacksPullSecrets: false,
    isTerminated: false,
    told: undefined,
    gone: gone.signal,
    onChange: () => undefined,
    onProbe: () => undefined,
    forget: () => gone.abort(),
  };
}

export function currentRun({ runs }: ContainerRecord): ContainerRun | undefined {
  return runs[0];
}

export function isRunning(record: ContainerRecord): boolean {
  const run = currentRun(record);
  return run !== undefined && run.end === undefined;
}

export function recordsOf(
  { containers }: Pick<PodRecord, 'containers'>,
  specs: readonly Container[] = [],
): ContainerRecord[] {
  return specs.flatMap(({ name }) => containers.get(name) ?? []);
}

/** `NAME_NAMESPACE(UID)`, as a kubelet names a pod in its messages. */
export function podTitle({ metadata }: Pod): string {
  return `${metadata.name}_${metadata.namespace}(${metadata.uid})`;
}
