import type { Job } from '../../kubernetes/kinds/workloads.ts';
import type { Container, Pod, PodTemplate } from '../../kubernetes/objects.ts';
import { definedOf } from '../../lib/defined.ts';

/** Holds a pod until its end has been counted. */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';
const indexKey = 'batch.kubernetes.io/job-completion-index';
const failureCountKey = 'batch.kubernetes.io/job-index-failure-count';
const ignoredCountKey = 'batch.kubernetes.io/job-index-ignored-failure-count';

export function isIndexed({ spec }: Job): boolean {
  return spec.completionMode === 'Indexed';
}

export function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(trackingFinalizer) ?? false;
}

export function isTerminating({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined && status?.phase !== 'Failed' && status?.phase !== 'Succeeded';
}

/** Only what has failed for good is replaced; otherwise what is on its way out counts as failed already. */
export function replacesOnlyFailed({ spec }: Job): boolean {
  return spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined;
}

export function hasFailed(job: Job, pod: Pod): boolean {
  if (pod.status?.phase === 'Failed') return true;
  const isLeaving = pod.metadata.deletionTimestamp !== undefined && pod.status?.phase !== 'Succeeded';
  return isLeaving && !replacesOnlyFailed(job);
}

/** `undefined` for a pod without an index, or one beyond the completions. */
export function indexOf({ spec }: Job, { metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[indexKey];
  if (text === undefined || !/^\d+$/.test(text)) return undefined;
  return Number(text) < (spec.completions ?? 0) ? Number(text) : undefined;
}

/** How often the index has failed in a way that counts, and in any way. */
export function failuresBefore({ metadata }: Pod): { counted: number; all: number } {
  const counted = Number(metadata.annotations?.[failureCountKey] ?? 0);
  return { counted, all: counted + Number(metadata.annotations?.[ignoredCountKey] ?? 0) };
}

/** Milliseconds since the epoch at which a pod has ended, as well as it is known. */
export function finishedAt(pod: Pod): number {
  const ends = (pod.status?.containerStatuses ?? []).map(({ state }) => Date.parse(state.terminated?.finishedAt ?? ''));
  if (ends.length > 0 && ends.every(end => !Number.isNaN(end))) return Math.max(...ends);
  const unready = pod.status?.conditions?.find(({ type, status }) => type === 'Ready' && status === 'False');
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp = '' } = pod.metadata;
  if (unready?.lastTransitionTime) return Date.parse(unready.lastTransitionTime);
  if (deletionTimestamp) return Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  return Date.parse(creationTimestamp);
}

/** The template as the pods of a job have it. */
export function jobTemplate(
  { spec, metadata }: Job,
  index?: { index: number; counts: Record<string, string> },
): PodTemplate {
  const { template } = spec;
  const finalizers = [...new Set([...(template.metadata?.finalizers ?? []), trackingFinalizer])];
  if (!index) return { ...template, metadata: { ...template.metadata, finalizers } };
  const text = String(index.index);
  const { containers, initContainers } = template.spec;
  return {
    metadata: {
      ...template.metadata,
      finalizers,
      labels: { ...template.metadata?.labels, [indexKey]: text },
      annotations: { ...template.metadata?.annotations, [indexKey]: text, ...index.counts },
    },
    spec: {
      ...template.spec,
      hostname: `${metadata.name}-${text}`,
      containers: containers.map(withIndexVariable),
      ...definedOf({ initContainers: initContainers?.map(withIndexVariable) }),
    },
  };
}

/** What a pod that takes the place of `replaced` says about the failures before it. */
export function failureCounts(replaced: Pod | undefined, isCounted: boolean): Record<string, string> {
  const { counted, all } = replaced ? failuresBefore(replaced) : { counted: 0, all: 0 };
  const ignored = all - counted + (replaced && !isCounted ? 1 : 0);
  return {
    [failureCountKey]: String(counted + (replaced && isCounted ? 1 : 0)),
    ...(ignored > 0 ? { [ignoredCountKey]: String(ignored) } : {}),
  };
}

function withIndexVariable(container: Container): Container {
  const name = 'JOB_COMPLETION_INDEX';
  const { env = [] } = container;
  if (env.some(variable => variable.name === name)) return container;
  const valueFrom = { fieldRef: { fieldPath: `metadata.labels['${indexKey}']` } };
  return { ...container, env: [...env, { name, valueFrom }] };
}
