import { amountText } from '../../../kubernetes/kinds/amount.ts';
import { podTotals } from '../../../kubernetes/kinds/pod_totals.ts';
import type { Condition, Container, Pod, PodSpec, PodTemplate, ResourceList } from '../../../kubernetes/objects.ts';
import { canonicalQuantity } from '../quantity.ts';
import { defaultHandler, defaultProbe, defaultSource, defaultVolume, pullPolicyFor } from './pod_parts.ts';

/** What a server fills in where nothing was said. Works in place, on an object that is still the caller's own. */
export function defaultPod(pod: Pod): void {
  const spec = pod.spec as WholeSpec;
  defaultPodSpec(spec);
  for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
    requestLimits(container);
    // On the network of the node a port of the container is one of the node.
    if (spec.hostNetwork) for (const port of container.ports ?? []) port.hostPort ||= port.containerPort;
  }
  if (spec.resources) requestTotals(spec, spec.resources);
  spec.enableServiceLinks ??= true;
  pod.status ??= { phase: 'Pending' };
  pod.status.phase ??= 'Pending';
  pod.status.qosClass = qosClassOf(pod.spec);
  holdAtGates(pod);
}

/** A pod with gates says so from its first moment: no scheduler looks at it before they are gone. */
function holdAtGates({ metadata, spec, status }: Pod): void {
  if (!spec.schedulingGates?.length || !status) return;
  status.conditions ??= [];
  if (status.conditions.some(({ type }) => type === 'PodScheduled')) return;
  const condition: Condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'SchedulingGated',
    message: 'Scheduling is blocked due to non-empty scheduling gates',
    ...(metadata.creationTimestamp === undefined ? {} : { lastTransitionTime: metadata.creationTimestamp }),
  };
  status.conditions.push(Object.assign(condition, { lastProbeTime: null }));
}

type WholeSpec = PodSpec & {
  serviceAccount?: string;
  dnsPolicy?: string;
  resources?: { requests?: ResourceList; limits?: ResourceList };
  ephemeralContainers?: Container[];
};

/** A pod that may have so much altogether asks for what its containers do, and else for what it may have. */
function requestTotals(spec: WholeSpec, resources: NonNullable<WholeSpec['resources']>): void {
  const { limits, requests } = resources;
  if (!limits || Object.keys(limits).length === 0) return;
  const { resources: _, overhead: __, ...alone } = spec;
  const amounts = podTotals(alone, 'requests');
  const asked = Object.entries(amounts).filter(([name]) => !requests?.[name] && (name === 'cpu' || name === 'memory'));
  const defaults = Object.fromEntries(asked.map(([name, amount]) => [name, amountText(amount)]));
  const missing = Object.entries(limits).filter(
    ([name]) => !requests?.[name] && !(name in defaults) && /^(cpu|memory|hugepages-.*)$/.test(name),
  );
  const all = { ...requests, ...defaults, ...Object.fromEntries(missing) };
  if (Object.keys(all).length > 0) resources.requests = all;
}

function requestLimits(container: Container): void {
  const { limits, requests } = container.resources ?? {};
  if (limits && container.resources) container.resources.requests = { ...limits, ...requests };
}

export function defaultTemplate(template: PodTemplate): void {
  template.metadata ??= {};
  defaultPodSpec(template.spec);
}

function defaultPodSpec(spec: WholeSpec): void {
  spec.restartPolicy ??= 'Always';
  spec.terminationGracePeriodSeconds ??= 30;
  if (spec.terminationGracePeriodSeconds < 0) spec.terminationGracePeriodSeconds = 1;
  spec.dnsPolicy ??= 'ClusterFirst';
  spec.schedulerName ??= 'default-scheduler';
  // The older name of the same.
  spec.serviceAccountName ||= spec.serviceAccount ?? '';
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
  else delete spec.serviceAccountName;
  spec.securityContext ??= {};
  for (const container of spec.containers) defaultContainer(container);
  for (const container of spec.initContainers ?? []) defaultContainer(container);
  for (const container of debugContainersOf(spec)) defaultContainer(container);
  for (const container of spec.ephemeralContainers ?? []) defaultContainer(container);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
  canonicalise(spec.overhead);
  canonicalise(spec.resources?.requests);
  canonicalise(spec.resources?.limits);
}

function debugContainersOf(spec: PodSpec & { ephemeralContainers?: Container[] }): Container[] {
  return spec.ephemeralContainers ?? [];
}

function defaultContainer(
  container: Container & { terminationMessagePath?: string; terminationMessagePolicy?: string },
): void {
  container.terminationMessagePath ??= '/dev/termination-log';
  container.terminationMessagePolicy ??= 'File';
  container.imagePullPolicy ??= pullPolicyFor(container.image ?? '');
  container.resources ??= {};
  canonicalise(container.resources.requests);
  canonicalise(container.resources.limits);
  for (const port of container.ports ?? []) port.protocol ??= 'TCP';
  for (const variable of container.env ?? []) defaultSource(variable.valueFrom);
  for (const probe of [container.readinessProbe, container.livenessProbe, container.startupProbe]) {
    if (probe) defaultProbe(probe);
  }
  const { postStart, preStop } = container.lifecycle ?? {};
  // Behind a gate that is closed by default: a server without it drops the field.
  if (container.lifecycle && !postStart && !preStop) delete container.lifecycle;
  if (container.lifecycle) Reflect.deleteProperty(container.lifecycle, 'stopSignal');
  for (const hook of [postStart, preStop]) if (hook) defaultHandler(hook);
}

function canonicalise(resources: ResourceList | undefined): void {
  if (!resources) return;
  for (const [name, amount] of Object.entries(resources)) {
    resources[name] = canonicalQuantity(String(amount)) ?? String(amount);
  }
}

/** How sure a pod may be of its processor and its memory. */
function qosClassOf(spec: WholeSpec): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const sharers = spec.resources ? [spec] : [...spec.containers, ...(spec.initContainers ?? [])];
  let [isAsking, isLimited] = [false, true];
  for (const { resources } of sharers) {
    for (const name of ['cpu', 'memory']) {
      const [request, limit] = [someOf(resources?.requests, name), someOf(resources?.limits, name)];
      if (request !== undefined || limit !== undefined) isAsking = true;
      if (limit === undefined || request !== limit) isLimited = false;
    }
  }
  if (!isAsking) return 'BestEffort';
  return isLimited ? 'Guaranteed' : 'Burstable';
}

/** Who asks for nothing hasn't asked. */
function someOf(amounts: ResourceList | undefined, name: string): string | undefined {
  return amounts?.[name] === '0' ? undefined : amounts?.[name];
}
