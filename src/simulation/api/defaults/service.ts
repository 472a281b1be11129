import type { Service } from '../../../kubernetes/objects.ts';
import type { WriteContext } from '../resource.ts';

type FullService = Service & {
  spec: Service['spec'] & {
    clusterIPs?: string[];
    sessionAffinity?: string;
    internalTrafficPolicy?: string;
    externalTrafficPolicy?: string;
    ipFamilies?: string[];
    ipFamilyPolicy?: string;
    ports?: { nodePort?: number }[];
  };
  status?: object;
};

export function defaultService(service: FullService, context: WriteContext): void {
  const { spec } = service;
  spec.type ??= 'ClusterIP';
  spec.sessionAffinity ??= 'None';
  service.status ??= { loadBalancer: {} };
  for (const port of spec.ports ?? []) {
    port.protocol ??= 'TCP';
    port.targetPort ??= port.port;
  }
  if (spec.type === 'ExternalName') return;
  spec.internalTrafficPolicy ??= 'Cluster';
  spec.ipFamilies ??= ['IPv4'];
  spec.ipFamilyPolicy ??= 'SingleStack';
  const before = context.before as FullService | undefined;
  spec.clusterIP ??= before?.spec.clusterIP ?? freeAddress(context);
  spec.clusterIPs ??= [spec.clusterIP];
  if (spec.type !== 'ClusterIP') openNodePorts(service, context);
}

/** The first address of 10.96.0.0/16 that no service has; .1 and .10 are spoken for on most clusters. */
function freeAddress(context: WriteContext): string {
  const taken = new Set(context.siblings().map(object => (object as FullService).spec.clusterIP));
  for (let number = 20; ; number++) {
    const address = `10.96.${(number >> 8) & 255}.${number & 255}`;
    if (!taken.has(address)) return address;
  }
}

function openNodePorts(service: FullService, context: WriteContext): void {
  service.spec.externalTrafficPolicy ??= 'Cluster';
  const taken = new Set(
    context
      .siblings()
      .flatMap(object => (object as FullService).spec.ports ?? [])
      .map(p => p.nodePort),
  );
  let next = 30_000;
  for (const port of service.spec.ports ?? []) {
    while (port.nodePort === undefined && taken.has(next)) next += 1;
    port.nodePort ??= next;
    taken.add(port.nodePort);
  }
}
