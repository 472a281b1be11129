import type { ContainerStatus, Pod } from '../../../kubernetes/objects.ts';
import { age, ageColumn, type Column, column, nameColumn, orNone, wide } from './column.ts';

type WidePod = Pod & {
  spec: Pod['spec'] & { readinessGates?: { conditionType: string }[] };
  status?: NonNullable<Pod['status']> & { nominatedNodeName?: string };
};

export const podColumns: readonly Column<WidePod>[] = [
  nameColumn,
  column('Ready', readyText),
  column('Status', statusText),
  column('Restarts', restartsText),
  ageColumn,
  wide('IP', pod => orNone(pod.status?.podIP)),
  wide('Node', pod => orNone(pod.spec.nodeName)),
  wide('Nominated Node', pod => orNone(pod.status?.nominatedNodeName)),
  wide('Readiness Gates', readinessGatesText),
];

function readyText(pod: Pod): string {
  const ready = (pod.status?.containerStatuses ?? []).filter(container => container.ready && container.state?.running);
  return `${ready.length}/${pod.spec.containers.length}`;
}

/** The one word that people read: the pod's phase, unless a container or a deletion has more to say. */
function statusText(pod: Pod): string {
  const { status } = pod;
  const phase = status?.reason || status?.phase || '';
  const initializing = initText(pod);
  const summary = initializing ?? containersText(pod, phase);
  if (pod.metadata.deletionTimestamp === undefined) return summary;
  if (status?.reason === 'NodeLost') return 'Unknown';
  return status?.phase === 'Succeeded' || status?.phase === 'Failed' ? summary : 'Terminating';
}

function initText(pod: Pod): string | undefined {
  const all = pod.spec.initContainers?.length ?? 0;
  for (const [index, container] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0 || (container.started === true && container.state?.running)) continue;
    if (terminated) return `Init:${terminated.reason || exitText(terminated)}`;
    return waiting?.reason && waiting.reason !== 'PodInitializing' ? `Init:${waiting.reason}` : `Init:${index}/${all}`;
  }
  return undefined;
}

function containersText(pod: Pod, phase: string): string {
  const statuses = pod.status?.containerStatuses ?? [];
  let text = phase;
  let running = false;
  for (const { state, ready } of statuses.toReversed()) {
    if (state?.waiting?.reason) text = state.waiting.reason;
    else if (state?.terminated) text = state.terminated.reason || exitText(state.terminated);
    else if (ready && state?.running) running = true;
  }
  if (text !== 'Completed' || !running) return text;
  const isReady = pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  return isReady ? 'Running' : 'NotReady';
}

function exitText(terminated: { exitCode: number; signal?: number }): string {
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`;
}

/** `3 (20s ago)`: how often, and how long since the last one ended. */
function restartsText(pod: Pod, now: number): string {
  const containers = pod.status?.containerStatuses ?? [];
  const restarts = containers.reduce((sum, container) => sum + (container.restartCount ?? 0), 0);
  const last = containers.map(lastEnd).filter(Boolean).sort().at(-1);
  return restarts === 0 || last === undefined ? String(restarts) : `${restarts} (${age(last, now)} ago)`;
}

function lastEnd(container: ContainerStatus): string | undefined {
  return container.lastState?.terminated?.finishedAt;
}

function readinessGatesText(pod: WidePod): string {
  const gates = pod.spec.readinessGates ?? [];
  const met = gates.filter(gate =>
    pod.status?.conditions?.some(({ type, status }) => type === gate.conditionType && status === 'True'),
  );
  return gates.length === 0 ? '<none>' : `${met.length}/${gates.length}`;
}
