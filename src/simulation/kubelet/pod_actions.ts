import type { Pod } from '../../kubernetes/objects.ts';
import { type ContainerRecord, currentRun, isRunning, type PodRecord, recordsOf } from './pod_record.ts';
import { isBeingDeleted, isSidecar, restartsAfter, restartsAfterKill } from './restart_policy.ts';

export interface Kill {
  record: ContainerRecord;
  message: string;
  reason: 'startup' | 'liveness' | 'changed';
}

/** What has to be done for the pod to be as it should. */
export interface PodActions {
  createSandbox: boolean;
  killPod: boolean;
  kills: Kill[];
  /** Init containers first, in their order. */
  starts: ContainerRecord[];
}

export function actionsFor(record: PodRecord): PodActions {
  const { spec } = record.pod;
  const init = recordsOf(record, spec.initContainers);
  const main = recordsOf(record, spec.containers);
  const actions: PodActions = { createSandbox: false, killPod: false, kills: [], starts: [] };
  if (record.sandbox === 'none') {
    return { ...actions, createSandbox: true, starts: init.length > 0 ? init.slice(0, 1) : main };
  }
  const isInitialized = addInitActions(record, init, main, actions);
  if (actions.killPod || !isInitialized) return actions;
  const kept = main.filter(one => !addMainActions(record, one, actions)).filter(isRunning);
  const toStart = actions.starts.some(({ isInit }) => !isInit);
  if (kept.length === 0 && !toStart) {
    actions.killPod = true;
    actions.starts = [];
  }
  return actions;
}

/** Returns whether something has to be done with it. */
function addMainActions({ pod }: PodRecord, one: ContainerRecord, actions: PodActions): boolean {
  if (!isRunning(one)) {
    if (!shouldStart(pod, one)) return false;
    actions.starts.push(one);
    return true;
  }
  const { probes, image } = currentRun(one) ?? {};
  if (image !== one.spec.image) {
    const message = `Container ${one.spec.name} definition changed, will be restarted`;
    actions.kills.push({ record: one, message, reason: 'changed' });
    actions.starts.push(one);
    return true;
  }
  const reason = probes?.liveness === false ? 'liveness' : probes?.startup === false ? 'startup' : undefined;
  if (!reason) return false;
  const again = restartsAfterKill(one.spec, pod.spec);
  const message = `Container ${one.spec.name} failed ${reason} probe${again ? ', will be restarted' : ''}`;
  actions.kills.push({ record: one, message, reason });
  if (again) actions.starts.push(one);
  return true;
}

/** Whether a container that doesn't run has to: it never did, or it is to be started again. */
export function shouldStart(pod: Pod, one: ContainerRecord): boolean {
  if (isBeingDeleted(pod)) return false;
  const end = currentRun(one)?.end;
  return !end || restartsAfter(one.spec, pod.spec, end.exitCode);
}

/** Works backwards, as what has ended may be forgotten. Returns whether the main containers may start. */
function addInitActions(
  { pod }: PodRecord,
  init: ContainerRecord[],
  main: ContainerRecord[],
  actions: PodActions,
): boolean {
  if (init.length === 0) return true;
  let isInitialized = main.some(isRunning);
  let isPast = isInitialized;
  const starts: ContainerRecord[] = [];
  for (const [back, one] of init.toReversed().entries()) {
    const index = init.length - 1 - back;
    const sidecar = isSidecar(one.spec, pod.spec);
    if (!currentRun(one)) {
      if (isPast && sidecar) starts.push(one);
      continue;
    }
    if (isPast && !sidecar) continue;
    const step = sidecar ? sidecarStep(one, actions) : initStep(pod, one);
    if (step === 'failed') {
      actions.killPod = true;
      return false;
    }
    if (step === 'start') starts.push(one);
    if (step === 'go on') {
      const next = init[index + 1];
      if (!next) isInitialized = true;
      else if (!isPast) starts.push(next);
    }
    isPast = true;
  }
  if (!isPast && init[0]) starts.push(init[0]);
  actions.starts.push(...starts.toReversed());
  return isInitialized;
}

type Step = 'wait' | 'start' | 'go on' | 'failed';

function initStep(pod: Pod, one: ContainerRecord): Step {
  const end = currentRun(one)?.end;
  if (!end) return 'wait';
  if (end.exitCode === 0) return 'go on';
  return shouldStart(pod, one) ? 'start' : 'failed';
}

/** The next one may start as soon as a sidecar has; a sick one is started again beside that. */
function sidecarStep(one: ContainerRecord, actions: PodActions): Step {
  const run = currentRun(one);
  if (!run || run.end) return 'start';
  const { startup, liveness } = run.probes;
  const name = one.spec.name;
  if (one.spec.startupProbe && startup !== true) {
    if (startup === undefined) return 'wait';
    actions.kills.push({ record: one, message: `Init container ${name} failed startup probe`, reason: 'startup' });
    return 'start';
  }
  if (liveness === false) {
    actions.kills.push({ record: one, message: `Init container ${name} failed liveness probe`, reason: 'liveness' });
    actions.starts.push(one);
  }
  return 'go on';
}
