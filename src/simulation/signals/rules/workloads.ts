import type { HorizontalPodAutoscaler } from '../../../kubernetes/kinds/autoscaling.ts';
import type { DaemonSet, Job, StatefulSet } from '../../../kubernetes/kinds/workloads.ts';
import type { Deployment } from '../../../kubernetes/objects.ts';
import { type AlertRule, minute, nameOf, stateLabels } from './rule.ts';

export const workloadRules: readonly AlertRule[] = [
  {
    name: 'KubeDeploymentReplicasMismatch',
    severity: 'warning',
    summary: 'A deployment has fewer available replicas than it should have.',
    forMs: 2 * minute,
    find: ({ deployments }) =>
      deployments.filter(lacksReplicas).map(deployment => ({
        labels: stateLabels(deployment, 'deployment'),
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
        labels: { ...stateLabels(deployment, 'deployment'), condition: 'Progressing', status: 'false' },
        description: `The rollout of deployment ${nameOf(deployment)} has exceeded its progress deadline.`,
      })),
  },
  {
    name: 'KubeStatefulSetReplicasMismatch',
    severity: 'warning',
    summary: 'A stateful set has fewer ready replicas than it should have.',
    forMs: 2 * minute,
    find: ({ statefulSets }) =>
      statefulSets.filter(lacksReady).map(set => ({
        labels: stateLabels(set, 'statefulset'),
        description: `StatefulSet ${nameOf(set)} has ${set.status?.readyReplicas ?? 0} of ${wanted(set)} replicas ready.`,
      })),
  },
  {
    name: 'KubeDaemonSetRolloutStuck',
    severity: 'warning',
    summary: 'A daemon set does not run on every node as it should.',
    forMs: 2 * minute,
    find: ({ daemonSets }) =>
      daemonSets.filter(isIncomplete).map(set => ({
        labels: stateLabels(set, 'daemonset'),
        description: `DaemonSet ${nameOf(set)} has ${set.status?.numberAvailable ?? 0} of ${set.status?.desiredNumberScheduled ?? 0} pods available.`,
      })),
  },
  {
    name: 'KubeJobFailed',
    severity: 'warning',
    summary: 'A job has failed.',
    forMs: minute,
    find: ({ jobs }) =>
      jobs.filter(hasFailed).map(job => ({
        labels: stateLabels(job, 'job_name'),
        description: `Job ${nameOf(job)} has failed.`,
      })),
  },
  {
    name: 'KubeJobNotCompleted',
    severity: 'warning',
    summary: 'A job has been running for much longer than expected.',
    forMs: 0,
    find: ({ jobs, now }) =>
      jobs
        .filter(job => runsSince(job, now) > 30 * minute)
        .map(job => ({
          labels: stateLabels(job, 'job_name'),
          description: `Job ${nameOf(job)} has been running for more than half an hour.`,
        })),
  },
  {
    name: 'KubeHpaReplicasMismatch',
    severity: 'warning',
    summary: 'An autoscaler does not get the replicas that it wants.',
    forMs: 5 * minute,
    find: ({ autoscalers }) =>
      autoscalers.filter(isUnmet).map(one => ({
        labels: stateLabels(one, 'horizontalpodautoscaler'),
        description: `HPA ${nameOf(one)} wants ${one.status?.desiredReplicas ?? 0} replicas and has ${one.status?.currentReplicas ?? 0}.`,
      })),
  },
  {
    name: 'KubeHpaMaxedOut',
    severity: 'warning',
    summary: 'An autoscaler has been at its upper limit for a while.',
    forMs: 5 * minute,
    find: ({ autoscalers }) =>
      autoscalers.filter(isAtTop).map(one => ({
        labels: stateLabels(one, 'horizontalpodautoscaler'),
        description: `HPA ${nameOf(one)} runs ${one.spec.maxReplicas} replicas, and may not run more.`,
      })),
  },
];

function lacksReplicas(deployment: Deployment): boolean {
  return (deployment.status?.availableReplicas ?? 0) < wanted(deployment);
}

function isStuckRollout({ status }: Deployment): boolean {
  return (status?.conditions ?? []).some(({ type, status }) => type === 'Progressing' && status === 'False');
}

function wanted({ spec }: Deployment | StatefulSet): number {
  return spec.replicas ?? 1;
}

function lacksReady(set: StatefulSet): boolean {
  return (set.status?.readyReplicas ?? 0) !== wanted(set);
}

function isIncomplete({ status }: DaemonSet): boolean {
  const goal = status?.desiredNumberScheduled ?? 0;
  const { numberAvailable = 0, updatedNumberScheduled = 0, numberMisscheduled = 0 } = status ?? {};
  return numberAvailable !== goal || updatedNumberScheduled !== goal || numberMisscheduled !== 0;
}

function hasFailed({ status }: Job): boolean {
  return (status?.conditions ?? []).some(({ type, status: is }) => type === 'Failed' && is === 'True');
}

/** Milliseconds; 0 for a job that has no pods that run. */
function runsSince({ status }: Job, now: number): number {
  const start = Date.parse(status?.startTime ?? '');
  return Number.isNaN(start) || (status?.active ?? 0) === 0 ? 0 : now - start;
}

function isUnmet({ spec, status }: HorizontalPodAutoscaler): boolean {
  const { currentReplicas = 0, desiredReplicas = 0 } = status ?? {};
  const inBetween = currentReplicas > (spec.minReplicas ?? 1) && currentReplicas < spec.maxReplicas;
  return desiredReplicas !== currentReplicas && inBetween;
}

function isAtTop({ spec, status }: HorizontalPodAutoscaler): boolean {
  return status?.currentReplicas === spec.maxReplicas && spec.maxReplicas !== (spec.minReplicas ?? 1);
}
