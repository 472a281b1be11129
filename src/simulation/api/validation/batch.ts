import { selects } from '../../../kubernetes/kinds/label_selector.ts';
import type { CronJob, Job, JobSpec } from '../../../kubernetes/kinds/workloads.ts';
import type { PodTemplate } from '../../../kubernetes/objects.ts';
import { parseSchedule } from '../../../lib/cron_schedule.ts';
import { isTimeZone } from '../../../lib/time_zone.ts';
import type { StatusCause } from '../client.ts';
import { clone, equal } from '../json.ts';
import { podFailurePolicyProblems, successPolicyProblems } from './batch_policies.ts';
import { dnsLabelProblems, subdomainProblems } from './names.ts';
import { internalForm } from './pod/internal_form.ts';
import { each, required, tooLong, unsupported, wrong } from './problem.ts';
import { immutable, notNegative, templateProblems, templateSpecProblems } from './workload.ts';
import { inOrder, requirementProblems } from './workload_selector.ts';

export function validateJob(job: Job, before?: Job): StatusCause[] {
  const { spec, metadata } = job;
  const last = `${metadata.name}-${(spec.completions ?? 0) - 1}`;
  const isBadHost = spec.completionMode === 'Indexed' && (spec.completions ?? 0) > 0 && !isHostname(last);
  const ofSpec = [
    ...jobSpecProblems(spec, 'spec'),
    ...(spec.selector ? requirementProblems(spec.selector, 'spec.selector') : []),
    ...(spec.selector === undefined ? [required('spec.selector')] : []),
    ...templateProblems(spec)
      .slice(0, 1)
      .filter(({ field }) => field === 'spec.template.metadata.labels'),
  ];
  return [
    ...generatedProblems(job),
    ...ofSpec,
    ...(isBadHost
      ? [wrong('metadata.name', metadata.name, `will not able to create pod with invalid DNS label: ${last}`)]
      : []),
    // A real server looks at the spec once more, as one that has changed.
    ...(before ? [...ofSpec, ...jobChangeProblems(job, before)] : []),
  ];
}

/** Unless it says otherwise, a job selects its own pods, by labels that nobody else has given them. */
function generatedProblems({ metadata, spec }: Job): StatusCause[] {
  if (spec.manualSelector || !spec.selector) return [];
  const { name, uid = '' } = metadata;
  const labels = spec.template.metadata?.labels ?? {};
  const expected: Record<string, string> = {
    'controller-uid': uid,
    'job-name': name,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
  };
  const { matchLabels = {} } = spec.selector;
  const shown = { ...spec.selector, matchLabels: inOrder(matchLabels) };
  const wrongLabels = Object.entries(expected).filter(([key, value]) => labels[key] !== value);
  return [
    ...wrongLabels.map(([key, value]) => {
      const field = `spec.template.metadata.labels[${key}]`;
      return labels[key] === undefined
        ? required(field, `must be '${value}'`)
        : wrong(field, labels, `must be '${value}'`);
    }),
    ...(selects(spec.selector, expected) ? [] : [wrong('spec.selector', shown, '`selector` not auto-generated')]),
  ];
}

function isHostname(text: string): boolean {
  return text.length <= 63 && dnsLabelProblems(text).length === 0;
}

function jobSpecProblems(spec: JobSpec, path: string): StatusCause[] {
  const { parallelism, completions, activeDeadlineSeconds, backoffLimit, ttlSecondsAfterFinished } = spec;
  const { backoffLimitPerIndex, maxFailedIndexes } = spec;
  return [
    ...notNegative({ parallelism, completions, activeDeadlineSeconds, backoffLimit, ttlSecondsAfterFinished }, path),
    ...notNegative({ backoffLimitPerIndex, maxFailedIndexes }, path),
    ...(maxFailedIndexes !== undefined && backoffLimitPerIndex === undefined
      ? [required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified')]
      : []),
    ...(spec.managedBy === undefined ? [] : managerProblems(spec.managedBy, `${path}.managedBy`)),
    ...completionModeProblems(spec, path),
    ...podFailurePolicyProblems(spec, `${path}.podFailurePolicy`),
    ...successPolicyProblems(spec, `${path}.successPolicy`),
    ...replacementProblems(spec, `${path}.podReplacementPolicy`),
    ...templateSpecProblems(spec.template, `${path}.template`),
    ...restartProblems(spec, `${path}.template.spec.restartPolicy`),
  ];
}

const longestManager = 63;

/** Somebody's own controller, named by a domain of theirs. */
function managerProblems(manager: string, field: string): StatusCause[] {
  const long = manager.length > longestManager ? [tooLong(field, longestManager)] : [];
  if (manager === '') return [required(field)];
  const [, host = '', path = ''] = /^([^/]*)\/(.*)$/.exec(manager) ?? [];
  if (!host || !path) return [wrong(field, manager, 'must be a domain-prefixed path (such as "acme.io/foo")'), ...long];
  const form = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
  return [
    ...each(field, host, subdomainProblems),
    ...(new RegExp(`^${form}$`).test(path)
      ? []
      : [wrong(field, path, `Invalid path (regex used for validation is '${form}')`)]),
    ...long,
  ];
}

function completionModeProblems(spec: JobSpec, path: string): StatusCause[] {
  const { completionMode = 'NonIndexed', completions, parallelism = 1 } = spec;
  const { backoffLimitPerIndex, maxFailedIndexes } = spec;
  if (completionMode === 'Indexed') {
    return [
      ...(completions === undefined ? [required(`${path}.completions`, 'when completion mode is Indexed')] : []),
      ...(parallelism > 100_000
        ? [
            wrong(
              `${path}.parallelism`,
              parallelism,
              'must be less than or equal to 100000 when completion mode is Indexed',
            ),
          ]
        : []),
      ...(maxFailedIndexes !== undefined && maxFailedIndexes > (completions ?? Infinity)
        ? [wrong(`${path}.maxFailedIndexes`, maxFailedIndexes, 'must be less than or equal to completions')]
        : []),
    ];
  }
  const alone = Object.entries({ backoffLimitPerIndex, maxFailedIndexes }).filter(([, value]) => value !== undefined);
  return [
    ...(completionMode === 'NonIndexed'
      ? []
      : [unsupported(`${path}.completionMode`, completionMode, ['NonIndexed', 'Indexed'])]),
    ...alone.map(([name, value]) => wrong(`${path}.${name}`, value, 'requires indexed completion mode')),
  ];
}

function replacementProblems({ podReplacementPolicy: policy, podFailurePolicy }: JobSpec, field: string) {
  if (policy === undefined) return [];
  const known = podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'];
  return known.includes(policy) ? [] : [unsupported(field, policy, known)];
}

function restartProblems({ template, podFailurePolicy }: JobSpec, field: string): StatusCause[] {
  const policy = template.spec.restartPolicy ?? 'Always';
  if (policy === 'Always') return [required(field, 'valid values: "OnFailure", "Never"')];
  if (policy !== 'OnFailure' && policy !== 'Never') return [unsupported(field, policy, ['OnFailure', 'Never'])];
  if (!podFailurePolicy || policy === 'Never') return [];
  return [wrong(field, policy, 'only "Never" is supported when podFailurePolicy is specified')];
}

function jobChangeProblems(job: Job, before: Job): StatusCause[] {
  const { spec } = job;
  const fixed = ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const;
  return [
    ...completionsChange(spec, before.spec),
    ...immutable(spec.selector, before.spec.selector, 'spec.selector'),
    ...templateChange(job, before),
    ...fixed.flatMap(name => immutable(spec[name], before.spec[name], `spec.${name}`)),
  ];
}

function completionsChange(spec: JobSpec, before: JobSpec): StatusCause[] {
  const { completions, parallelism } = spec;
  if (spec.completionMode !== 'Indexed') return immutable(completions, before.completions, 'spec.completions');
  if (completions === before.completions || completions === undefined || completions === parallelism) return [];
  return [wrong('spec.completions', completions, 'can only be modified in tandem with spec.parallelism')];
}

/** While a job is suspended and nothing of it runs, where its pods may run and what they ask for may change. */
function templateChange({ spec }: Job, before: Job): StatusCause[] {
  const { conditions = [], startTime, active = 0 } = before.status ?? {};
  const isSuspended = conditions.some(({ type, status }) => type === 'Suspended' && status === 'True');
  if (before.spec.suspend && active === 0 && (startTime === undefined || isSuspended)) {
    const isSame = equal(withoutScheduling(spec.template), withoutScheduling(before.spec.template));
    return isSame ? [] : [wrong('spec.template.spec', internalForm('PodSpec', spec.template.spec), fixed)];
  }
  if (equal(spec.template, before.spec.template)) return [];
  return [wrong('spec.template', internalForm('PodTemplateSpec', spec.template), fixed)];
}

const fixed = 'field is immutable';

function withoutScheduling(template: PodTemplate): unknown {
  const { spec } = clone(template);
  const { nodeAffinity: _, ...affinity } = spec.affinity ?? {};
  const free = { nodeSelector: {}, tolerations: [], schedulingGates: [], affinity };
  const containers = (list: PodTemplate['spec']['containers'] = []) => list.map(one => ({ ...one, resources: {} }));
  return {
    ...spec,
    ...free,
    containers: containers(spec.containers),
    initContainers: containers(spec.initContainers),
  };
}

export function validateCronJob({ metadata, spec }: CronJob, before?: CronJob): StatusCause[] {
  const { concurrencyPolicy: policy = '', jobTemplate } = spec;
  const policies = ['Allow', 'Forbid', 'Replace'];
  const template = 'spec.jobTemplate.spec';
  return [
    ...scheduleProblems(spec, before?.spec),
    ...notNegative({ startingDeadlineSeconds: spec.startingDeadlineSeconds }),
    ...(spec.timeZone === before?.spec.timeZone ? [] : timeZoneProblems(spec.timeZone)),
    ...(policies.includes(policy) ? [] : [unsupported('spec.concurrencyPolicy', policy, policies)]),
    ...jobSpecProblems(jobTemplate.spec, template),
    ...(jobTemplate.spec.selector
      ? [wrong(`${template}.selector`, jobTemplate.spec.selector, '`selector` will be auto-generated')]
      : []),
    ...(jobTemplate.spec.manualSelector ? [unsupported(`${template}.manualSelector`, true, ['nil', 'false'])] : []),
    ...notNegative({ successfulJobsHistoryLimit: spec.successfulJobsHistoryLimit }),
    ...notNegative({ failedJobsHistoryLimit: spec.failedJobsHistoryLimit }),
    ...(!before && metadata.name?.length > 52
      ? [wrong('metadata.name', metadata.name, 'must be no more than 52 characters')]
      : []),
  ];
}

function scheduleProblems({ schedule = '' }: CronJob['spec'], before: CronJob['spec'] | undefined): StatusCause[] {
  const field = 'spec.schedule';
  if (schedule === '') return [required(field)];
  const parsed = parseSchedule(schedule);
  const isOld = before?.schedule.includes('TZ') ?? false;
  return [
    ...('problem' in parsed ? [wrong(field, schedule, parsed.problem)] : []),
    ...(schedule.includes('TZ') && !isOld
      ? [wrong(field, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')]
      : []),
  ];
}

function timeZoneProblems(timeZone: string | undefined): StatusCause[] {
  const field = 'spec.timeZone';
  if (timeZone === undefined || (timeZone !== '' && isTimeZone(timeZone))) return [];
  if (timeZone === '') return [wrong(field, timeZone, 'timeZone must be nil or non-empty string')];
  return [wrong(field, timeZone, `unknown time zone ${timeZone}`)];
}
