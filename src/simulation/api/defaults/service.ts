import type { Service } from '../../../kubernetes/objects.ts';
import { hashOf } from '../../../lib/hash.ts';
import { equal } from '../json.ts';
import type { WriteContext } from '../resource.ts';

type ServicePort = NonNullable<Service['spec']['ports']>[number];

export type FullService = Omit<Service, 'spec'> & {
  spec: Service['spec'] & {
    sessionAffinity?: string;
    sessionAffinityConfig?: { clientIP?: { timeoutSeconds?: number } };
    internalTrafficPolicy?: string;
    externalTrafficPolicy?: string;
    ipFamilies?: string[];
    ipFamilyPolicy?: string;
    allocateLoadBalancerNodePorts?: boolean;
    loadBalancerClass?: string;
    healthCheckNodePort?: number;
  };
};

export function defaultService(service: FullService, context: WriteContext): void {
  const { spec } = service;
  spec.type ??= 'ClusterIP';
  service.status ??= { loadBalancer: {} };
  defaultAffinity(spec);
  defaultIpMode(service);
  for (const port of spec.ports ?? []) {
    port.protocol ??= 'TCP';
    if (!port.targetPort) port.targetPort = port.port;
  }
  const before = context.before as FullService | undefined;
  if (before) {
    keepAllocated(service, before);
    dropUnneeded(service, before);
  }
  if (isExternal(spec)) spec.externalTrafficPolicy ??= 'Cluster';
  if (needsAddress(service)) allocateAddress(service, context);
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
  if (needsNodePorts(service) && spec.allocateLoadBalancerNodePorts !== false) allocateNodePorts(service, context);
}

/** Traffic to a balancer comes with the balancer's address, unless somebody says otherwise. */
function defaultIpMode({ spec, status }: FullService): void {
  if (spec.type !== 'LoadBalancer') return;
  for (const ingress of status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP';
}

function defaultAffinity(spec: FullService['spec']): void {
  spec.sessionAffinity ??= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity !== 'ClientIP') return;
  if (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds !== undefined) return;
  spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: 10_800 } };
}

/** What an update leaves out, but the server once gave. */
function keepAllocated(service: FullService, before: FullService): void {
  if (needsAddress(before) && needsAddress(service)) {
    if (!service.spec.clusterIP && before.spec.clusterIP) service.spec.clusterIP = before.spec.clusterIP;
    if (!service.spec.clusterIPs?.length && before.spec.clusterIPs)
      service.spec.clusterIPs = [...before.spec.clusterIPs];
    if (isSingle(service) && isSingle(before)) followAddress(service, before);
    service.spec.ipFamilies ??= [...(before.spec.ipFamilies ?? ['IPv4'])];
    service.spec.ipFamilyPolicy ??= before.spec.ipFamilyPolicy ?? 'SingleStack';
  }
  if (needsNodePorts(before) && needsNodePorts(service)) keepNodePorts(service, before);
}

/** Who changes only one of the two names of the address means both. */
function followAddress({ spec }: FullService, { spec: before }: FullService): void {
  const [first] = spec.clusterIPs ?? [];
  if (!spec.clusterIP || first === spec.clusterIP) return;
  if (equal(spec.clusterIPs, before.clusterIPs)) spec.clusterIPs = [spec.clusterIP];
  else if (spec.clusterIP === before.clusterIP && first !== undefined) spec.clusterIP = first;
}

function isSingle({ spec }: FullService): boolean {
  return (spec.clusterIPs?.length ?? 0) <= 1;
}

function keepNodePorts({ spec }: FullService, before: FullService): void {
  const byName = new Map((before.spec.ports ?? []).map(({ name = '', nodePort }) => [name, nodePort]));
  const used = new Set((spec.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : [])));
  for (const port of spec.ports ?? []) {
    const kept = byName.get(port.name ?? '');
    if (!port.nodePort && kept && !used.has(kept)) port.nodePort = kept;
  }
}

/** What a service of another type had, and this one can't have, goes, unless somebody has just asked for it. */
function dropUnneeded(service: FullService, before: FullService): void {
  const { spec } = service;
  if (needsAddress(before) && !needsAddress(service)) {
    if (equal(spec.clusterIPs, before.spec.clusterIPs)) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    for (const name of ['ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy'] as const) {
      if (equal(spec[name], before.spec[name])) delete spec[name];
    }
  }
  if (needsNodePorts(before) && !needsNodePorts(service)) {
    const same = equal(spec.ports?.map(nodePortOf), before.spec.ports?.map(nodePortOf));
    if (same) for (const port of spec.ports ?? []) delete port.nodePort;
  }
  if (before.spec.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    for (const name of ['allocateLoadBalancerNodePorts', 'loadBalancerClass'] as const) {
      if (spec[name] === before.spec[name]) delete spec[name];
    }
    service.status = { loadBalancer: {} };
  }
  if (isExternal(before.spec) && !isExternal(spec)) {
    if (spec.externalTrafficPolicy === before.spec.externalTrafficPolicy) delete spec.externalTrafficPolicy;
  }
}

function nodePortOf({ nodePort }: ServicePort): number | undefined {
  return nodePort;
}

function isExternal({ type, externalIPs }: FullService['spec']): boolean {
  return type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && (externalIPs?.length ?? 0) > 0);
}

function needsAddress({ spec }: FullService): boolean {
  return spec.type !== 'ExternalName';
}

function needsNodePorts({ spec }: FullService): boolean {
  return spec.type === 'NodePort' || spec.type === 'LoadBalancer';
}

function allocateAddress(service: FullService, context: WriteContext): void {
  const { spec } = service;
  spec.internalTrafficPolicy ??= 'Cluster';
  spec.ipFamilies ??= ['IPv4'];
  spec.ipFamilyPolicy ??= 'SingleStack';
  if (!spec.clusterIP) spec.clusterIP = spec.clusterIPs?.[0] ?? freeAddress(service, context);
  if (!spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
}

/** The first addresses of the range are left to those who ask for one of them. */
const firstOwn = 256;
const lastOwn = 65_534;

/** A free address of 10.96.0.0/16, scattered by the service's name so that the same history gives the same. */
function freeAddress({ metadata }: FullService, { siblings }: WriteContext): string {
  const taken = new Set(siblings().map(object => (object as FullService).spec.clusterIP));
  const size = lastOwn - firstOwn + 1;
  const start = startFor([metadata.namespace, metadata.name], size);
  for (let step = 0; step < size; step++) {
    const address = addressAt(firstOwn + ((start + step) % size));
    if (!taken.has(address)) return address;
  }
  return '';
}

function addressAt(number: number): string {
  return `10.96.${number >> 8}.${number & 255}`;
}

const firstNodePort = 30_086;
const lastNodePort = 32_767;

function allocateNodePorts(service: FullService, { siblings }: WriteContext): void {
  const ports = service.spec.ports ?? [];
  if (ports.every(({ nodePort }) => nodePort)) return;
  const others = siblings().flatMap(object => (object as FullService).spec.ports ?? []);
  const taken = new Set([...others, ...ports].map(nodePortOf));
  const size = lastNodePort - firstNodePort + 1;
  for (const port of ports) {
    if (port.nodePort) continue;
    const start = startFor([service.metadata.namespace, service.metadata.name, port.name, port.port], size);
    for (let step = 0; step < size && !port.nodePort; step++) {
      const candidate = firstNodePort + ((start + step) % size);
      if (!taken.has(candidate)) port.nodePort = candidate;
    }
    taken.add(port.nodePort);
  }
}

function startFor(what: readonly unknown[], size: number): number {
  return Number.parseInt(hashOf(what, 8), 16) % size;
}
