import type { Pod } from '../../../kubernetes/objects.ts';
import { podCondition } from '../pods.ts';
import type { PodUsage } from './pod_usage.ts';
import { milliOf } from './quantities.ts';

/** How much a ratio may differ from one before anything is done. */
export interface Tolerances {
  up: number;
  down: number;
}

export interface CountInputs {
  pods: readonly Pod[];
  usage: ReadonlyMap<string, PodUsage>;
  resource: string;
  container?: string;
  target: { utilization: number } | { value: number };
  tolerances: Tolerances;
  replicas: number;
  now: number;
}

export interface Count {
  replicas: number;
  /** Per cent of what the pods request; only where that is the target. */
  utilization?: number;
  /** The average, in thousandths. */
  value: number;
}

/** For so long after its start a pod's CPU counts only while the pod is ready. */
const initialisationMs = 300_000;
/** A pod that became unready this soon after its start has never been ready. */
const firstReadinessMs = 30_000;

type Measured = { ratio: number; value: number; utilization?: number };

/** How many replicas would bring the pods' average to its target. Pods that can't be judged count against a change. */
export function countReplicas(inputs: CountInputs): Count | { error: string } {
  const { pods, target, tolerances, replicas } = inputs;
  if (pods.length === 0) return { error: 'no pods returned by selector while calculating replica count' };
  const { ready, unready, missing, ignored } = groupsOf(inputs);
  const usage = new Map([...inputs.usage].map(([name, { value }]) => [name, value]));
  for (const name of [...ignored, ...unready]) usage.delete(name);
  if (usage.size === 0) return { error: 'did not receive metrics for targeted pods (pods might be unready)' };
  const requests = 'utilization' in target ? requestsOf(inputs) : new Map<string, number>();
  if ('error' in requests) return requests;
  const first = measured(usage, requests, target);
  if ('error' in first) return first;
  const { ratio, ...found } = first;
  const upWithUnready = unready.length > 0 && ratio > 1;
  const stay = { ...found, replicas };
  if (!upWithUnready && missing.length === 0) {
    return isWithin(ratio, tolerances) ? stay : { ...found, replicas: Math.ceil(ratio * ready) };
  }
  if (ratio !== 1)
    for (const name of missing) usage.set(name, ratio > 1 ? 0 : assumed(requests.get(name) ?? 0, target));
  if (upWithUnready) for (const name of unready) usage.set(name, 0);
  const second = measured(usage, requests, target);
  if ('error' in second) return second;
  const turned = (ratio < 1 && second.ratio > 1) || (ratio > 1 && second.ratio < 1);
  if (turned || isWithin(second.ratio, tolerances)) return stay;
  const next = Math.ceil(second.ratio * usage.size);
  const contradicts = (second.ratio < 1 && next > replicas) || (second.ratio > 1 && next < replicas);
  return contradicts ? stay : { ...found, replicas: next };
}

function isWithin(ratio: number, { up, down }: Tolerances): boolean {
  return 1 - down <= ratio && ratio <= 1 + up;
}

/** What a pod without a measurement is taken to use when the others use too little. */
function assumed(request: number, target: CountInputs['target']): number {
  if ('value' in target) return target.value;
  return Math.trunc((request * Math.max(100, target.utilization)) / 100);
}

function measured(
  usage: ReadonlyMap<string, number>,
  requests: ReadonlyMap<string, number>,
  target: CountInputs['target'],
): Measured | { error: string } {
  if ('value' in target) {
    const value = Math.trunc(sum(usage.values()) / usage.size);
    return { ratio: value / target.value, value };
  }
  const known = [...usage].filter(([name]) => requests.has(name));
  const requested = sum(known.map(([name]) => requests.get(name) ?? 0));
  if (requested === 0) return { error: 'no metrics returned matched known pods' };
  const used = sum(known.map(([, value]) => value));
  const utilization = Math.trunc((used * 100) / requested);
  return { ratio: utilization / target.utilization, utilization, value: Math.trunc(used / known.length) };
}

function groupsOf({ pods, usage, resource, now }: CountInputs) {
  const groups = { ready: 0, unready: [] as string[], missing: [] as string[], ignored: [] as string[] };
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata;
    const measurement = usage.get(name);
    if (deletionTimestamp !== undefined || pod.status?.phase === 'Failed') groups.ignored.push(name);
    else if (pod.status?.phase === 'Pending') groups.unready.push(name);
    else if (!measurement) groups.missing.push(name);
    else if (resource === 'cpu' && isUnready(pod, measurement, now)) groups.unready.push(name);
    else groups.ready += 1;
  }
  return groups;
}

function isUnready(pod: Pod, { at, windowMs }: PodUsage, now: number): boolean {
  const condition = podCondition(pod, 'Ready');
  const started = Date.parse(pod.status?.startTime ?? '');
  if (!condition || Number.isNaN(started)) return true;
  const since = Date.parse(condition.lastTransitionTime ?? '') || 0;
  if (started + initialisationMs > now) return condition.status === 'False' || at < since + windowMs;
  return condition.status === 'False' && started + firstReadinessMs > since;
}

function requestsOf({ pods, resource, container }: CountInputs): Map<string, number> | { error: string } {
  const requests = new Map<string, number>();
  for (const pod of pods) {
    const request = requestOf(pod, resource, container);
    if (typeof request === 'string') return { error: request };
    requests.set(pod.metadata.name, request);
  }
  return requests;
}

/** What a pod's containers ask for, or why that isn't known. */
function requestOf({ metadata, spec }: Pod, resource: string, container: string | undefined): number | string {
  const pod = (spec as { resources?: { requests?: Record<string, string> } }).resources?.requests;
  if (pod && container === undefined) {
    const amount = pod[resource];
    return amount === undefined ? `missing pod-level request for ${resource} in Pod ${metadata.name}` : milliOf(amount);
  }
  const sidecars = (spec.initContainers ?? []).filter(
    one => (one as { restartPolicy?: string }).restartPolicy === 'Always',
  );
  const counted = [...spec.containers, ...sidecars].filter(one => container === undefined || one.name === container);
  if (counted.length === 0) return `container ${container} not found in Pod ${metadata.name}`;
  let total = 0;
  for (const { name, resources } of counted) {
    const amount = resources?.requests?.[resource];
    if (amount === undefined) return `missing request for ${resource} in container ${name} of Pod ${metadata.name}`;
    total += milliOf(String(amount));
  }
  return total;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
