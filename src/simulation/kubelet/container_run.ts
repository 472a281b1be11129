import { parseQuantity } from '../../kubernetes/quantity.ts';
import { hashOf } from '../../lib/hash.ts';
import type { Program } from '../programs/program.ts';
import type { Process } from '../programs/run_program.ts';
import type { Load, Running, Socket, World } from '../programs/world.ts';
import type { Address } from '../traffic/address.ts';
import { createRunLog, type RunLog } from './container_log.ts';
import { watchDependency } from './dependencies.ts';
import { runBeside } from './node_context.ts';
import type { ContainerRecord, ContainerRun, PodRecord, ProbeResults, RunEnd } from './pod_record.ts';
import { startProbing } from './prober.ts';
import { terminationMessage } from './termination_message.ts';

export interface RunRequest {
  record: PodRecord;
  one: ContainerRecord;
  program: Program;
  process: Process;
  attempt: number;
  /** Its names in the runtime. */
  id: string;
  imageID: string;
  uid: number;
}

type Verdict =
  | { kind: 'ended'; exitCode: number; outOfMemory: boolean; lines: string[] }
  | { kind: 'stop'; graceSeconds: number };

/** Starts one run of a container. It goes on until it ends by itself, is stopped, or its pod is forgotten. */
export function beginRun(request: RunRequest): ContainerRun {
  const { record, one, process, attempt, id, imageID, uid } = request;
  const { clock, world } = record.node;
  const startedAt = clock.now();
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, record.gone]);
  const log = createRunLog();
  const probes = initialResults(one);
  const { promise: verdict, resolve: decide } = Promise.withResolvers<Verdict>();
  const life = { request, log, startedAt, decide, signal, missing: neededBy(process) };
  const load = { cpuCores: 0, memoryBytes: 0, delay: 0, throttled: 0 };
  const socket = socketOf(life, load);
  const outOfMemory = () => decide({ kind: 'ended', exitCode: 137, outOfMemory: true, lines: [] });
  const close = appear(world, record.podIP, runningOf(request, { startedAt, socket, load, outOfMemory }));
  const leave = () => decide({ kind: 'stop', graceSeconds: 0 });
  record.gone.addEventListener('abort', leave, { once: true });
  log.write(startedAt, process.lines.start);
  runBeside(goLive(life), signal);
  runBeside(endItself(life), signal);
  const nextExecID = () => hashOf([id, clock.now()], 64);
  const probed = { container: one.spec, nextExecID, program: request.program, podIP: record.podIP, socket };
  const prober = startProbing({ record, one, startedAt, results: probes, probed }, signal);
  let end: RunEnd | undefined;
  const finished = verdict.then(async what => {
    const { exitCode, reason } = await conclude(life, what);
    record.gone.removeEventListener('abort', leave);
    over.abort();
    close();
    log.close(clock.now());
    const message = terminationMessage(one.spec, exitCode, log.read(clock.now()));
    end = { exitCode, reason, finishedAt: clock.now(), ...(message === '' ? {} : { message }) };
    record.onChange();
  });
  return {
    ...{ id, attempt, imageID, uid, startedAt, log, probes, image: one.spec.image },
    get end() {
      return end;
    },
    stop(graceSeconds) {
      decide({ kind: 'stop', graceSeconds });
      return finished;
    },
    lookNow: prober.lookNow,
  };
}

interface Life {
  request: RunRequest;
  log: RunLog;
  startedAt: number;
  decide(verdict: Verdict): void;
  signal: AbortSignal;
  /** Services that it can't serve without, and that aren't there. */
  missing: Set<Process['dependencies'][number]>;
}

function neededBy({ dependencies }: Process): Life['missing'] {
  return new Set(dependencies.filter(({ rule }) => rule.whenMissing !== 'log'));
}

/** Until a probe has looked, a container counts as alive, and as not ready. */
function initialResults({ spec }: ContainerRecord): ProbeResults {
  return { ...(spec.livenessProbe ? { liveness: true } : {}), ...(spec.readinessProbe ? { readiness: false } : {}) };
}

function socketOf({ request, startedAt, missing }: Life, load: Load): Socket {
  const { process, record } = request;
  return (port, path) => {
    const seconds = (record.node.clock.now() - startedAt) / 1000;
    const question = { port, ...(path === undefined ? {} : { path }), seconds, dependenciesMet: missing.size === 0 };
    const answer = process.answer(question);
    return answer.kind === 'accepted' ? { ...answer, seconds: load.delay } : answer;
  };
}

/** The process once it is up: what it says, and what it needs from others. */
async function goLive({ request, log, missing, decide, signal }: Life): Promise<void> {
  const { process, record } = request;
  const { clock, network } = record.node;
  if (!Number.isFinite(process.listensAfter)) return;
  await clock.sleep(process.listensAfter * 1000, signal);
  const now = clock.now();
  log.write(now, process.lines.ready);
  log.repeat(now, process.lines.running);
  const { namespace, labels = {} } = record.pod.metadata;
  const self = { namespace, labels, ip: record.podIP };
  for (const dependency of process.dependencies) {
    const watcher = {
      connect: (address: Address) => network.connect(self, address),
      write: (lines: string[]) => log.write(clock.now(), lines),
      onChange: (available: boolean) => void (available ? missing.delete(dependency) : missing.add(dependency)),
      onGiveUp: (exitCode: number) => decide({ kind: 'ended', exitCode, outOfMemory: false, lines: [] }),
    };
    runBeside(watchDependency(clock, dependency, watcher, signal), signal);
  }
}

async function endItself({ request, decide, signal }: Life): Promise<void> {
  const { process, record } = request;
  if (!process.end) return;
  const { after, exitCode, outOfMemory, lines } = process.end;
  await record.node.clock.sleep(after * 1000, signal);
  decide({ kind: 'ended', exitCode, outOfMemory, lines });
}

/** A program that is stopped may tidy up, but not for longer than its grace. */
async function conclude({ request, log }: Life, verdict: Verdict): Promise<Pick<RunEnd, 'exitCode' | 'reason'>> {
  const { process, record } = request;
  const { clock } = record.node;
  if (verdict.kind === 'ended') {
    log.write(clock.now(), verdict.lines);
    const reason = verdict.outOfMemory ? 'OOMKilled' : reasonOf(verdict.exitCode);
    return { exitCode: verdict.exitCode, reason };
  }
  const { graceSeconds } = verdict;
  const obeys = process.stop !== undefined && process.stop.after <= graceSeconds;
  const wait = (obeys ? (process.stop?.after ?? 0) : graceSeconds) * 1000;
  if (!record.gone.aborted) await clock.sleep(wait, record.gone).catch(() => undefined);
  if (obeys) log.write(clock.now(), process.stop?.lines ?? []);
  const exitCode = obeys ? (process.stop?.exitCode ?? 0) : 137;
  return { exitCode, reason: reasonOf(exitCode) };
}

function reasonOf(exitCode: number): 'Completed' | 'Error' {
  return exitCode === 0 ? 'Completed' : 'Error';
}

/** From here on others can reach it, and its use is measured. Returns the end of that. */
function appear(world: World, podIP: string, running: Running): () => void {
  world.running.set(podIP, [...(world.running.get(podIP) ?? []), running]);
  return () => {
    const left = (world.running.get(podIP) ?? []).filter(one => one !== running);
    if (left.length > 0) world.running.set(podIP, left);
    else world.running.delete(podIP);
  };
}

function runningOf(
  { record, one, process }: RunRequest,
  own: Pick<Running, 'startedAt' | 'socket' | 'load' | 'outOfMemory'>,
): Running {
  const { name, namespace = '', uid = '' } = record.pod.metadata;
  const { limits = {} } = one.spec.resources ?? {};
  return {
    namespace,
    pod: name,
    podUid: uid,
    node: record.node.name,
    container: one.spec.name,
    process,
    cpuLimit: parseQuantity(limits['cpu'] ?? ''),
    memoryLimit: parseQuantity(limits['memory'] ?? ''),
    used: { cpuSeconds: 0, throttledSeconds: 0, at: own.startedAt },
    ...own,
  };
}
