import { amountsOf, sumOf, textsOf } from '../../kubernetes/kinds/amount.ts';
import type { Condition, ContainerStatus, Pod, PodStatus, ResourceList } from '../../kubernetes/objects.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { containerStatuses } from './container_status.ts';
import { podConditions } from './pod_conditions.ts';
import { phaseOf } from './pod_phase.ts';
import { isRunning, type PodRecord } from './pod_record.ts';

/** The conditions that are a kubelet's to set, and to take away. */
export const kubeletConditions: ReadonlySet<string> = new Set([
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
]);

/** What a pod has come to, and what may be told of it by now. */
export interface PodVerdict {
  /** The phase that follows from its containers; what is told waits until none of them runs. */
  phase: PodStatus['phase'];
  status: PodStatus;
}

export function verdictOn(record: PodRecord): PodVerdict {
  const { pod, node, eviction, told } = record;
  const before = told ?? pod.status;
  const init = containerStatuses(record, 'init');
  const main = containerStatuses(record, 'main');
  const phase = phaseNow(record, init, main);
  const isHeldBack = isOver(phase) && !isOver(before?.phase ?? 'Pending') && mayStillRun(record);
  const shown = isHeldBack ? (before?.phase ?? 'Pending') : phase;
  const sandboxReady = record.sandbox === 'ready';
  const others = (pod.status?.conditions ?? []).filter(({ type }) => !kubeletConditions.has(type));
  const mine = podConditions({ pod, phase, sandboxReady, init, main, before: before?.conditions ?? [] });
  const disruption = eviction?.condition && !isHeldBack && isOver(phase) ? [eviction.condition] : [];
  const { reason, message } = isHeldBack || !isOver(phase) ? (before ?? {}) : (eviction ?? before ?? {});
  return {
    phase,
    status: {
      phase: shown,
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
      conditions: [
        ...others.filter(({ type }) => !disruption.some(one => one.type === type)),
        ...disruption,
        ...mine,
      ].map(condition => dated(condition, before?.conditions, pod, timestamp(node.clock.now()))),
      ...addresses(record),
      startTime: timestamp(record.startTime),
      ...(init.length > 0 ? { initContainerStatuses: init } : {}),
      containerStatuses: main,
      ...generationOf(pod),
      ...resourcesOf(pod),
    },
  };
}

export function isOver(phase: PodStatus['phase']): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

function phaseNow(record: PodRecord, init: ContainerStatus[], main: ContainerStatus[]): PodStatus['phase'] {
  const { pod, told, eviction, isTerminated } = record;
  const before = told?.phase ?? pod.status?.phase ?? 'Pending';
  if (isOver(before)) return before;
  if (eviction) return 'Failed';
  const wasInitialized = (told?.conditions ?? []).some(
    ({ type, status }) => type === 'Initialized' && status === 'True',
  );
  const phase = phaseOf({ spec: pod.spec, init, main, isTerminal: isTerminated, wasInitialized });
  return isTerminated && !isOver(phase) ? 'Failed' : phase;
}

function mayStillRun(record: PodRecord): boolean {
  return !record.isTerminated && (record.sandbox === 'ready' || [...record.containers.values()].some(isRunning));
}

function addresses({ node, pod, podIP, sandbox, told }: PodRecord): Partial<PodStatus> {
  const { hostIP } = node;
  const ip = pod.spec.hostNetwork ? hostIP : sandbox === 'none' ? undefined : podIP;
  const known = ip ?? told?.podIP;
  return {
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(known === undefined ? {} : { podIP: known, podIPs: [{ ip: known }] }),
  };
}

function dated(condition: Condition, before: Condition[] | undefined, pod: Pod, now: string): Condition {
  const last = before?.find(({ type }) => type === condition.type);
  const { generation } = pod.metadata;
  const same = last?.status === condition.status;
  return {
    ...condition,
    ...(generation === undefined || !kubeletConditions.has(condition.type) ? {} : { observedGeneration: generation }),
    lastTransitionTime: (same ? last.lastTransitionTime : undefined) ?? condition.lastTransitionTime ?? now,
  };
}

function generationOf({ metadata }: Pod): Partial<PodStatus> {
  return metadata.generation === undefined ? {} : { observedGeneration: metadata.generation };
}

/** A kubelet adds up what the containers ask for, where they do. */
function resourcesOf({ spec }: Pod): Partial<PodStatus> {
  const requests = sumOfAll(spec.containers.map(({ resources }) => resources?.requests));
  const limits = sumOfAll(spec.containers.map(({ resources }) => resources?.limits));
  return {
    ...(requests ? { allocatedResources: requests } : {}),
    resources: { ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) },
  };
}

function sumOfAll(lists: (ResourceList | undefined)[]): ResourceList | undefined {
  const sum = textsOf(lists.map(amountsOf).reduce((a, b) => sumOf(a, b), {}));
  return Object.keys(sum).length === 0 ? undefined : sum;
}
