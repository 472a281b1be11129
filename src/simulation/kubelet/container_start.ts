import type { VolumeMount } from '../../kubernetes/kinds/pods.ts';
import { parseQuantity } from '../../kubernetes/quantity.ts';
import { hashOf } from '../../lib/hash.ts';
import type { Program } from '../programs/program.ts';
import { runProgram } from '../programs/run_program.ts';
import { formatDuration } from './backoff.ts';
import { killContainer } from './container_kill.ts';
import { createRunLog } from './container_log.ts';
import { beginRun } from './container_run.ts';
import { environmentOf, expand, mountsWith } from './environment.ts';
import { ensureImage, imageId } from './images.ts';
import { isTooLow, runtimeError, tooLowText } from './least_memory.ts';
import { runHook } from './lifecycle_hooks.ts';
import { containerPath, pace } from './node_context.ts';
import {
  type ContainerRecord,
  type ContainerRun,
  currentRun,
  type PodRecord,
  podTitle,
  type StartFailure,
} from './pod_record.ts';

/**
 * Starts a container, or says why that doesn't work. `earlier` is its last run that was over when the kubelet looked:
 * from its end on counts the back-off.
 */
export async function startContainer(
  record: PodRecord,
  one: ContainerRecord,
  earlier: ContainerRun | undefined,
): Promise<StartFailure | undefined> {
  const tooSoon = checkBackoff(record, one, earlier);
  if (tooSoon) return tooSoon;
  const image = await ensureImage(record, one);
  if (image.kind === 'failed') return image;
  const environment = await environmentOf(record, one.spec);
  if (environment.kind === 'missing') return cannotCreate(record, one, environment.message);
  const { env } = environment;
  const mounts = mountsWith(one.spec, env);
  if (typeof mounts === 'string') return cannotCreate(record, one, mounts);
  const identity = userOf(record, one, image.program);
  if ('problem' in identity) return cannotCreate(record, one, identity.problem);
  return createAndRun(record, one, { program: image.program, uid: identity.uid, env, mounts });
}

type Say = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

function sayer({ node, pod }: PodRecord, { spec, isInit }: ContainerRecord): Say {
  const fieldPath = containerPath(spec.name, isInit);
  return (type, reason, message) => node.events.record(pod, { type, reason, message, fieldPath });
}

function checkBackoff(
  record: PodRecord,
  one: ContainerRecord,
  earlier: ContainerRun | undefined,
): StartFailure | undefined {
  const since = earlier?.end?.finishedAt;
  if (since === undefined) return undefined;
  const now = record.node.clock.now();
  const { backoff, spec } = one;
  if (backoff.left(since, now) <= 0) {
    backoff.next(since, now);
    return undefined;
  }
  const title = podTitle(record.pod);
  sayer(record, one)('Warning', 'BackOff', `Back-off restarting failed container ${spec.name} in pod ${title}`);
  const delay = formatDuration(backoff.delay());
  const message = `back-off ${delay} restarting failed container=${spec.name} pod=${title}`;
  return { reason: 'CrashLoopBackOff', message, retryAt: since + backoff.delay() };
}

function cannotCreate(record: PodRecord, one: ContainerRecord, message: string): StartFailure {
  sayer(record, one)('Warning', 'Failed', `Error: ${message}`);
  return { reason: 'CreateContainerConfigError', message };
}

/** Whom it runs as; a pod may forbid that it is root. */
function userOf(
  { pod }: PodRecord,
  { spec }: ContainerRecord,
  { image }: Program,
): { uid: number } | { problem: string } {
  const security = { ...pod.spec.securityContext, ...spec.securityContext };
  const asked = security.runAsUser;
  const uid = asked ?? (typeof image.user === 'number' ? image.user : 1000);
  if (!security.runAsNonRoot) return { uid };
  const who = `(pod: "${podTitle(pod)}", container: ${spec.name})`;
  if (asked === 0) return { problem: `container's runAsUser breaks non-root policy ${who}` };
  if (asked !== undefined) return { uid };
  if (typeof image.user === 'string') {
    const why = `image has non-numeric user (${image.user}), cannot verify user is non-root`;
    return { problem: `container has runAsNonRoot and ${why} ${who}` };
  }
  return uid === 0 ? { problem: `container has runAsNonRoot and image will run as root ${who}` } : { uid };
}

interface Made {
  mounts: VolumeMount[];
  program: Program;
  uid: number;
  env: Record<string, string>;
}

async function createAndRun(record: PodRecord, one: ContainerRecord, made: Made): Promise<StartFailure | undefined> {
  const { node, pod } = record;
  const attempt = (currentRun(one)?.attempt ?? attemptBefore(record, one)) + 1;
  const names = {
    id: `containerd://${hashOf([pod.metadata.uid, one.spec.name, attempt], 64)}`,
    imageID: imageId(made.program, one.spec.image),
    image: one.spec.image,
    uid: made.uid,
  };
  const say = sayer(record, one);
  say('Normal', 'Created', 'Container created');
  await node.clock.sleep(pace.start, record.gone);
  const launch = launchOf(record, one, made);
  if (launch.kind === 'cannot_start') {
    const message = runtimeError(launch.reason);
    say('Warning', 'Failed', `Error: ${message}`);
    remember(one, { ...names, attempt, ...neverRan(node.clock.now(), message) });
    record.onChange();
    return { reason: 'RunContainerError', message };
  }
  const { program } = made;
  const run = beginRun({ record, one, program, process: launch.process, attempt, ...names });
  remember(one, run);
  say('Normal', 'Started', 'Container started');
  node.onRun();
  record.onChange();
  return afterStart(record, one, run);
}

/** A kubelet that has come back counts on from what the API remembers. */
function attemptBefore({ told }: PodRecord, { spec }: ContainerRecord): number {
  const statuses = [...(told?.containerStatuses ?? []), ...(told?.initContainerStatuses ?? [])];
  const status = statuses.find(({ name }) => name === spec.name);
  return status?.containerID === undefined ? -1 : status.restartCount;
}

function launchOf(record: PodRecord, { spec }: ContainerRecord, { program, env, mounts }: Made) {
  const { limits } = spec.resources ?? {};
  const amount = (name: string) => (limits?.[name] === undefined ? undefined : parseQuantity(limits[name]));
  const [memoryLimit, cpuLimit] = [amount('memory'), amount('cpu')];
  if (isTooLow(memoryLimit)) return { kind: 'cannot_start' as const, reason: tooLowText };
  return runProgram(program, {
    env,
    files: record.volumes.filesFor({ ...spec, volumeMounts: mounts }),
    pod: record.pod.metadata.name,
    ...(spec.command ? { command: spec.command.map(word => expand(word, env)) } : {}),
    ...(spec.args ? { args: spec.args.map(word => expand(word, env)) } : {}),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
    ...(cpuLimit === undefined ? {} : { cpuLimit }),
  });
}

/** The latest comes first; a node forgets all dead ones but one. */
function remember(one: ContainerRecord, run: ContainerRun): void {
  one.runs = [run, ...one.runs.slice(0, 1)];
}

function neverRan(at: number, message: string): Omit<ContainerRun, 'id' | 'attempt' | 'imageID' | 'image' | 'uid'> {
  return {
    startedAt: at,
    log: createRunLog(),
    probes: {},
    end: { exitCode: 128, reason: 'StartError', message, finishedAt: at },
    stop: async () => undefined,
    lookNow: () => undefined,
  };
}

async function afterStart(
  record: PodRecord,
  one: ContainerRecord,
  run: ContainerRun,
): Promise<StartFailure | undefined> {
  const hook = one.spec.lifecycle?.postStart;
  const problem = hook && (await runHook(record, one, run, hook));
  if (problem === undefined) return undefined;
  sayer(record, one)('Warning', 'FailedPostStartHook', 'PostStartHook failed');
  await killContainer(record, one, { message: 'FailedPostStartHook' });
  return { reason: 'PostStartHookError', message: problem };
}
