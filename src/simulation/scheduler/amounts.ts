import type { Container, Pod, ResourceList } from '../../kubernetes/objects.ts';
import { parseQuantity } from '../../kubernetes/quantity.ts';

/** How much of each resource: cores, bytes, pieces. */
export type Amounts = Readonly<Record<string, number>>;

export function amountsOf(list: ResourceList | undefined): Amounts {
  return Object.fromEntries(Object.entries(list ?? {}).map(([name, text]) => [name, parseQuantity(text) ?? 0]));
}

export function sum(a: Amounts, b: Amounts): Amounts {
  const total = { ...a };
  for (const [name, amount] of Object.entries(b)) total[name] = (total[name] ?? 0) + amount;
  return total;
}

function larger(a: Amounts, b: Amounts): Amounts {
  const most = { ...a };
  for (const [name, amount] of Object.entries(b)) most[name] = Math.max(most[name] ?? 0, amount);
  return most;
}

/**
 * What a pod asks of its node. Init containers run one at a time before the others, beside the sidecars that were
 * started before them: the larger of the two needs counts.
 */
export function requestOf(pod: Pod, requestsOf: (container: Container) => Amounts = containerRequest): Amounts {
  let sidecars: Amounts = {};
  let start: Amounts = {};
  for (const container of pod.spec.initContainers ?? []) {
    const request = requestsOf(container);
    start = larger(start, sum(sidecars, request));
    if (isSidecar(container)) sidecars = sum(sidecars, request);
  }
  const together = pod.spec.containers.map(requestsOf).reduce(sum, sidecars);
  return sum(larger(start, together), amountsOf(pod.spec.overhead));
}

function isSidecar(container: Container & { restartPolicy?: string }): boolean {
  return container.restartPolicy === 'Always';
}

function containerRequest({ resources }: Container): Amounts {
  return amountsOf({ ...resources?.limits, ...resources?.requests });
}

/** What scoring counts for a container that asks for nothing, so that such pods are spread, too. */
const unasked = { cpu: 0.1, memory: 200 * 1024 * 1024 };

export function scoredRequestOf(pod: Pod): Amounts {
  return requestOf(pod, container => ({ ...unasked, ...containerRequest(container) }));
}
