import type { Container, ContainerState, ContainerStatus, Pod } from '../../kubernetes/objects.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { shouldStart } from './pod_actions.ts';
import { type ContainerRecord, type ContainerRun, currentRun, type PodRecord, recordsOf } from './pod_record.ts';
import { isSidecar } from './restart_policy.ts';

/** The statuses of main containers, by name; those of init containers, in their order. */
export function containerStatuses(record: PodRecord, kind: 'init' | 'main'): ContainerStatus[] {
  const { spec, status } = record.pod;
  const before = record.told ?? status;
  const told = (kind === 'init' ? before?.initContainerStatuses : before?.containerStatuses) ?? [];
  const statuses = recordsOf(record, kind === 'init' ? spec.initContainers : spec.containers).map(one =>
    containerStatus(
      record,
      one,
      told.find(({ name }) => name === one.spec.name),
    ),
  );
  return kind === 'init' ? statuses : statuses.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function containerStatus(record: PodRecord, one: ContainerRecord, told: ContainerStatus | undefined): ContainerStatus {
  const run = currentRun(one);
  const seen = run ? statusOfRun(one, run) : statusBeforeRun(record.pod, one.spec, told);
  const failed = withFailure(record, one, seen);
  const state = record.isTerminated ? stateAfterAll(record, one, failed) : failed.state;
  return { ...failed, state, ...verdicts(record, one, state) };
}

function statusBeforeRun(pod: Pod, spec: Container, told: ContainerStatus | undefined): ContainerStatus {
  if (told?.state.terminated) return told;
  const reason = (pod.spec.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating';
  return {
    name: spec.name,
    image: spec.image,
    imageID: '',
    ready: false,
    started: false,
    restartCount: told?.restartCount ?? 0,
    state: { waiting: { reason } },
    lastState: told?.lastState ?? {},
    ...mountsOf(spec),
  };
}

function statusOfRun({ spec, runs }: ContainerRecord, run: ContainerRun): ContainerStatus {
  const { requests, limits } = spec.resources ?? {};
  const group = spec.securityContext?.runAsGroup ?? 0;
  return {
    name: spec.name,
    image: spec.image,
    imageID: run.imageID,
    containerID: run.id,
    ready: false,
    started: false,
    restartCount: run.attempt,
    state: stateOf(run),
    lastState: runs[1] ? stateOf(runs[1]) : {},
    ...(requests ? { allocatedResources: requests } : {}),
    resources: { ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) },
    user: { linux: { uid: run.uid, gid: group, supplementalGroups: [group] } },
    ...mountsOf(spec),
  };
}

/** Of a pod that is over nothing waits any more: what never ended counts as lost, as far as the pod had come. */
function stateAfterAll(
  { pod, containers }: PodRecord,
  one: ContainerRecord,
  { state }: ContainerStatus,
): ContainerState {
  const init = recordsOf({ containers }, pod.spec.initContainers);
  const later = init.slice(init.indexOf(one));
  const counts = one.isInit
    ? one === init[0] || later.some(each => currentRun(each) !== undefined)
    : hasInitialized(pod, init, recordsOf({ containers }, pod.spec.containers));
  if (state.terminated || !counts) return state;
  const message = 'The container could not be located when the pod was terminated';
  return { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message } };
}

/** The last init container tells, unless a main one has started. */
function hasInitialized(pod: Pod, init: ContainerRecord[], main: ContainerRecord[]): boolean {
  const last = init.at(-1);
  if (!last || main.some(one => currentRun(one) !== undefined)) return true;
  const run = currentRun(last);
  if (isSidecar(last.spec, pod.spec)) return run !== undefined && !last.failure && hasStarted(last.spec, run);
  return last.runs.some(({ end }) => end?.exitCode === 0);
}

function mountsOf({ volumeMounts }: Container): Pick<ContainerStatus, 'volumeMounts'> {
  if (!volumeMounts || volumeMounts.length === 0) return {};
  return {
    volumeMounts: volumeMounts.map(({ name, mountPath, readOnly }) => ({
      name,
      mountPath,
      ...(readOnly ? { readOnly, recursiveReadOnly: 'Disabled' } : {}),
    })),
  };
}

function stateOf(run: ContainerRun): ContainerState {
  const { end } = run;
  if (!end) return { running: { startedAt: timestamp(run.startedAt) } };
  const { exitCode, reason, message, finishedAt } = end;
  // What never started has no time at which it did.
  const startedAt = timestamp(reason === 'StartError' ? 0 : run.startedAt);
  const text = message === undefined || message === '' ? {} : { message };
  return {
    terminated: { exitCode, reason, ...text, startedAt, finishedAt: timestamp(finishedAt), containerID: run.id },
  };
}

/** A container that is to be started, and couldn't be, waits; why is what its last attempt said. */
function withFailure({ pod }: PodRecord, one: ContainerRecord, status: ContainerStatus): ContainerStatus {
  const end = currentRun(one)?.end;
  if (!one.failure || (currentRun(one) && !end) || !shouldStart(pod, one)) return status;
  if (one.isInit && end?.exitCode === 0 && !isSidecar(one.spec, pod.spec)) return status;
  const { reason, message } = one.failure;
  const { terminated } = status.state;
  return {
    ...status,
    state: { waiting: { reason, ...(message === '' ? {} : { message }) } },
    ...(terminated ? { lastState: { terminated } } : {}),
  };
}

/** Whether it has started and is ready, as far as its probes have said. */
function verdicts(
  { pod }: PodRecord,
  one: ContainerRecord,
  state: ContainerState,
): Pick<ContainerStatus, 'ready' | 'started'> {
  const { spec, isInit } = one;
  const run = currentRun(one);
  const isStarted = state.running !== undefined && run !== undefined && hasStarted(spec, run);
  if (isInit && !isSidecar(spec, pod.spec)) return { ready: state.terminated?.exitCode === 0, started: isStarted };
  return { ready: isStarted && (!spec.readinessProbe || run.probes.readiness === true), started: isStarted };
}

export function hasStarted(spec: Container, { probes }: ContainerRun): boolean {
  return !spec.startupProbe || probes.startup === true;
}
