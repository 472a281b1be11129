import type { CronJob, Job } from '../../kubernetes/kinds/workloads.ts';
import type { Condition, Deployment } from '../../kubernetes/objects.ts';
import { age, clip, plural } from './answer.ts';
import type { FoundWorkload } from './workload_lookup.ts';

/** How a workload is by its own account. */
export interface WorkloadState {
  healthy: boolean;
  /** "2 of 3 replicas ready, 1 of the current revision". */
  said: string;
  counts: { wanted?: number; ready?: number; updated?: number; available?: number };
  /** How it puts its pods in the place of others, or when it runs. */
  manner: string;
}

export function workloadState(found: FoundWorkload, now: number): WorkloadState {
  switch (found.kind) {
    case 'Deployment': {
      const { spec, status = {} } = found.object;
      return replicas(found, spec.replicas ?? 1, status, rolling(spec.strategy));
    }
    case 'StatefulSet': {
      const { spec, status } = found.object;
      return replicas(found, spec.replicas ?? 1, status ?? {}, rolling(spec.updateStrategy));
    }
    case 'ReplicaSet':
      return replicas(found, found.object.spec.replicas ?? 1, found.object.status ?? {}, 'no rollouts');
    case 'DaemonSet': {
      const { spec, status } = found.object;
      const counts = {
        readyReplicas: status?.numberReady,
        updatedReplicas: status?.updatedNumberScheduled,
        availableReplicas: status?.numberAvailable,
      };
      return replicas(found, status?.desiredNumberScheduled ?? 0, counts, rolling(spec.updateStrategy));
    }
    case 'Job':
      return jobState(found.object, now);
    case 'CronJob':
      return cronJobState(found.object, now);
    case 'Pod':
      return { healthy: false, said: 'a pod that no workload made', counts: {}, manner: 'nothing makes it anew' };
  }
}

interface Counts {
  readyReplicas?: number | undefined;
  updatedReplicas?: number | undefined;
  availableReplicas?: number | undefined;
  observedGeneration?: number;
}

function replicas({ kind, object }: FoundWorkload, wanted: number, status: Counts, manner: string): WorkloadState {
  const { readyReplicas: ready = 0, updatedReplicas: updated, availableReplicas: available } = status;
  const where = kind === 'DaemonSet' ? 'nodes' : 'replicas';
  const facts = [`${ready} of ${wanted} ${where} ready`];
  if (kind !== 'ReplicaSet') facts.push(`${updated ?? 0} of the current revision`);
  if (available !== ready) facts.push(`${available ?? 0} available`);
  if (wanted === 0) facts.push(kind === 'DaemonSet' ? 'no node is for it' : 'it is scaled to 0 and wants no pods');
  if (isPaused(object)) facts.push('its rollout is paused');
  const behind = (status.observedGeneration ?? Number.POSITIVE_INFINITY) < (object.metadata.generation ?? 0);
  if (behind) facts.push('its newest change is not acted on yet');
  const rolledOut = kind === 'ReplicaSet' || (updated ?? 0) >= wanted;
  const counts = { wanted, ready, ...(updated === undefined ? {} : { updated }) };
  return {
    healthy: ready >= wanted && rolledOut && !behind,
    said: facts.join(', '),
    counts: { ...counts, ...(available === undefined ? {} : { available }) },
    manner,
  };
}

function isPaused(object: FoundWorkload['object']): boolean {
  return (object as Deployment).spec.paused === true;
}

function rolling(strategy: Deployment['spec']['strategy'] | { type?: string; rollingUpdate?: object } = {}): string {
  const { type = 'RollingUpdate', rollingUpdate } = strategy;
  const settings = Object.entries(rollingUpdate ?? {}).map(([name, value]) => `${name} ${value}`);
  return settings.length > 0 && type === 'RollingUpdate' ? `${type} (${settings.join(', ')})` : type;
}

function jobState({ spec, status = {} }: Job, now: number): WorkloadState {
  const { completions = 1, parallelism = 1, backoffLimit = 6, suspend } = spec;
  const { succeeded = 0, failed = 0, active = 0, ready = 0, startTime, completionTime } = status;
  const is = (type: string) => status.conditions?.some(each => each.type === type && each.status === 'True') ?? false;
  const facts = [`${succeeded} of ${completions} completed`, `${active} running`, `${failed} failed`];
  if (is('Complete')) facts.unshift(`completed ${age(completionTime, now)} ago`);
  else if (is('Failed')) facts.unshift('FAILED');
  else if (suspend) facts.unshift('suspended');
  else if (startTime) facts.unshift(`started ${age(startTime, now)} ago`);
  return {
    healthy: is('Complete') || (!is('Failed') && !suspend && failed === 0),
    said: facts.join(', '),
    counts: { wanted: Math.min(parallelism, Math.max(0, completions - succeeded)), ready },
    manner: `parallelism ${parallelism}, backoffLimit ${backoffLimit}`,
  };
}

/** By itself; how its Jobs ended is told beside it. */
function cronJobState({ spec, status = {} }: CronJob, now: number): WorkloadState {
  const { lastScheduleTime, lastSuccessfulTime, active = [] } = status;
  const facts = [
    lastScheduleTime ? `last started ${age(lastScheduleTime, now)} ago` : 'never started',
    lastSuccessfulTime ? `last succeeded ${age(lastSuccessfulTime, now)} ago` : 'never succeeded',
    `${plural(active.length, 'Job')} running`,
  ];
  if (spec.suspend) facts.unshift('SUSPENDED');
  const zone = spec.timeZone ? ` ${spec.timeZone}` : '';
  const manner = `schedule "${spec.schedule}"${zone}, concurrency ${spec.concurrencyPolicy ?? 'Allow'}`;
  return { healthy: !spec.suspend, said: facts.join(', '), counts: {}, manner };
}

/** Conditions that say something is wrong. */
export function wrongConditions({ object }: FoundWorkload, now: number): string[] {
  const { conditions = [] } = (object as { status?: { conditions?: Condition[] } }).status ?? {};
  return conditions.flatMap(({ type, status, reason, message, lastTransitionTime }) => {
    const isWrong = good.has(type) ? false : bad.has(type) ? status === 'True' : status !== 'True';
    if (!isWrong) return [];
    const what = bad.has(type) ? type : `${type} is not true`;
    const because = [reason, message && clip(message, 240)].filter(Boolean).join(': ');
    return [`${what} for ${age(lastTransitionTime, now)}${because ? ` (${because})` : ''}.`];
  });
}

const bad = new Set(['ReplicaFailure', 'Failed', 'Suspended']);
const good = new Set(['Complete', 'SuccessCriteriaMet', 'FailureTarget']);
