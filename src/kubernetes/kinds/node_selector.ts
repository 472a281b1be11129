import type { Node, Pod } from '../objects.ts';
import type { NodeSelectorRequirement, NodeSelectorTerm } from './scheduling.ts';

type LabeledNode = Pick<Node, 'metadata'>;

/** Whether the pod's node selector and its required node affinity allow this node. */
export function allowsNode({ spec }: Pick<Pod, 'spec'>, node: LabeledNode): boolean {
  const labels = node.metadata.labels ?? {};
  if (!Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || matchesAnyTerm(required.nodeSelectorTerms, node);
}

/** Terms are alternatives; an empty one matches nothing. */
export function matchesAnyTerm(terms: readonly NodeSelectorTerm[], node: LabeledNode): boolean {
  return terms.some(term => matchesTerm(term, node));
}

export function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: LabeledNode): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  const labels = node.metadata.labels ?? {};
  const fields: Record<string, string> = { 'metadata.name': node.metadata.name };
  return (
    matchExpressions.every(requirement => meets(requirement, labels[requirement.key])) &&
    matchFields.every(requirement => meets(requirement, fields[requirement.key]))
  );
}

function meets({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return compared(value, values) > 0;
    case 'Lt':
      return compared(value, values) < 0;
    default:
      return false;
  }
}

/** `NaN`, which is neither above nor below, when one of them is no whole number. */
function compared(value: string | undefined, [limit]: readonly string[]): number {
  const whole = (text: string | undefined) => (/^-?\d+$/.test(text ?? '') ? Number(text) : Number.NaN);
  return whole(value) - whole(limit);
}
