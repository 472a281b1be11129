import type { Node, Pod } from '../objects.ts';

export interface Taint {
  key: string;
  value?: string;
  effect: string;
}

export function tolerates({ spec }: Pick<Pod, 'spec'>, taint: Taint): boolean {
  return (spec.tolerations ?? []).some(
    ({ key, operator, value, effect }) =>
      (!effect || effect === taint.effect) &&
      (key ? key === taint.key : operator === 'Exists') &&
      (operator === 'Exists' || (value ?? '') === (taint.value ?? '')),
  );
}

/** The taints that keep new pods off a node. */
export function untolerated(pod: Pick<Pod, 'spec'>, node: Node): Taint | undefined {
  return (node.spec?.taints ?? []).find(
    taint => (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') && !tolerates(pod, taint),
  );
}
