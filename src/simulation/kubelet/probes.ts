import type { Container, Probe } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Program } from '../programs/program.ts';
import { execInside } from '../programs/run_program.ts';
import type { Socket } from '../programs/world.ts';

export type ProbeKind = 'Startup' | 'Liveness' | 'Readiness';

/** What is probed: a container that runs. */
export interface Probed {
  container: Container;
  program: Program;
  podIP: string;
  socket: Socket;
}

export interface Watcher {
  /** A single probe failed. */
  onFailure(message: string): void;
  /** The threshold for the one or the other was reached; says whether to go on. */
  onVerdict(healthy: boolean): 'enough' | 'on';
}

/** A kubelet doesn't probe in the instant in which the container starts. */
const firstLook = 500;

/** Probes until its watcher has seen enough, or the signal says that the run is over. */
export async function keepProbing(
  clock: Clock,
  probe: Probe,
  probed: Probed,
  { onFailure, onVerdict }: Watcher,
  signal: AbortSignal,
): Promise<void> {
  let streak = 0;
  let lastHealthy: boolean | undefined;
  await clock.sleep((probe.initialDelaySeconds ?? 0) * 1000 + firstLook, signal);
  while (!signal.aborted) {
    const problem = examine(probe, probed);
    const healthy = problem === undefined;
    streak = healthy === lastHealthy ? streak + 1 : 1;
    lastHealthy = healthy;
    if (!healthy) onFailure(problem);
    const threshold = healthy ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
    if (streak === threshold && onVerdict(healthy) === 'enough') return;
    await clock.sleep((probe.periodSeconds ?? 10) * 1000, signal);
  }
}

/** What is wrong, in the kubelet's words; `undefined` when the probe succeeds. */
function examine(probe: Probe, probed: Probed): string | undefined {
  if (probe.httpGet) return examineHttp(probe.httpGet, probed);
  if (probe.tcpSocket) return examineTcp(probe.tcpSocket, probed);
  return probe.exec ? examineExec(probe.exec, probed) : undefined;
}

function examineHttp(request: NonNullable<Probe['httpGet']>, { container, podIP, socket }: Probed): string | undefined {
  const { path = '/', port, scheme = 'HTTP' } = request;
  const number = resolvePort(container, port);
  const answer = socket(number, path.startsWith('/') ? path : `/${path}`);
  const address = `${podIP}:${number}`;
  const url = `${scheme.toLowerCase()}://${address}${path.startsWith('/') ? path : `/${path}`}`;
  if (answer.kind === 'refused') return `Get "${url}": dial tcp ${address}: connect: connection refused`;
  const isFine = answer.status >= 200 && answer.status < 400;
  return isFine ? undefined : `HTTP probe failed with statuscode: ${answer.status}`;
}

function examineTcp(
  { port }: NonNullable<Probe['tcpSocket']>,
  { container, podIP, socket }: Probed,
): string | undefined {
  const number = resolvePort(container, port);
  if (socket(number).kind === 'accepted') return undefined;
  return `dial tcp ${podIP}:${number}: connect: connection refused`;
}

function examineExec({ command }: NonNullable<Probe['exec']>, { program }: Probed): string | undefined {
  const result = execInside(program, command);
  if (!result) return `exec: "${command[0]}": executable file not found in $PATH`;
  return result.code === 0 ? undefined : result.output;
}

function resolvePort(container: Container, port: number | string): number {
  if (typeof port === 'number') return port;
  return container.ports?.find(({ name }) => name === port)?.containerPort ?? Number(port);
}
