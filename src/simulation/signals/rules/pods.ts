import type { ContainerStatus, Pod } from '../../../kubernetes/objects.ts';
import { type AlertRule, minute, nameOf } from './rule.ts';

export const podRules: readonly AlertRule[] = [
  {
    name: 'KubePodCrashLooping',
    severity: 'warning',
    summary: 'A container keeps crashing and is restarted ever more slowly.',
    forMs: minute,
    rememberMs: 2 * minute,
    find: ({ pods }) =>
      waiting(pods, reason => reason === 'CrashLoopBackOff').map(({ labels, reason, where }) => ({
        labels: { ...labels, reason, job: 'kube-state-metrics' },
        description: `${where} is waiting to be restarted (${reason}).`,
      })),
  },
  {
    name: 'KubePodNotReady',
    severity: 'warning',
    summary: 'A pod has not come up.',
    forMs: 2 * minute,
    find: ({ pods }) =>
      pods
        .filter(isStuck)
        .filter(pod => !isOfJob(pod))
        .map(pod => ({
          labels: podLabels(pod),
          description: `Pod ${nameOf(pod)} has been in phase ${pod.status?.phase} for too long.`,
        })),
  },
  {
    name: 'KubeContainerWaiting',
    severity: 'warning',
    summary: 'A container is waiting for something that does not come.',
    forMs: 2 * minute,
    find: ({ pods }) =>
      waiting(pods, reason => !startsUp.includes(reason) && reason !== 'CrashLoopBackOff').map(
        ({ labels, reason, where }) => ({
          labels: { ...labels, job: 'kube-state-metrics' },
          description: `${where} is waiting (${reason}).`,
        }),
      ),
  },
  {
    name: 'CPUThrottlingHigh',
    severity: 'info',
    summary: 'A container is held back by its CPU limit much of the time.',
    forMs: 2 * minute,
    find({ increases }) {
      const throttled = new Map(
        increases('throttled', 5 * minute).map(one => [containerKey(one.labels), one.increase]),
      );
      return increases('periods', 5 * minute).flatMap(({ labels, increase }) => {
        const share = (throttled.get(containerKey(labels)) ?? 0) / increase;
        if (!(share > 0.25)) return [];
        const { namespace = '', pod = '', container = '' } = labels;
        const description = `Container ${container} of ${namespace}/${pod} is throttled in ${Math.round(share * 100)}% of its CPU periods.`;
        return [{ labels: { namespace, pod, container }, description }];
      });
    },
  },
];

const startsUp = ['ContainerCreating', 'PodInitializing'];

interface WaitingContainer {
  labels: Record<string, string>;
  reason: string;
  where: string;
}

function waiting(pods: readonly Pod[], matches: (reason: string) => boolean): WaitingContainer[] {
  return pods.flatMap(pod =>
    statusesOf(pod).flatMap(({ name, state }) => {
      const reason = state.waiting?.reason;
      if (reason === undefined || !matches(reason)) return [];
      return [{ labels: { ...podLabels(pod), container: name }, reason, where: `Container ${name} of ${nameOf(pod)}` }];
    }),
  );
}

function statusesOf(pod: Pod): ContainerStatus[] {
  return [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
}

function isStuck(pod: Pod): boolean {
  return ['Pending', 'Unknown', 'Failed'].includes(pod.status?.phase ?? 'Pending');
}

/** What becomes of a Job has alerts of its own. */
function isOfJob({ metadata }: Pod): boolean {
  return metadata.ownerReferences?.some(({ kind }) => kind === 'Job') === true;
}

function podLabels({ metadata }: Pod): Record<string, string> {
  return { namespace: metadata.namespace ?? '', pod: metadata.name };
}

function containerKey({ podUid, container, run }: Readonly<Record<string, string>>): string {
  return `${podUid} ${container} ${run}`;
}
