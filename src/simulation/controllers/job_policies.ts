import type { Job, PodFailureRule } from '../../kubernetes/kinds/workloads.ts';
import type { ContainerStatus, Pod } from '../../kubernetes/objects.ts';
import { parseIndexes } from './job_indexes.ts';

/** What the first rule that fits says about a failed pod; without one it simply counts. */
export interface FailureVerdict {
  counts: boolean;
  action?: PodFailureRule['action'];
  /** Why the whole job fails. */
  message?: string;
}

export function judgeFailure({ spec }: Job, pod: Pod): FailureVerdict {
  for (const [index, rule] of (spec.podFailurePolicy?.rules ?? []).entries()) {
    const what = matchOf(rule, pod);
    if (what === undefined) continue;
    const { action } = rule;
    const message = `${what} matching ${action} rule at index ${index}`;
    return { counts: action !== 'Ignore', action, ...(action === 'FailJob' ? { message } : {}) };
  }
  return { counts: true };
}

function matchOf({ onExitCodes, onPodConditions = [] }: PodFailureRule, pod: Pod): string | undefined {
  const { namespace, name } = pod.metadata;
  if (onExitCodes) {
    const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
    const failed = [...containerStatuses, ...initContainerStatuses].find(status => exitMatches(onExitCodes, status));
    const code = failed?.state.terminated?.exitCode;
    return failed && `Container ${failed.name} for pod ${namespace}/${name} failed with exit code ${code}`;
  }
  const condition = pod.status?.conditions?.find(({ type, status }) =>
    onPodConditions.some(pattern => pattern.type === type && (pattern.status ?? 'True') === status),
  );
  return condition && `Pod ${namespace}/${name} has condition ${condition.type}`;
}

function exitMatches(
  { containerName, operator, values }: NonNullable<PodFailureRule['onExitCodes']>,
  { name, state }: ContainerStatus,
): boolean {
  const code = state.terminated?.exitCode ?? 0;
  if (code === 0 || (containerName !== undefined && containerName !== name)) return false;
  return values.includes(code) === (operator === 'In');
}

/** Says which rule is met, when one is. */
export function metSuccessRule({ spec }: Job, succeeded: ReadonlySet<number>): string | undefined {
  if (succeeded.size === 0) return undefined;
  const index = (spec.successPolicy?.rules ?? []).findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) return succeededCount !== undefined && succeeded.size >= succeededCount;
    const wanted = parseIndexes(succeededIndexes, spec.completions ?? 0);
    if (wanted.length === 0) return false;
    const reached = wanted.filter(one => succeeded.has(one)).length;
    return reached === wanted.length || (succeededCount !== undefined && reached >= succeededCount);
  });
  return index < 0 ? undefined : `Matched rules at index ${index}`;
}
