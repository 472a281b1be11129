import type { Container, PodSpec } from '../objects.ts';
import { type Amounts, amountsOf, maxOf, sumOf } from './amount.ts';

type Part = 'requests' | 'limits';

type FullPodSpec = PodSpec & {
  overhead?: Record<string, string>;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
};

/**
 * What a pod asks for as a whole: all its containers together, or one of its init containers with the sidecars that
 * were started before it, whichever is more; and what running it costs.
 */
export function podTotals(spec: FullPodSpec, part: Part): Amounts {
  let total = spec.containers.reduce((sum, container) => sumOf(sum, partOf(container, part)), {} as Amounts);
  let sidecars: Amounts = {};
  let initial: Amounts = {};
  for (const container of spec.initContainers ?? []) {
    const amounts = partOf(container, part);
    if (isSidecar(container)) {
      total = sumOf(total, amounts);
      sidecars = sumOf(sidecars, amounts);
      initial = maxOf(initial, sidecars);
    } else initial = maxOf(initial, sumOf(amounts, sidecars));
  }
  total = { ...maxOf(total, initial), ...amountsOf(spec.resources?.[part]) };
  return withOverhead(total, spec, part);
}

function withOverhead(total: Amounts, { overhead }: FullPodSpec, part: Part): Amounts {
  const more = amountsOf(overhead);
  if (part === 'requests') return sumOf(total, more);
  return Object.fromEntries(
    Object.entries(total).map(([name, amount]) => [
      name,
      more[name] ? sumOf({ name: amount }, { name: more[name] })['name']! : amount,
    ]),
  );
}

function partOf({ resources }: Container, part: Part): Amounts {
  return amountsOf(resources?.[part]);
}

function isSidecar(container: Container & { restartPolicy?: string }): boolean {
  return container.restartPolicy === 'Always';
}
