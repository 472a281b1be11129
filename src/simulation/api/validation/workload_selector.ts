import type { LabelSelector } from '../../../kubernetes/objects.ts';
import type { StatusCause } from '../client.ts';
import { labelProblems } from './metadata.ts';
import { forbiddenField, required, wrong } from './problem.ts';

/** What is wrong with the requirements of a selector. */
export function requirementProblems(selector: LabelSelector, path: string): StatusCause[] {
  const requirements = (selector.matchExpressions ?? []).flatMap(({ key, operator, values = [] }, index) => {
    const field = `${path}.matchExpressions[${index}]`;
    const isSet = operator === 'In' || operator === 'NotIn';
    const isBare = operator === 'Exists' || operator === 'DoesNotExist';
    const valueProblems = values.flatMap((value, at) => labelProblems({ key: value }, `${field}.values[${at}]`));
    return [
      ...(isSet && values.length === 0
        ? [required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'")]
        : []),
      ...(isBare && values.length > 0
        ? [forbiddenField(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
        : []),
      ...(isSet || isBare ? [] : [wrong(`${field}.operator`, operator ?? '', 'not a valid selector operator')]),
      ...labelProblems({ [key ?? '']: '' }, `${field}.key`),
      ...valueProblems,
    ];
  });
  return [...labelProblems(selector.matchLabels, `${path}.matchLabels`), ...requirements];
}

/** As a server shows them in a message. */
export function inOrder(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
