import { type Amounts as ExactAmounts, amountsOf as exactAmountsOf } from '../../kubernetes/kinds/amount.ts';
import { podTotals } from '../../kubernetes/kinds/pod_totals.ts';
import type { Container, Pod, ResourceList } from '../../kubernetes/objects.ts';

/** How much of each resource: cores, bytes, pieces. */
export type Amounts = Readonly<Record<string, number>>;

export function amountsOf(list: ResourceList | undefined): Amounts {
  return numbers(exactAmountsOf(list));
}

export function sum(a: Amounts, b: Amounts): Amounts {
  const total = { ...a };
  for (const [name, amount] of Object.entries(b)) total[name] = (total[name] ?? 0) + amount;
  return total;
}

/** What a pod asks of its node. */
export function requestOf({ spec }: Pick<Pod, 'spec'>): Amounts {
  return numbers(podTotals(spec, 'requests'));
}

/** What scoring counts for a container that asks for nothing, so that such pods are spread, too. */
const unasked = { cpu: '100m', memory: '200Mi' };

export function scoredRequestOf({ spec }: Pick<Pod, 'spec'>): Amounts {
  const asking = (container: Container): Container => ({
    ...container,
    resources: { ...container.resources, requests: { ...unasked, ...container.resources?.requests } },
  });
  const { containers, initContainers = [] } = spec;
  const scored = { ...spec, containers: containers.map(asking), initContainers: initContainers.map(asking) };
  return numbers(podTotals(scored, 'requests'));
}

function numbers(amounts: ExactAmounts): Amounts {
  return Object.fromEntries(Object.entries(amounts).map(([name, { nano }]) => [name, Number(nano) / 1e9]));
}
