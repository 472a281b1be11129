import type { Container, ContainerStatus, Pod, Probe } from '../../kubernetes/objects.ts';
import { age, clip } from './answer.ts';

/** What one container is doing, why, and what it was given to do it with; two or three lines. */
export function containerLines(pod: Pod, container: Container, now: number): string[] {
  const status = statusOf(pod, container.name);
  const facts = [`image ${container.image}`, ...resources(container)];
  const last = lastExit(container, status, now);
  return [
    `  ${container.name}: ${stateText(container, status, now)}; ${status?.restartCount ?? 0} restarts`,
    ...(last ? [`    ${last}`] : []),
    `    ${facts.join('; ')}`,
  ];
}

export function statusOf(pod: Pod, container: string): ContainerStatus | undefined {
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  return statuses.find(status => status.name === container);
}

/** The containers worth showing: those that run, and init containers that have not done their part. */
export function shownContainers(pod: Pod): Container[] {
  const waiting = (pod.spec.initContainers ?? []).filter(container => {
    const state = statusOf(pod, container.name)?.state;
    return !state?.running && state?.terminated?.exitCode !== 0;
  });
  const started = pod.status?.conditions?.some(({ type, status }) => type === 'Initialized' && status === 'True');
  return started ? pod.spec.containers : [...waiting, ...pod.spec.containers];
}

function stateText(container: Container, status: ContainerStatus | undefined, now: number): string {
  const { waiting, running, terminated } = status?.state ?? {};
  if (waiting) {
    const because = waiting.message ? `: ${clip(withoutPodName(waiting.message), 400)}` : '';
    return `waiting, ${waiting.reason}${because}`;
  }
  if (terminated) return `stopped ${exitText(container, terminated, now)}`;
  if (!running) return 'not started';
  const since = `running for ${age(running.startedAt, now)}`;
  if (status?.ready) return `${since}, ready`;
  if (status?.started === false && container.startupProbe) {
    return `${since}, startup probe has not passed (${probeText(container.startupProbe)})`;
  }
  const probe = container.readinessProbe
    ? `readiness probe fails (${probeText(container.readinessProbe)})`
    : 'just started';
  return `${since}, NOT ready: ${probe}`;
}

function lastExit(container: Container, status: ContainerStatus | undefined, now: number): string | undefined {
  const last = status?.lastState?.terminated;
  return last ? `last exit ${exitText(container, last, now)}` : undefined;
}

type Terminated = NonNullable<ContainerStatus['state']['terminated']>;

function exitText(container: Container, exit: Terminated, now: number): string {
  const when = exit.finishedAt ? `${age(exit.finishedAt, now)} ago` : 'at an unknown time';
  const meaning = exitMeaning(container, exit);
  const message = exit.message ? `: ${clip(exit.message.trim(), 200)}` : '';
  return `${when} with exit code ${exit.exitCode}, ${exit.reason}${meaning ? ` (${meaning})` : ''}${message}`;
}

function exitMeaning(container: Container, exit: Terminated): string | undefined {
  if (exit.reason === 'OOMKilled') {
    const limit = container.resources?.limits?.['memory'];
    return limit ? `it needed more memory than its limit of ${limit}` : 'the node ran out of memory';
  }
  const meanings: Record<number, string> = {
    126: 'the command can not be executed',
    127: 'the command was not found',
    137: 'killed',
    139: 'segmentation fault',
    143: 'asked to stop',
  };
  return meanings[exit.exitCode];
}

function resources(container: Container): string[] {
  const { requests, limits } = container.resources ?? {};
  const text = (list: Record<string, string>) =>
    Object.entries(list)
      .map(([name, amount]) => `${name} ${amount}`)
      .join(', ');
  return [requests ? `requests ${text(requests)}` : 'no requests', limits ? `limits ${text(limits)}` : 'no limits'];
}

export function probeText(probe: Probe): string {
  const { httpGet, tcpSocket, exec } = probe;
  if (httpGet) return `GET ${httpGet.path ?? '/'} on port ${httpGet.port}`;
  if (tcpSocket) return `TCP connect to port ${tcpSocket.port}`;
  return exec ? `exec ${clip(exec.command.join(' '), 80)}` : 'another kind of probe';
}

/** The kubelet names the pod again in what it says about a container. */
function withoutPodName(message: string): string {
  return message.replace(/ container=\S+ pod=\S+/, ' container');
}
