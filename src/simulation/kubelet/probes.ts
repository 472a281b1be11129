import type { Container, Probe } from '../../kubernetes/objects.ts';
import type { Program } from '../programs/program.ts';
import { execInside } from '../programs/run_program.ts';
import type { Socket } from '../programs/world.ts';

/** What is probed: a container that runs. */
export interface Probed {
  container: Container;
  /** Another one for every command that is run in it. */
  nextExecID(): string;
  program: Program;
  podIP: string;
  socket: Socket;
}

/** An error is no verdict: the kubelet complains, and looks again. */
export type ProbeResult = { kind: 'success' } | { kind: 'failure' | 'error'; message: string };

const success: ProbeResult = { kind: 'success' };

export function examine(probe: Probe, probed: Probed): ProbeResult {
  const seconds = probe.timeoutSeconds ?? 1;
  if (probe.exec) return examineExec(probe.exec.command, probed, seconds);
  const request = probe.httpGet ?? probe.tcpSocket ?? probe.grpc;
  if (!request) return { kind: 'error', message: `missing probe handler for ${probed.container.name}` };
  const port = resolvePort(probed.container, request.port);
  if (typeof port === 'string') return { kind: 'error', message: port };
  if (probe.httpGet) return examineHttp(probe.httpGet, port, probed, seconds);
  return probe.grpc ? examineGrpc(port, probed, seconds) : examineTcp(port, probed);
}

function examineHttp(
  { path = '/', scheme = 'HTTP' }: NonNullable<Probe['httpGet']>,
  port: number,
  { podIP, socket }: Probed,
  timeout: number,
): ProbeResult {
  const full = path.startsWith('/') ? path : `/${path}`;
  const address = `${podIP}:${port}`;
  const failed = (why: string): ProbeResult => ({
    kind: 'failure',
    message: `Get "${scheme.toLowerCase()}://${address}${full}": ${why}`,
  });
  const answer = socket(port, full);
  if (answer.kind === 'refused') return failed(`dial tcp ${address}: connect: connection refused`);
  if (scheme === 'HTTPS' && !answer.tls) return failed('http: server gave HTTP response to HTTPS client');
  if ((answer.seconds ?? 0) > timeout)
    return failed('context deadline exceeded (Client.Timeout exceeded while awaiting headers)');
  // A server that expects HTTPS tells a client that speaks plainly that the request is a bad one.
  const status = scheme !== 'HTTPS' && answer.tls ? 400 : answer.status;
  if (status >= 200 && status < 400) return success;
  return { kind: 'failure', message: `HTTP probe failed with statuscode: ${status}` };
}

function examineTcp(port: number, { podIP, socket }: Probed): ProbeResult {
  if (socket(port).kind === 'accepted') return success;
  return { kind: 'failure', message: `dial tcp ${podIP}:${port}: connect: connection refused` };
}

/** A client of gRPC tries again until its time is up, whatever the reason. */
function examineGrpc(port: number, { podIP, socket }: Probed, timeout: number): ProbeResult {
  const answer = socket(port);
  // What speaks plain HTTP never greets such a client as it expects.
  if (answer.kind === 'refused' || answer.http) {
    const message = `timeout: failed to connect service "${podIP}:${port}" within ${timeout}s: context deadline exceeded`;
    return { kind: 'failure', message };
  }
  if ((answer.seconds ?? 0) <= timeout) return success;
  return { kind: 'failure', message: `timeout: health rpc did not complete within ${timeout}s` };
}

function examineExec(command: readonly string[], { program, nextExecID }: Probed, timeout: number): ProbeResult {
  const result = execInside(program, command);
  if (!result) return { kind: 'error', message: execError(nextExecID(), command[0] ?? '') };
  if (result.seconds > timeout) {
    const message = `command timed out: "${command.join(' ')}" timed out after ${timeout}s`;
    return { kind: 'failure', message };
  }
  return result.code === 0 ? success : { kind: 'failure', message: result.output };
}

/** The runtime's words for a command that isn't there. */
export function execError(id: string, file: string): string {
  const why = file.includes('/')
    ? `exec: "${file}": stat ${file}: no such file or directory`
    : `exec: "${file}": executable file not found in $PATH`;
  const started = `failed to start exec "${id}": OCI runtime exec failed: exec failed`;
  return `rpc error: code = Unknown desc = failed to exec in container: ${started}: unable to start container process: ${why}`;
}

/** By number or by name; otherwise why it is none. */
function resolvePort(container: Container, port: number | string): number | string {
  if (typeof port === 'number') return port;
  const named = container.ports?.find(({ name }) => name === port)?.containerPort ?? Number(port);
  return Number.isInteger(named) ? named : `strconv.Atoi: parsing "${port}": invalid syntax`;
}
