import type { CronJob, Job, JobSpec } from '../../../kubernetes/kinds/workloads.ts';
import type { WriteContext } from '../resource.ts';
import { defaultTemplate } from './pod.ts';

const uidLabel = 'batch.kubernetes.io/controller-uid';

export function defaultJob(job: Job, { before }: WriteContext): void {
  const { spec, metadata } = job;
  const isLabelled = Object.keys(metadata.labels ?? {}).length > 0;
  const hasLabels = spec.template.metadata?.labels !== undefined;
  defaultTemplate(spec.template);
  defaultJobSpec(spec);
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  spec.manualSelector ??= false;
  job.status ??= {};
  if (!before && !spec.manualSelector) selectOwnPods(job);
  const { labels } = spec.template.metadata ?? {};
  if (labels && hasLabels && !isLabelled) metadata.labels = { ...labels };
}

function defaultJobSpec(spec: JobSpec): void {
  if (spec.parallelism === undefined) spec.completions ??= 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1;
  for (const { onPodConditions = [] } of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of onPodConditions) pattern.status ??= 'True';
  }
}

/** A job selects its pods by its own uid, unless somebody knows better. */
function selectOwnPods({ metadata, spec }: Job): void {
  const { name, uid = '' } = metadata;
  spec.template.metadata = {
    ...spec.template.metadata,
    labels: {
      'job-name': name,
      'batch.kubernetes.io/job-name': name,
      'controller-uid': uid,
      [uidLabel]: uid,
      ...spec.template.metadata?.labels,
    },
  };
  spec.selector = { ...spec.selector, matchLabels: { [uidLabel]: uid, ...spec.selector?.matchLabels } };
}

export function defaultCronJob(cronJob: CronJob): void {
  const { spec } = cronJob;
  spec.concurrencyPolicy ??= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  spec.jobTemplate.metadata ??= {};
  defaultTemplate(spec.jobTemplate.spec.template);
  cronJob.status ??= {};
}
