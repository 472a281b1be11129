import type { Container, Pod } from '../../kubernetes/objects.ts';
import { parseQuantity } from '../../kubernetes/quantity.ts';
import { hashOf } from '../../lib/hash.ts';
import { timestamp } from '../../lib/timestamp.ts';
import type { Program } from '../programs/program.ts';
import { type Process, runProgram } from '../programs/run_program.ts';
import type { Settings } from '../programs/settings.ts';
import { createBackoff, formatDelay } from './backoff.ts';
import type { ContainerLife } from './container_life.ts';
import { createRunLog } from './container_log.ts';
import { type RunEnd, runContainer } from './container_run.ts';
import { expand, resolveSettings } from './environment.ts';
import { imageId, provideImage } from './images.ts';
import { containerPath, type NodeContext, pace } from './node_context.ts';

export interface ContainerRequest {
  node: NodeContext;
  pod: Pod;
  container: Container;
  /** Init containers run to success once; `spec.initContainers{name}` in events. */
  isInit: boolean;
  podIP: string;
  /** Seconds that a program has to stop in. */
  grace(): number;
  /** The pod is being deleted. */
  stopping: AbortSignal;
  /** The pod is gone. */
  gone: AbortSignal;
}

/**
 * Runs a container again and again, as its pod's restart policy says. Returns its last exit code, or `undefined` when
 * the pod was deleted first.
 */
export async function keepRunning(life: ContainerLife, request: ContainerRequest): Promise<number | undefined> {
  const { node, stopping } = request;
  const { clock } = node;
  const backoff = createBackoff();
  let earlierEnd: number | undefined;
  for (let attempt = 0; ; attempt++) {
    const { program, settings } = await provide(life, request);
    const end = await startOnce(life, request, { program, settings, attempt });
    if (stopping.aborted) return undefined;
    if (isLast(request, end.exitCode)) {
      await clock.sleep(pace.notice, stopping);
      life.showEnd();
      if (request.isInit && end.exitCode === 0) life.ready(true);
      return end.exitCode;
    }
    const endedAt = clock.now();
    // A container that a probe killed is started in the same round, which knows only its earlier end.
    const since = end.by === 'probe' ? earlierEnd : endedAt;
    earlierEnd = endedAt;
    if (since === undefined) continue;
    const mustWait = backoff.left(since, clock.now()) > 0;
    if (end.by === 'itself') await settle(life, request, mustWait);
    while (mustWait && backoff.left(endedAt, clock.now()) > 0) {
      sayBackOff(life, request, backoff.delay());
      await clock.sleep(Math.min(backoff.left(endedAt, clock.now()), node.syncEvery), stopping);
    }
    backoff.next(clock.now());
  }
}

/** The image and the configuration, however long it takes until they are there. */
async function provide(
  life: ContainerLife,
  request: ContainerRequest,
): Promise<{ program: Program; settings: Settings }> {
  const { node, pod, container, stopping } = request;
  const fieldPath = fieldPathOf(request);
  for (;;) {
    const program = await provideImage(node, { pod, container, fieldPath, onWaiting: life.wait, signal: stopping });
    const resolved = await resolveSettings(node.client, pod, container);
    if (resolved.kind === 'resolved') return { program, settings: resolved.settings };
    const message = `Error: ${resolved.message}`;
    node.events.record(pod, { type: 'Warning', reason: 'Failed', message, fieldPath });
    life.wait('CreateContainerConfigError', resolved.message);
    await node.clock.sleep(node.syncEvery, stopping);
  }
}

interface Attempt {
  program: Program;
  settings: Settings;
  attempt: number;
}

async function startOnce(life: ContainerLife, request: ContainerRequest, attempt: Attempt): Promise<RunEnd> {
  const { node, pod, container, stopping } = request;
  const fieldPath = fieldPathOf(request);
  const containerID = `containerd://${hashOf([pod.metadata.uid, container.name, attempt.attempt], 64)}`;
  node.events.record(pod, { type: 'Normal', reason: 'Created', message: 'Container created', fieldPath });
  await node.clock.sleep(pace.start, stopping);
  const launch = launchOf(request, attempt);
  if (launch.kind === 'cannot_start') {
    failToStart(life, request, containerID, launch.reason);
    return { exitCode: 128, reason: 'Error', by: 'itself' };
  }
  node.events.record(pod, { type: 'Normal', reason: 'Started', message: 'Container started', fieldPath });
  return run(life, request, { ...attempt, process: launch.process, containerID });
}

function launchOf({ pod, container }: ContainerRequest, { program, settings }: Attempt) {
  const { limits } = container.resources ?? {};
  const memoryLimit = limits?.['memory'] === undefined ? undefined : parseQuantity(limits['memory']);
  const cpuLimit = limits?.['cpu'] === undefined ? undefined : parseQuantity(limits['cpu']);
  return runProgram(program, {
    ...settings,
    pod: pod.metadata.name,
    ...(container.command ? { command: container.command.map(word => expand(word, settings.env)) } : {}),
    ...(container.args ? { args: container.args.map(word => expand(word, settings.env)) } : {}),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
    ...(cpuLimit === undefined ? {} : { cpuLimit }),
  });
}

function failToStart(life: ContainerLife, request: ContainerRequest, containerID: string, reason: string): void {
  const { node, pod } = request;
  const runtime = 'failed to create containerd task: failed to create shim task: OCI runtime create failed';
  const message = `${runtime}: runc create failed: unable to start container process: ${reason}`;
  node.events.record(pod, {
    type: 'Warning',
    reason: 'Failed',
    message: `Error: ${message}`,
    fieldPath: fieldPathOf(request),
  });
  const finishedAt = timestamp(node.clock.now());
  const startedAt = timestamp(0);
  life.end({ exitCode: 128, reason: 'StartError', message, startedAt, finishedAt, containerID }, false);
  life.wait('RunContainerError', message);
}

async function run(
  life: ContainerLife,
  request: ContainerRequest,
  { program, process, containerID }: Attempt & { process: Process; containerID: string },
): Promise<RunEnd> {
  const { node, container } = request;
  const log = createRunLog();
  const startedAt = node.clock.now();
  const time = timestamp(startedAt);
  life.run({ process, startedAt, time, log }, { imageID: imageId(program, container.image), containerID });
  const fieldPath = fieldPathOf(request);
  const end = await runContainer({
    ...request,
    fieldPath,
    program,
    process,
    log,
    onStarted: life.started,
    onReady: request.isInit ? () => undefined : life.ready,
  });
  const { exitCode, reason } = end;
  const finishedAt = timestamp(node.clock.now());
  life.end({ exitCode, reason, startedAt: time, finishedAt, containerID }, end.by === 'deletion');
  return end;
}

/** The kubelet notices the end, and takes another moment to do something about it. */
async function settle(life: ContainerLife, { node, stopping }: ContainerRequest, mustWait: boolean): Promise<void> {
  await node.clock.sleep(pace.notice, stopping);
  if (life.status.state.running) life.showEnd();
  await node.clock.sleep(mustWait ? 2 * pace.sync : pace.sync, stopping);
}

function sayBackOff(life: ContainerLife, request: ContainerRequest, delay: number): void {
  const { node, pod, container } = request;
  const { name, namespace, uid } = pod.metadata;
  const who = `${name}_${namespace}(${uid})`;
  const message = `Back-off restarting failed container ${container.name} in pod ${who}`;
  node.events.record(pod, { type: 'Warning', reason: 'BackOff', message, fieldPath: fieldPathOf(request) });
  const why = `back-off ${formatDelay(delay)} restarting failed container=${container.name} pod=${who}`;
  life.wait('CrashLoopBackOff', why);
}

function isLast({ pod, isInit }: ContainerRequest, exitCode: number): boolean {
  const policy = pod.spec.restartPolicy ?? 'Always';
  if (isInit && exitCode === 0) return true;
  return policy === 'Never' || (policy === 'OnFailure' && exitCode === 0);
}

function fieldPathOf({ isInit, container }: ContainerRequest): string {
  return containerPath(container.name, isInit);
}
