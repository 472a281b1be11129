import type { Container, Pod } from '../../kubernetes/objects.ts';
import { parseQuantity } from '../../kubernetes/quantity.ts';
import type { Program } from '../programs/program.ts';
import type { Process } from '../programs/run_program.ts';
import type { Running, Socket, World } from '../programs/world.ts';
import type { Address } from '../traffic/address.ts';
import type { RunLog } from './container_log.ts';
import { probeContainer } from './container_probes.ts';
import { watchDependency } from './dependencies.ts';
import { type NodeContext, runBeside } from './node_context.ts';

export interface RunRequest {
  node: NodeContext;
  pod: Pod;
  container: Container;
  fieldPath: string;
  program: Program;
  process: Process;
  log: RunLog;
  podIP: string;
  grace(): number;
  onStarted(): void;
  onReady(ready: boolean): void;
  /** The pod is being deleted: stop the program, but let it have its grace. */
  stopping: AbortSignal;
  /** The pod is gone: nothing of it may go on. */
  gone: AbortSignal;
}

export interface RunEnd {
  exitCode: number;
  reason: 'Completed' | 'Error' | 'OOMKilled';
  /** `itself`, or who ended it. */
  by: 'itself' | 'probe' | 'deletion';
}

type Verdict =
  | { kind: 'ended'; exitCode: number; outOfMemory: boolean; lines: string[] }
  | { kind: 'stop'; by: 'probe' | 'deletion' };

/** One run of a container, from its start to its end. */
export async function runContainer(request: RunRequest): Promise<RunEnd> {
  const { node, process, log, podIP, stopping, gone } = request;
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, gone]);
  const startedAt = node.clock.now();
  const { promise: verdict, resolve: decide } = Promise.withResolvers<Verdict>();
  const missing = new Set(process.dependencies.filter(({ rule }) => rule.whenMissing !== 'log'));
  const load = { cpuCores: 0, memoryBytes: 0, delay: 0, throttled: 0 };
  const socket: Socket = (port, path) => {
    const seconds = (node.clock.now() - startedAt) / 1000;
    const question = { port, ...(path === undefined ? {} : { path }), seconds, dependenciesMet: missing.size === 0 };
    const answer = process.answer(question);
    return answer.kind === 'accepted' ? { ...answer, seconds: load.delay } : answer;
  };
  const stop = () => decide({ kind: 'stop', by: 'deletion' });
  stopping.addEventListener('abort', stop, { once: true });
  gone.addEventListener('abort', stop, { once: true });
  const outOfMemory = () => decide({ kind: 'ended', exitCode: 137, outOfMemory: true, lines: [] });
  const close = appear(node.world, podIP, runningOf(request, { startedAt, socket, load, outOfMemory }));
  log.write(startedAt, process.lines.start);
  runBeside(live(request, missing, decide, signal), signal);
  runBeside(endItself(request, decide, signal), signal);
  probeContainer({ ...request, socket, onSick: () => decide({ kind: 'stop', by: 'probe' }) }, signal);
  if (stopping.aborted) stop();
  try {
    return await conclude(request, await verdict);
  } finally {
    stopping.removeEventListener('abort', stop);
    gone.removeEventListener('abort', stop);
    over.abort();
    close();
    log.close(node.clock.now());
  }
}

/** The process once it is up: what it says, and what it needs from others. */
async function live(
  { node, pod, podIP, process, log }: RunRequest,
  missing: Set<Process['dependencies'][number]>,
  decide: (verdict: Verdict) => void,
  signal: AbortSignal,
): Promise<void> {
  if (!Number.isFinite(process.listensAfter)) return;
  await node.clock.sleep(process.listensAfter * 1000, signal);
  const now = node.clock.now();
  log.write(now, process.lines.ready);
  log.repeat(now, process.lines.running);
  const { namespace, labels = {} } = pod.metadata;
  const self = { namespace, labels, ip: podIP };
  for (const dependency of process.dependencies) {
    const watcher = {
      connect: (address: Address) => node.network.connect(self, address),
      write: (lines: string[]) => log.write(node.clock.now(), lines),
      onChange: (available: boolean) => void (available ? missing.delete(dependency) : missing.add(dependency)),
      onGiveUp: (exitCode: number) => decide({ kind: 'ended', exitCode, outOfMemory: false, lines: [] }),
    };
    runBeside(watchDependency(node.clock, dependency, watcher, signal), signal);
  }
}

async function endItself({ node, process }: RunRequest, decide: (verdict: Verdict) => void, signal: AbortSignal) {
  if (!process.end) return;
  const { after, exitCode, outOfMemory, lines } = process.end;
  await node.clock.sleep(after * 1000, signal);
  decide({ kind: 'ended', exitCode, outOfMemory, lines });
}

/** A program that is stopped may tidy up, but not for longer than its grace. */
async function conclude({ node, grace, process, log, gone }: RunRequest, verdict: Verdict): Promise<RunEnd> {
  if (verdict.kind === 'ended') {
    log.write(node.clock.now(), verdict.lines);
    const reason = verdict.outOfMemory ? 'OOMKilled' : reasonOf(verdict.exitCode);
    return { exitCode: verdict.exitCode, reason, by: 'itself' };
  }
  const obeys = process.stop !== undefined && process.stop.after <= grace();
  const wait = (obeys ? (process.stop?.after ?? 0) : grace()) * 1000;
  if (!gone.aborted) await node.clock.sleep(wait, gone).catch(() => undefined);
  if (obeys) log.write(node.clock.now(), process.stop?.lines ?? []);
  const exitCode = obeys ? (process.stop?.exitCode ?? 0) : 137;
  return { exitCode, reason: reasonOf(exitCode), by: verdict.by };
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
  { pod, container, process }: RunRequest,
  own: Pick<Running, 'startedAt' | 'socket' | 'load' | 'outOfMemory'>,
): Running {
  const { name, namespace = '', uid = '' } = pod.metadata;
  const { limits = {} } = container.resources ?? {};
  return {
    namespace,
    pod: name,
    podUid: uid,
    node: pod.spec.nodeName ?? '',
    container: container.name,
    process,
    cpuLimit: parseQuantity(limits['cpu'] ?? ''),
    memoryLimit: parseQuantity(limits['memory'] ?? ''),
    used: { cpuSeconds: 0, throttledSeconds: 0, at: own.startedAt },
    ...own,
  };
}
