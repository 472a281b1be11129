import type { ContainerStatus, Pod } from '../../kubernetes/objects.ts';
import type { LogLine, LogSource } from '../api/client.ts';
import type { PodRecord } from './pod_record.ts';

type Query = Parameters<LogSource>[1];

/** The log of one run of a container, or why there is none, in the words of a kubelet. */
export function logOf(
  record: PodRecord,
  pod: Pod,
  { container, previous }: Query,
): readonly LogLine[] | { error: string } {
  const one = record.containers.get(container);
  const who = `container "${container}" in pod "${pod.metadata.name}"`;
  if (!one) return { error: `container ${container} is not valid for pod ${pod.metadata.name}` };
  const statuses = [...(record.told?.containerStatuses ?? []), ...(record.told?.initContainerStatuses ?? [])];
  const status = statuses.find(({ name }) => name === container);
  if (!status) return { error: `${who} is not available` };
  const id = idOf(status, previous);
  const run = one.runs.find(known => known.id === id);
  if (run) return run.log.read(record.node.clock.now());
  return { error: previous ? `previous terminated ${who} not found` : whyNone(status, who) };
}

function idOf({ state, lastState, containerID }: ContainerStatus, previous: boolean): string | undefined {
  if (previous) return lastState.terminated?.containerID;
  if (state.running) return containerID;
  return state.terminated?.containerID ?? lastState.terminated?.containerID;
}

function whyNone({ state, lastState }: ContainerStatus, who: string): string {
  if (state.terminated || lastState.terminated) return `${who} is terminated`;
  const reason = state.waiting?.reason;
  if (reason === 'ErrImagePull') return `${who} is waiting to start: image can't be pulled`;
  if (reason === 'ImagePullBackOff') return `${who} is waiting to start: trying and failing to pull image`;
  return `${who} is waiting to start: ${reason ?? 'no logs yet'}`;
}
