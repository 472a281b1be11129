import { isIP } from 'node:net';
import type { StatusCause } from '../client.ts';
import type { FullService } from '../defaults/service.ts';
import { cidrProblems, ipProblems, unreachableProblems } from './addresses.ts';
import { labelProblems } from './metadata.ts';
import { dnsLabelProblems, qualifiedNameProblems, subdomainProblems } from './names.ts';
import { portProblems } from './pod.ts';
import { portNameProblems } from './port_name.ts';
import { duplicate, each, forbiddenField, maybeOneOf, none, required, unsupported, wrong } from './problem.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const protocols = ['SCTP', 'TCP', 'UDP'];
const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
const affinities = ['ClientIP', 'None'];

export function validateService(service: FullService, before?: FullService): StatusCause[] {
  const { spec } = service;
  const { type = '', ports = [], sessionAffinity = '' } = spec;
  const { trafficDistribution: distribution } = spec as { trafficDistribution?: string };
  const isHeadless = spec.clusterIPs?.[0] === 'None';
  return [
    ...(before ? moveProblems(service, before) : []),
    ...(ports.length === 0 && !isHeadless && type !== 'ExternalName' ? [required('spec.ports')] : []),
    ...typeProblems(service, isHeadless),
    ...ports.flatMap((port, index) => portOfServiceProblems(port, index, ports)),
    ...labelProblems(spec.selector, 'spec.selector'),
    ...(affinities.includes(sessionAffinity) ? [] : [unsupported('spec.sessionAffinity', sessionAffinity, affinities)]),
    ...affinityTimeoutProblems(service),
    ...(type === 'ExternalName' ? [] : addressProblems(service)),
    ...(spec.externalIPs ?? []).flatMap((address, index) => externalProblems(address, `spec.externalIPs[${index}]`)),
    ...(types.includes(type) ? [] : [unsupported('spec.type', type, types)]),
    ...nodePortProblems(service),
    ...ports.flatMap((port, index) => samePortProblems(port, index, ports)),
    ...sourceRangeProblems(spec),
    ...(spec.allocateLoadBalancerNodePorts !== undefined && type !== 'LoadBalancer'
      ? [forbiddenField('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'")]
      : []),
    ...classProblems(service, before),
    ...policyProblems(service),
    ...maybeOneOf('spec.trafficDistribution', distribution, distributions),
  ];
}

function classProblems({ spec }: FullService, before?: FullService): StatusCause[] {
  const { type, loadBalancerClass: name } = spec;
  const field = 'spec.loadBalancerClass';
  const isKept = before?.spec.type !== type || before?.spec.loadBalancerClass === name;
  if (type !== 'LoadBalancer') {
    return name === undefined ? none : [forbiddenField(field, "may only be used when `type` is 'LoadBalancer'")];
  }
  return [
    ...(isKept ? none : [wrong(field, name, 'may not change once set')]),
    ...(name === undefined ? none : each(field, name, qualifiedNameProblems)),
  ];
}

const families = ['IPv4', 'IPv6'];
const familyPolicies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

function familyProblems({ ipFamilies = [], ipFamilyPolicy }: Spec): StatusCause[] {
  return [
    ...ipFamilies.flatMap((family, index) => [
      ...(families.includes(family) ? none : [unsupported(`spec.ipFamilies[${index}]`, family, families)]),
      ...(ipFamilies.indexOf(family) < index ? [duplicate(`spec.ipFamilies[${index}]`, family)] : none),
    ]),
    ...maybeOneOf('spec.ipFamilyPolicy', ipFamilyPolicy, familyPolicies),
  ];
}

const longestAffinity = 86_400;

function affinityTimeoutProblems({ spec }: FullService): StatusCause[] {
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (seconds === undefined || spec.sessionAffinity !== 'ClientIP') return none;
  if (seconds > 0 && seconds <= longestAffinity) return none;
  const field = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds';
  return [wrong(field, seconds, `must be greater than 0 and less than ${longestAffinity}`)];
}

function externalProblems(address: string, field: string): StatusCause[] {
  const malformed = ipProblems(address, field);
  return malformed.length > 0 ? malformed : unreachableProblems(address, field);
}

function sourceRangeProblems({ type, loadBalancerSourceRanges: ranges = [] }: Spec): StatusCause[] {
  const field = 'spec.LoadBalancerSourceRanges';
  const isOdd = ranges.length > 0 && type !== 'LoadBalancer';
  return [
    ...(isOdd ? [forbiddenField(field, "may only be used when `type` is 'LoadBalancer'")] : none),
    ...ranges.flatMap((range, index) => cidrProblems(range.trim(), `${field}[${index}]`)),
  ];
}

type Spec = FullService['spec'] & { loadBalancerSourceRanges?: string[] };

/** An address is kept for life, unless the service stops or begins to have one. */
function moveProblems({ spec }: FullService, { spec: before }: FullService): StatusCause[] {
  if (spec.type === 'ExternalName' || before.type === 'ExternalName') return [];
  const [now = [], old = []] = [spec.clusterIPs, before.clusterIPs];
  if (now[0] === old[0]) return [];
  return [wrong('spec.clusterIPs[0]', now, 'may not change once set')];
}

function typeProblems({ spec }: FullService, isHeadless: boolean): StatusCause[] {
  const { type } = spec;
  if (isHeadless && (type === 'NodePort' || type === 'LoadBalancer')) {
    return [wrong('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)];
  }
  if (type !== 'ExternalName') return [];
  const notFor = 'may not be set for ExternalName services';
  const cname = (spec.externalName ?? '').replace(/\.$/, '');
  return [
    ...(spec.clusterIPs?.length || spec.clusterIP ? [forbiddenField('spec.clusterIPs', notFor)] : []),
    ...(spec.ipFamilies?.length ? [forbiddenField('spec.ipFamilies', notFor)] : []),
    ...(spec.ipFamilyPolicy === undefined ? [] : [forbiddenField('spec.ipFamilyPolicy', notFor)]),
    ...(cname ? each('spec.externalName', cname, subdomainProblems) : [required('spec.externalName')]),
  ];
}

type Port = NonNullable<FullService['spec']['ports']>[number] & { appProtocol?: string };

function portOfServiceProblems(port: Port, index: number, ports: readonly Port[]): StatusCause[] {
  const field = `spec.ports[${index}]`;
  const { name, protocol = '', targetPort } = port;
  const isNamedBefore = name && ports.slice(0, index).some(other => other.name === name);
  return [
    ...(ports.length > 1 && !name ? [required(`${field}.name`)] : []),
    ...(name ? each(`${field}.name`, name, dnsLabelProblems) : none),
    ...(isNamedBefore ? [duplicate(`${field}.name`, name)] : []),
    ...portProblems(port.port, `${field}.port`),
    ...(protocols.includes(protocol) ? [] : [unsupported(`${field}.protocol`, protocol, protocols)]),
    ...(typeof targetPort === 'string'
      ? portNameProblems(targetPort, `${field}.targetPort`)
      : portProblems(targetPort, `${field}.targetPort`)),
    ...(port.appProtocol === undefined ? none : each(`${field}.appProtocol`, port.appProtocol, qualifiedNameProblems)),
  ];
}

function samePortProblems({ protocol, port }: Port, index: number, ports: readonly Port[]): StatusCause[] {
  const isBefore = ports.slice(0, index).some(other => other.port === port && other.protocol === protocol);
  if (!isBefore) return [];
  const shown = { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
  return [duplicate(`spec.ports[${index}]`, shown)];
}

function nodePortProblems({ spec }: FullService): StatusCause[] {
  const ports = spec.ports ?? [];
  return ports.flatMap(({ nodePort, protocol }, index) => {
    if (!nodePort) return [];
    const field = `spec.ports[${index}].nodePort`;
    const isBefore = ports.slice(0, index).some(other => other.nodePort === nodePort && other.protocol === protocol);
    return [
      ...(spec.type === 'ClusterIP' ? [forbiddenField(field, "may not be used when `type` is 'ClusterIP'")] : []),
      ...(isBefore ? [duplicate(field, nodePort)] : []),
    ];
  });
}

function addressProblems({ spec }: FullService): StatusCause[] {
  const { clusterIP, clusterIPs = [], ipFamilyPolicy } = spec;
  return [
    ...(clusterIP && clusterIPs[0] !== clusterIP
      ? [wrong('spec.clusterIPs', clusterIPs, 'first value must match `clusterIP`')]
      : []),
    ...familyProblems(spec),
    ...clusterIPs.flatMap((address, index) =>
      isIP(address) || (index === 0 && address === 'None') ? [] : ipProblems(address, `spec.clusterIPs[${index}]`),
    ),
    ...(ipFamilyPolicy === 'RequireDualStack'
      ? [wrong('spec.ipFamilyPolicy', ipFamilyPolicy, 'this cluster is not configured for dual-stack services')]
      : []),
  ];
}

function policyProblems({ spec }: FullService): StatusCause[] {
  const { type, externalTrafficPolicy: external, internalTrafficPolicy: internal, externalIPs } = spec;
  const isExternal = type === 'NodePort' || type === 'LoadBalancer' || (externalIPs?.length ?? 0) > 0;
  const known = ['Cluster', 'Local'];
  const health = spec.healthCheckNodePort;
  const checked = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
  return [
    ...(external !== undefined && !isExternal
      ? [wrong('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services')]
      : []),
    ...(external !== undefined && isExternal && !known.includes(external)
      ? [unsupported('spec.externalTrafficPolicy', external, known)]
      : []),
    ...(health && !(type === 'LoadBalancer' && external === 'Local')
      ? [wrong('spec.healthCheckNodePort', health, checked)]
      : []),
    ...(internal === undefined || known.includes(internal)
      ? []
      : [unsupported('spec.internalTrafficPolicy', internal, known)]),
  ];
}
