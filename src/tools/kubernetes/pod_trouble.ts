import type { Container, ContainerStatus, Pod } from '../../kubernetes/objects.ts';
import { age, clip, enumerate, plural } from './answer.ts';
import { probeText, shownContainers, statusOf } from './container_lines.ts';
import { isHealthy } from './pod_groups.ts';

/** Why a pod is not well, in a few words; `undefined` when it is. */
export function troubleOf(pod: Pod, now: number): string | undefined {
  if (isHealthy(pod)) return undefined;
  const { metadata, status } = pod;
  if (metadata.deletionTimestamp) return `terminating, ${whenGone(metadata.deletionTimestamp, now)}`;
  if (status?.reason) return `${status.reason}${status.message ? `: ${clip(status.message, 160)}` : ''}`;
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') return `not scheduled: ${clip(scheduled.message ?? scheduled.reason ?? '', 240)}`;
  const troubles = shownContainers(pod).flatMap(container => containerTrouble(pod, container, now) ?? []);
  return (troubles.find(({ weak }) => !weak) ?? troubles[0])?.text ?? conditionTrouble(pod, now);
}

const mostTroubles = 4;

/** One line for all pods with the same trouble, the most frequent first; a few lines at most. */
export function troubleLines(pods: readonly Pod[], now: number, nameOf = bareNameOf): string[] {
  const groups = new Map<string, { text: string; names: string[] }>();
  for (const pod of pods) {
    const text = troubleOf(pod, now);
    if (text === undefined) continue;
    const key = text.replace(/\d+[smhd]?\b/g, '#');
    const group = groups.get(key) ?? { text, names: [] };
    group.names.push(nameOf(pod));
    groups.set(key, group);
  }
  const lines = [...groups.values()]
    .toSorted((a, b) => b.names.length - a.names.length)
    .map(({ text, names }) => `${plural(names.length, 'pod')} not well (${enumerate(names, 3)}): ${text}`);
  if (lines.length <= mostTroubles) return lines;
  return [...lines.slice(0, mostTroubles), `and ${lines.length - mostTroubles} other troubles: see get_pod_status`];
}

function bareNameOf({ metadata }: Pod): string {
  return metadata.name;
}

function whenGone(deletion: string, now: number): string {
  return Date.parse(deletion) <= now ? `due to be gone ${age(deletion, now)} ago` : 'soon gone';
}

interface Trouble {
  text: string;
  /** Says little: another container may say why. */
  weak: boolean;
}

function containerTrouble(pod: Pod, container: Container, now: number): Trouble | undefined {
  const status = statusOf(pod, container.name);
  const { waiting, running, terminated } = status?.state ?? {};
  const which = pod.spec.containers.length > 1 ? `container ${container.name}: ` : '';
  const strong = (text: string): Trouble => ({ text: `${which}${text}`, weak: false });
  if (waiting) {
    const last = status?.lastState?.terminated;
    if (last)
      return strong(
        `${waiting.reason ?? 'waiting'}, last exit ${exitText(container, last, now)}${stoppedBy(container, last)}`,
      );
    const weak = waiting.reason === 'ContainerCreating' || waiting.reason === 'PodInitializing';
    const message = waiting.message ? `: ${clip(waiting.message, 200)}` : '';
    return { text: `${which}${waiting.reason ?? 'waiting'}${message || forHowLong(pod, now)}`, weak };
  }
  if (terminated) return strong(`stopped, ${exitText(container, terminated, now)}`);
  if (!running) return { text: `${which}not started${forHowLong(pod, now)}`, weak: true };
  return status?.ready ? undefined : strong(probeTrouble(container, status));
}

function probeTrouble(container: Container, status: ContainerStatus | undefined): string {
  if (status?.started === false && container.startupProbe)
    return `startup probe has not passed (${probeText(container.startupProbe)})`;
  return container.readinessProbe
    ? `readiness probe fails (${probeText(container.readinessProbe)})`
    : 'runs, but is not ready';
}

type Terminated = NonNullable<ContainerStatus['state']['terminated']>;

function exitText(container: Container, { exitCode, reason, message, finishedAt }: Terminated, now: number): string {
  const limit = container.resources?.limits?.['memory'];
  const oom = reason === 'OOMKilled' && limit ? ` at its memory limit of ${limit}` : '';
  const when = finishedAt ? ` ${age(finishedAt, now)} ago` : '';
  return `code ${exitCode}${reason ? ` ${reason}` : ''}${oom}${when}${message ? `: ${clip(message.trim(), 160)}` : ''}`;
}

/** A container that was asked to stop while its pod stays: nothing but its liveness probe does that over and over. */
function stoppedBy({ livenessProbe }: Container, { exitCode, reason }: Terminated): string {
  const asked = reason !== 'OOMKilled' && (exitCode === 143 || exitCode === 137 || reason === 'Completed');
  return asked && livenessProbe ? `, perhaps because its liveness probe fails (${probeText(livenessProbe)})` : '';
}

function forHowLong({ metadata }: Pod, now: number): string {
  return metadata.creationTimestamp ? ` for ${age(metadata.creationTimestamp, now)}` : '';
}

/** When every container is well: a node that fell silent, or a readiness gate. */
function conditionTrouble({ status, spec }: Pod, now: number): string {
  const wrong = (status?.conditions ?? []).filter(condition => condition.status !== 'True');
  const told = wrong.find(({ type, reason }) => type !== 'Ready' && reason !== 'ContainersNotReady') ?? wrong[0];
  if (!told) return `${status?.phase ?? 'Pending'}`;
  const since = told.lastTransitionTime ? ` for ${age(told.lastTransitionTime, now)}` : '';
  const because = [told.reason, told.message].filter(Boolean).join(': ');
  const silent = told.status === 'Unknown' || (spec.nodeName && told.type === 'Ready' && !because);
  const node = silent ? `; its node ${spec.nodeName} may have fallen silent` : '';
  return `${told.type} is ${told.status}${since}${because ? ` (${clip(because, 160)})` : ''}${node}`;
}
