import type { HorizontalPodAutoscaler } from '../../../kubernetes/kinds/autoscaling.ts';
import type { CronJob, DaemonSet, Job, StatefulSet } from '../../../kubernetes/kinds/workloads.ts';
import type { Condition, Deployment, KubeObject, ReplicaSet } from '../../../kubernetes/objects.ts';
import type { ClusterObjects } from '../cluster_objects.ts';
import { type Column, type Family, gauge, type Labels, oneIf, type Sample, secondsAt, table } from '../exposition.ts';

/** What kube-state-metrics says about workloads. */
export function workloadFamilies(objects: ClusterObjects): Family[] {
  return [
    ...table(objects.deployments, named('deployment'), deploymentColumns),
    conditions('kube_deployment_status_condition', objects.deployments, named('deployment')),
    ...table(objects.replicaSets, named('replicaset'), replicaSetColumns),
    gauge(
      'kube_replicaset_owner',
      "Information about the ReplicaSet's owner.",
      objects.replicaSets.flatMap(set => owners(set, named('replicaset')(set))),
    ),
    ...table(objects.statefulSets, named('statefulset'), statefulSetColumns),
    ...table(objects.daemonSets, named('daemonset'), daemonSetColumns),
    ...table(objects.jobs, named('job_name'), jobColumns),
    jobEnds('complete', 'The job has completed its execution.', objects.jobs),
    jobEnds('failed', 'The job has failed its execution.', objects.jobs),
    gauge(
      'kube_job_owner',
      "Information about the Job's owner.",
      objects.jobs.flatMap(job => owners(job, named('job_name')(job))),
    ),
    ...table(objects.cronJobs, named('cronjob'), cronJobColumns),
    gauge(
      'kube_cronjob_info',
      'Info about cronjob.',
      objects.cronJobs.map(job => ({
        labels: {
          ...named('cronjob')(job),
          schedule: job.spec.schedule,
          concurrency_policy: job.spec.concurrencyPolicy ?? 'Allow',
        },
        value: 1,
      })),
    ),
    ...table(objects.autoscalers, named('horizontalpodautoscaler'), autoscalerColumns),
    conditions('kube_horizontalpodautoscaler_status_condition', objects.autoscalers, named('horizontalpodautoscaler')),
  ];
}

export function named(kind: string): (object: KubeObject) => Labels {
  return ({ metadata }) => ({
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    [kind]: metadata.name,
  });
}

function owners({ metadata }: KubeObject, labels: Labels): Sample[] {
  return (metadata.ownerReferences ?? []).map(({ kind, name, controller }) => ({
    labels: { ...labels, owner_kind: kind, owner_name: name, owner_is_controller: String(controller === true) },
    value: 1,
  }));
}

/** Each condition with each of its three values, of which one holds. */
export function conditions(
  name: string,
  objects: readonly (KubeObject & { status?: { conditions?: Condition[] } })[],
  labelsOf: (object: KubeObject) => Labels,
): Family {
  const samples = objects.flatMap(object =>
    (object.status?.conditions ?? []).flatMap(({ type, status: is }) =>
      ['true', 'false', 'unknown'].map(status => ({
        labels: { ...labelsOf(object), condition: type, status },
        value: oneIf(is.toLowerCase() === status),
      })),
    ),
  );
  return gauge(name, 'The current status conditions.', samples);
}

const created: Column<KubeObject>[2] = ({ metadata }) => secondsAt(metadata.creationTimestamp);
const generation: Column<KubeObject>[2] = ({ metadata }) => metadata.generation;

const deploymentColumns: Column<Deployment>[] = [
  ['kube_deployment_created', 'Unix creation timestamp', created],
  ['kube_deployment_metadata_generation', 'The generation of the desired state.', generation],
  ['kube_deployment_spec_replicas', 'Number of desired pods for a deployment.', ({ spec }) => spec.replicas ?? 1],
  ['kube_deployment_spec_paused', 'Whether the deployment is paused.', ({ spec }) => oneIf(spec.paused === true)],
  ['kube_deployment_status_replicas', 'The number of replicas.', ({ status }) => status?.replicas ?? 0],
  ['kube_deployment_status_replicas_ready', 'Ready replicas.', ({ status }) => status?.readyReplicas ?? 0],
  ['kube_deployment_status_replicas_available', 'Available ones.', ({ status }) => status?.availableReplicas ?? 0],
  ['kube_deployment_status_replicas_unavailable', 'Others.', ({ status }) => status?.unavailableReplicas ?? 0],
  ['kube_deployment_status_replicas_updated', 'Updated replicas.', ({ status }) => status?.updatedReplicas ?? 0],
  ['kube_deployment_status_observed_generation', 'As observed.', ({ status }) => status?.observedGeneration ?? 0],
];

const replicaSetColumns: Column<ReplicaSet>[] = [
  ['kube_replicaset_created', 'Unix creation timestamp', created],
  ['kube_replicaset_metadata_generation', 'The generation of the desired state.', generation],
  ['kube_replicaset_spec_replicas', 'Number of desired pods for a ReplicaSet.', ({ spec }) => spec.replicas ?? 1],
  ['kube_replicaset_status_replicas', 'The number of replicas.', ({ status }) => status?.replicas ?? 0],
  ['kube_replicaset_status_ready_replicas', 'Ready replicas.', ({ status }) => status?.readyReplicas ?? 0],
  ['kube_replicaset_status_observed_generation', 'As observed.', ({ status }) => status?.observedGeneration ?? 0],
];

const statefulSetColumns: Column<StatefulSet>[] = [
  ['kube_statefulset_created', 'Unix creation timestamp', created],
  ['kube_statefulset_metadata_generation', 'The generation of the desired state.', generation],
  ['kube_statefulset_replicas', 'Number of desired pods for a StatefulSet.', ({ spec }) => spec.replicas ?? 1],
  ['kube_statefulset_status_replicas', 'The number of replicas.', ({ status }) => status?.replicas ?? 0],
  ['kube_statefulset_status_replicas_ready', 'Ready replicas.', ({ status }) => status?.readyReplicas ?? 0],
  ['kube_statefulset_status_replicas_available', 'Available ones.', ({ status }) => status?.availableReplicas ?? 0],
  ['kube_statefulset_status_replicas_current', 'Current replicas.', ({ status }) => status?.currentReplicas ?? 0],
  ['kube_statefulset_status_replicas_updated', 'Updated replicas.', ({ status }) => status?.updatedReplicas ?? 0],
  ['kube_statefulset_status_observed_generation', 'As observed.', ({ status }) => status?.observedGeneration ?? 0],
];

const daemonSetColumns: Column<DaemonSet>[] = [
  ['kube_daemonset_created', 'Unix creation timestamp', created],
  ['kube_daemonset_metadata_generation', 'The generation of the desired state.', generation],
  ['kube_daemonset_status_desired_number_scheduled', 'Wanted.', ({ status }) => status?.desiredNumberScheduled ?? 0],
  ['kube_daemonset_status_current_number_scheduled', 'Current.', ({ status }) => status?.currentNumberScheduled ?? 0],
  ['kube_daemonset_status_number_available', 'Available.', ({ status }) => status?.numberAvailable ?? 0],
  ['kube_daemonset_status_number_unavailable', 'Others.', ({ status }) => status?.numberUnavailable ?? 0],
  ['kube_daemonset_status_number_ready', 'Ready.', ({ status }) => status?.numberReady ?? 0],
  [
    'kube_daemonset_status_number_misscheduled',
    'Where none should be.',
    ({ status }) => status?.numberMisscheduled ?? 0,
  ],
  ['kube_daemonset_status_updated_number_scheduled', 'Updated.', ({ status }) => status?.updatedNumberScheduled ?? 0],
];

const jobColumns: Column<Job>[] = [
  ['kube_job_created', 'Unix creation timestamp', created],
  ['kube_job_spec_completions', 'Wanted completions.', ({ spec }) => spec.completions],
  ['kube_job_spec_parallelism', 'Wanted parallel pods.', ({ spec }) => spec.parallelism],
  ['kube_job_status_active', 'The number of actively running pods.', ({ status }) => status?.active ?? 0],
  ['kube_job_status_succeeded', 'Pods that reached phase Succeeded.', ({ status }) => status?.succeeded ?? 0],
  ['kube_job_status_failed', 'Pods that reached phase Failed.', ({ status }) => status?.failed ?? 0],
  ['kube_job_status_start_time', 'When the job manager acknowledged it.', ({ status }) => secondsAt(status?.startTime)],
  ['kube_job_status_completion_time', 'When the job was completed.', ({ status }) => secondsAt(status?.completionTime)],
];

const cronJobColumns: Column<CronJob>[] = [
  ['kube_cronjob_created', 'Unix creation timestamp', created],
  ['kube_cronjob_status_active', 'Active jobs.', ({ status }) => status?.active?.length ?? 0],
  ['kube_cronjob_spec_suspend', 'Whether it is suspended.', ({ spec }) => oneIf(spec.suspend === true)],
  ['kube_cronjob_status_last_schedule_time', 'The last one.', ({ status }) => secondsAt(status?.lastScheduleTime)],
  ['kube_cronjob_status_last_successful_time', 'Likewise.', ({ status }) => secondsAt(status?.lastSuccessfulTime)],
];

const autoscalerColumns: Column<HorizontalPodAutoscaler>[] = [
  ['kube_horizontalpodautoscaler_spec_max_replicas', 'Upper limit.', ({ spec }) => spec.maxReplicas],
  ['kube_horizontalpodautoscaler_spec_min_replicas', 'Lower limit.', ({ spec }) => spec.minReplicas ?? 1],
  [
    'kube_horizontalpodautoscaler_status_current_replicas',
    'Current number of replicas.',
    ({ status }) => status?.currentReplicas ?? 0,
  ],
  [
    'kube_horizontalpodautoscaler_status_desired_replicas',
    'Desired number of replicas.',
    ({ status }) => status?.desiredReplicas ?? 0,
  ],
];

function jobEnds(which: 'complete' | 'failed', help: string, jobs: readonly Job[]): Family {
  const type = which === 'complete' ? 'Complete' : 'Failed';
  const samples = jobs.flatMap(job => {
    const condition = job.status?.conditions?.find(one => one.type === type);
    if (!condition) return [];
    return ['true', 'false', 'unknown'].map(value => ({
      labels: { ...named('job_name')(job), condition: value },
      value: oneIf(condition.status.toLowerCase() === value),
    }));
  });
  return gauge(`kube_job_${which}`, help, samples);
}
