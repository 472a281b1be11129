import type { Pod } from '../../kubernetes/objects.ts';
import { ageRange, clip, enumerate } from './answer.ts';
import { containerLines, shownContainers, statusOf } from './container_lines.ts';
import { controllerOf } from './subject.ts';

/** Pods that are in the same state for the same reason. */
export interface PodGroup {
  pods: [Pod, ...Pod[]];
  healthy: boolean;
}

/** Folds pods of identical state; what is broken comes first, then the larger group. */
export function groupPods(pods: readonly Pod[]): PodGroup[] {
  const groups = new Map<string, PodGroup>();
  for (const pod of pods) {
    const key = stateKey(pod);
    const group = groups.get(key);
    if (group) group.pods.push(pod);
    else groups.set(key, { pods: [pod], healthy: isHealthy(pod) });
  }
  return [...groups.values()].sort((a, b) => Number(a.healthy) - Number(b.healthy) || b.pods.length - a.pods.length);
}

export function isHealthy(pod: Pod): boolean {
  if (pod.status?.phase === 'Succeeded') return true;
  if (pod.metadata.deletionTimestamp) return false;
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** One block of text for a group, with the pod that restarted most as its example. */
export function describeGroup(group: PodGroup, now: number, revision?: string): string {
  const { pods } = group;
  const example = pods.reduce((a, b) => (restartsOf(b) > restartsOf(a) ? b : a));
  const containers = shownContainers(example);
  const lines = [
    headline(group, example, now, revision),
    ...containers.flatMap(container => containerLines(example, container, now)),
    ...conditionLines(example),
  ];
  if (pods.length > 1) {
    const counts = pods.map(restartsOf);
    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    if (least !== most) lines.push(`  restarts in this group: ${least} to ${most}`);
  }
  return lines.join('\n');
}

function headline({ pods }: PodGroup, example: Pod, now: number, revision?: string): string {
  const statuses = example.status?.containerStatuses ?? [];
  const ready = `${statuses.filter(status => status.ready).length}/${example.spec.containers.length} containers ready`;
  const controller = controllerOf(example);
  const owner = controller ? ` of ${controller.kind} ${controller.name}${revision ? ` (${revision})` : ''}` : '';
  const phase = example.metadata.deletionTimestamp ? 'Terminating' : (example.status?.phase ?? 'Pending');
  const old = `${ageRange(
    pods.map(pod => pod.metadata.creationTimestamp),
    now,
  )} old`;
  const names = enumerate(
    pods.map(pod => pod.metadata.name),
    3,
  );
  const nodes = [...new Set(pods.map(pod => pod.spec.nodeName).filter(node => node !== undefined))];
  const place = nodes.length > 0 ? `on ${enumerate(nodes, 3)}` : 'on no node';
  return `${pods.length === 1 ? '1 pod' : `${pods.length} pods alike`}${owner}: ${phase}, ${ready}, ${old}, ${place}: ${names}`;
}

/** Conditions that are not true, when the containers don't already say it. */
function conditionLines(pod: Pod): string[] {
  const wrong = (pod.status?.conditions ?? []).filter(condition => condition.status !== 'True');
  const said = wrong.filter(({ reason }) => reason !== 'ContainersNotReady' && reason !== 'PodCompleted');
  const lines = said.map(({ type, reason, message }) => {
    const because = [reason, message && clip(message, 300)].filter(Boolean).join(': ');
    return `  ${type} is not true${because ? ` (${because})` : ''}`;
  });
  const { reason, message } = pod.status ?? {};
  return reason ? [`  pod ${reason}: ${clip(message ?? '', 200)}`, ...lines] : lines;
}

export function restartsOf(pod: Pod): number {
  return (pod.status?.containerStatuses ?? []).reduce((sum, status) => sum + status.restartCount, 0);
}

/** Everything that tells states apart, without what differs between any two pods: names, times, counts. */
function stateKey(pod: Pod): string {
  const plain = (text: string | undefined) => text?.replaceAll(pod.metadata.name, '').replace(/\(.*?\)|\d+/g, '');
  const containers = shownContainers(pod).map(container => {
    const status = statusOf(pod, container.name);
    const { waiting, running, terminated } = status?.state ?? {};
    const last = status?.lastState?.terminated;
    return [
      container.image,
      container.resources,
      waiting && [waiting.reason, plain(waiting.message)],
      running !== undefined,
      terminated && [terminated.reason, terminated.exitCode],
      last && [last.reason, last.exitCode],
      status?.ready,
    ];
  });
  const conditions = (pod.status?.conditions ?? []).map(({ type, status, reason, message }) =>
    status === 'True' ? [] : [type, reason, plain(message)],
  );
  const { phase, reason } = pod.status ?? {};
  return JSON.stringify([
    controllerOf(pod)?.name,
    phase,
    reason,
    !pod.metadata.deletionTimestamp,
    containers,
    conditions,
  ]);
}
