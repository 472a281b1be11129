import type { Pod, PodSpec } from '../../../kubernetes/objects.ts';
import type { StatusCause } from '../client.ts';
import { equal } from '../json.ts';
import { podChangeProblems } from './pod/change.ts';
import { imageProblems } from './pod/container.ts';
import { specProblems, templateOnlyProblems } from './pod/spec.ts';
import type { WireSpec } from './pod/wire.ts';
import { forbiddenField, none, outside, required } from './problem.ts';

/** `part` is the subresource through which it changes: what a part of its own may change, the whole may not. */
export function validatePod(pod: Pod, before?: Pod, part?: string): StatusCause[] {
  const spec = pod.spec as WireSpec;
  const isWhole = part === undefined || part === 'status';
  if (before && isWhole && equal(pod.spec, before.spec)) return none;
  const { containers = [], initContainers = [] } = spec;
  const problems = [
    ...specProblems(spec, 'spec', true),
    ...containers.flatMap((one, index) => imageProblems(one, `spec.containers[${index}]`)),
    ...initContainers.flatMap((one, index) => imageProblems(one, `spec.initContainers[${index}]`)),
  ];
  if (before) return isWhole ? [...problems, ...podChangeProblems(pod.spec, before.spec)] : problems;
  const isGated = spec.nodeName && spec.schedulingGates?.length;
  return [
    ...problems,
    ...(spec.ephemeralContainers?.length
      ? [forbiddenField('spec.ephemeralContainers', 'cannot be set on create')]
      : none),
    ...(isGated
      ? [forbiddenField('spec.nodeName', 'cannot be set until all schedulingGates have been cleared')]
      : none),
  ];
}

/** The spec of a pod that is still to be made. */
export function podSpecProblems(spec: PodSpec, field: string): StatusCause[] {
  return specProblems(spec as WireSpec, field, false);
}

export function debugInTemplateProblems(spec: PodSpec, field: string): StatusCause[] {
  return templateOnlyProblems(spec as WireSpec, field);
}

const ports = [1, 65_535] as const;

export function portProblems(port: number | undefined, field: string): StatusCause[] {
  return port === undefined ? [required(field)] : outside(field, port, ports);
}
