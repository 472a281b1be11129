import type {
  Condition,
  Container,
  Pod,
  PodSpec,
  PodTemplate,
  Probe,
  ResourceList,
} from '../../../kubernetes/objects.ts';
import { isRecord } from '../../../lib/json.ts';
import { canonicalQuantity } from '../quantity.ts';

/** What a server fills in where nothing was said. Works in place, on an object that is still the caller's own. */
export function defaultPod(pod: Pod): void {
  const spec = pod.spec as Pod['spec'] & { enableServiceLinks?: boolean };
  defaultPodSpec(spec);
  for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) requestLimits(container);
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

function requestLimits(container: Container): void {
  const { limits, requests } = container.resources ?? {};
  if (limits && container.resources) container.resources.requests = { ...limits, ...requests };
}

export function defaultTemplate(template: PodTemplate): void {
  template.metadata ??= {};
  defaultPodSpec(template.spec);
}

function defaultPodSpec(
  spec: PodSpec & { dnsPolicy?: string; schedulerName?: string; securityContext?: object },
): void {
  spec.restartPolicy ??= 'Always';
  spec.terminationGracePeriodSeconds ??= 30;
  spec.dnsPolicy ??= 'ClusterFirst';
  spec.schedulerName ??= 'default-scheduler';
  spec.securityContext ??= {};
  for (const container of spec.containers) defaultContainer(container);
  for (const container of spec.initContainers ?? []) defaultContainer(container);
  for (const container of debugContainersOf(spec)) defaultContainer(container);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
}

function debugContainersOf(spec: PodSpec & { ephemeralContainers?: Container[] }): Container[] {
  return spec.ephemeralContainers ?? [];
}

function defaultVolume(volume: Record<string, unknown>): void {
  for (const source of ['configMap', 'secret', 'projected', 'downwardAPI']) {
    const value = volume[source];
    if (isRecord(value)) value['defaultMode'] ??= 0o644;
  }
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
  for (const variable of container.env ?? []) defaultFieldRef(variable.valueFrom);
  for (const probe of [container.readinessProbe, container.livenessProbe, container.startupProbe]) {
    if (probe) defaultProbe(probe);
  }
}

function defaultFieldRef(source: unknown): void {
  const fieldRef = isRecord(source) ? source['fieldRef'] : undefined;
  if (isRecord(fieldRef)) fieldRef['apiVersion'] ??= 'v1';
}

/** A moving tag is pulled each time, a fixed one only when it isn't there. */
function pullPolicyFor(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function canonicalise(resources: ResourceList | undefined): void {
  if (!resources) return;
  for (const [name, amount] of Object.entries(resources)) {
    resources[name] = canonicalQuantity(String(amount)) ?? String(amount);
  }
}

function defaultProbe(probe: Probe): void {
  probe.periodSeconds ??= 10;
  probe.timeoutSeconds ??= 1;
  probe.successThreshold ??= 1;
  probe.failureThreshold ??= 3;
  if (probe.httpGet) {
    probe.httpGet.path ??= '/';
    probe.httpGet.scheme ??= 'HTTP';
  }
}

function qosClassOf(spec: PodSpec): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const amounts = containers.flatMap(({ resources }) =>
    ['cpu', 'memory'].map(name => ({ request: resources?.requests?.[name], limit: resources?.limits?.[name] })),
  );
  if (amounts.every(({ request, limit }) => request === undefined && limit === undefined)) return 'BestEffort';
  return amounts.every(({ request, limit }) => limit !== undefined && request === limit) ? 'Guaranteed' : 'Burstable';
}
