import type { ContainerStatus, Deployment, Pod } from '../../kubernetes/objects.ts';

/** What the rules look at: one read of the cluster. */
export interface ClusterView {
  pods: readonly Pod[];
  deployments: readonly Deployment[];
}

/** One thing that a rule found wrong. */
export interface Finding {
  labels: Record<string, string>;
  description: string;
}

export interface AlertRule {
  name: string;
  severity: 'warning' | 'critical';
  summary: string;
  /** How long a finding must last before it is an alert. kube-prometheus waits 15 minutes or more. */
  forMs: number;
  /** How long a finding is remembered after it was last seen, for what comes and goes. */
  rememberMs?: number;
  find(view: ClusterView): Finding[];
}

const minute = 60_000;

/** The alerts of kube-prometheus that concern workloads: its names and labels, our words, and less patience. */
export const alertRules: readonly AlertRule[] = [
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
      pods.filter(isStuck).map(pod => ({
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
    name: 'KubeDeploymentReplicasMismatch',
    severity: 'warning',
    summary: 'A deployment has fewer available replicas than it should have.',
    forMs: 2 * minute,
    find: ({ deployments }) =>
      deployments.filter(lacksReplicas).map(deployment => ({
        labels: deploymentLabels(deployment),
        description: `Deployment ${nameOf(deployment)} has ${deployment.status?.availableReplicas ?? 0} of ${wanted(deployment)} replicas available.`,
      })),
  },
  {
    name: 'KubeDeploymentRolloutStuck',
    severity: 'warning',
    summary: 'The rollout of a deployment does not make progress.',
    forMs: minute,
    find: ({ deployments }) =>
      deployments.filter(isStuckRollout).map(deployment => ({
        labels: { ...deploymentLabels(deployment), condition: 'Progressing', status: 'false' },
        description: `The rollout of deployment ${nameOf(deployment)} has exceeded its progress deadline.`,
      })),
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

function lacksReplicas(deployment: Deployment): boolean {
  return (deployment.status?.availableReplicas ?? 0) < wanted(deployment);
}

function isStuckRollout({ status }: Deployment): boolean {
  return (status?.conditions ?? []).some(({ type, status }) => type === 'Progressing' && status === 'False');
}

function wanted({ spec }: Deployment): number {
  return spec.replicas ?? 1;
}

function podLabels({ metadata }: Pod): Record<string, string> {
  return { namespace: metadata.namespace ?? '', pod: metadata.name };
}

function deploymentLabels({ metadata }: Deployment): Record<string, string> {
  return { namespace: metadata.namespace ?? '', deployment: metadata.name, job: 'kube-state-metrics' };
}

function nameOf({ metadata }: Pod | Deployment): string {
  return `${metadata.namespace}/${metadata.name}`;
}
