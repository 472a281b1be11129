import { allowsNode } from '../../kubernetes/kinds/node_selector.ts';
import { tolerates } from '../../kubernetes/kinds/taints.ts';
import type { Node, Pod } from '../../kubernetes/objects.ts';
import { parseQuantity } from '../../kubernetes/quantity.ts';
import type { Pressure } from './node_status.ts';

export interface Refusal {
  reason: string;
  message: string;
}

/** What a node looks at before it takes a pod that was bound to it. `others` are the active pods that it has. */
export interface AdmissionFacts {
  node: Node;
  others: readonly Pod[];
  pressures: ReadonlySet<Pressure>;
}

/** Why the node doesn't take the pod; only the first reason is told. */
export function refusalOf(pod: Pod, facts: AdmissionFacts): Refusal | undefined {
  return underPressure(pod, facts) ?? shortage(pod, facts) ?? mismatch(pod, facts);
}

const critical = 2_000_000_000;

function underPressure({ spec, status }: Pod, { pressures }: AdmissionFacts): Refusal | undefined {
  if (pressures.size === 0 || (spec.priority ?? 0) >= critical) return undefined;
  const onlyMemory = pressures.size === 1 && pressures.has('MemoryPressure');
  if (onlyMemory) {
    const tolerates = (spec.tolerations ?? []).some(
      ({ key, operator }) =>
        key === 'node.kubernetes.io/memory-pressure' || (key === undefined && operator === 'Exists'),
    );
    if ((status?.qosClass ?? 'BestEffort') !== 'BestEffort' || tolerates) return undefined;
  }
  return { reason: 'Evicted', message: `The node had condition: [${[...pressures].join(' ')}]. ` };
}

function shortage(pod: Pod, { node, others }: AdmissionFacts): Refusal | undefined {
  const allocatable = node.status?.allocatable ?? {};
  const most = parseQuantity(allocatable['pods'] ?? '110') ?? 110;
  if (others.length + 1 > most) return outOf('pods', 1, others.length, most);
  for (const [resource, unit] of [
    ['cpu', 1000],
    ['memory', 1],
    ['ephemeral-storage', 1],
  ] as const) {
    const capacity = inUnits(allocatable[resource], unit);
    const requested = requestOf(pod, resource, unit);
    const used = others.reduce((sum, one) => sum + requestOf(one, resource, unit), 0);
    if (requested > 0 && requested > capacity - used) return outOf(resource, requested, used, capacity);
  }
  return undefined;
}

function outOf(resource: string, requested: number, used: number, capacity: number): Refusal {
  const amounts = `requested: ${requested}, used: ${used}, capacity: ${capacity}`;
  return { reason: `OutOf${resource}`, message: `Node didn't have enough resource: ${resource}, ${amounts}` };
}

function mismatch(pod: Pod, { node, others }: AdmissionFacts): Refusal | undefined {
  if (!allowsNode(pod, node)) {
    return predicate('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  }
  const taken = new Set(others.flatMap(hostPorts));
  if (hostPorts(pod).some(port => taken.has(port))) {
    return predicate('NodePorts', "node(s) didn't have free ports for the requested pod ports");
  }
  const repelled = (node.spec?.taints ?? []).some(one => one.effect === 'NoExecute' && !tolerates(pod, one));
  if (repelled) return predicate('TaintToleration', "node(s) had taints that the pod didn't tolerate");
  return undefined;
}

function predicate(name: string, description: string): Refusal {
  return { reason: name, message: `Predicate ${name} failed: ${description}` };
}

function hostPorts({ spec }: Pod): string[] {
  return spec.containers.flatMap(({ ports = [] }) =>
    ports.flatMap(({ containerPort, hostPort, hostIP = '0.0.0.0', protocol = 'TCP' }) => {
      const port = hostPort ?? (spec.hostNetwork ? containerPort : undefined);
      return port ? [`${protocol} ${hostIP} ${port}`] : [];
    }),
  );
}

/** What the containers ask for together, or the greatest init container alone. */
function requestOf({ spec }: Pod, resource: string, unit: number): number {
  const of = (containers: Pod['spec']['containers'] = []) =>
    containers.map(({ resources }) => inUnits(resources?.requests?.[resource], unit));
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const together = [...of(spec.containers), ...of(sidecars)].reduce((sum, one) => sum + one, 0);
  return Math.max(together, ...of(spec.initContainers));
}

function inUnits(quantity: string | undefined, unit: number): number {
  return Math.ceil((parseQuantity(quantity ?? '0') ?? 0) * unit);
}
