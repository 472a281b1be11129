import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../../../kubernetes/kinds/network.ts';
import type { StatusCause } from '../client.ts';
import { cidrProblems, exceptionProblems } from './addresses.ts';
import { portProblems } from './pod.ts';
import { portNameProblems } from './port_name.ts';
import { forbiddenField, none, outside, required, unsupported, wrong } from './problem.ts';
import { requirementProblems } from './workload_selector.ts';

const protocols = ['SCTP', 'TCP', 'UDP'];

export function validateNetworkPolicy({ spec }: NetworkPolicy): StatusCause[] {
  const rules = [
    ...(spec.ingress ?? []).map(({ from, ports }, index) => ({
      peers: from,
      ports,
      field: `spec.ingress[${index}]`,
      to: 'from',
    })),
    ...(spec.egress ?? []).map(({ to, ports }, index) => ({
      peers: to,
      ports,
      field: `spec.egress[${index}]`,
      to: 'to',
    })),
  ];
  const known = ['Ingress', 'Egress'];
  const types = spec.policyTypes ?? [];
  return [
    ...(spec.podSelector ? requirementProblems(spec.podSelector, 'spec.podSelector') : none),
    ...rules.flatMap(({ peers = [], ports = [], field, to }) => [
      ...ports.flatMap((port, index) => policyPortProblems(port, `${field}.ports[${index}]`)),
      ...peers.flatMap((peer, index) => peerProblems(peer, `${field}.${to}[${index}]`)),
    ]),
    ...(types.length > 2 ? [wrong('spec.policyTypes', types, 'may not specify more than two policyTypes')] : none),
    ...(types.length > 2 ? [] : types).flatMap((type, index) =>
      known.includes(type) ? [] : [unsupported(`spec.policyTypes[${index}]`, type, known)],
    ),
  ];
}

function policyPortProblems({ protocol = 'TCP', port, endPort }: NetworkPolicyPort, field: string): StatusCause[] {
  const end = `${field}.endPort`;
  return [
    ...(protocols.includes(protocol) ? [] : [unsupported(`${field}.protocol`, protocol, ['TCP', 'UDP', 'SCTP'])]),
    ...(typeof port === 'number' ? portProblems(port, `${field}.port`) : []),
    ...(typeof port === 'string' ? portNameProblems(port, `${field}.port`) : []),
    ...(endPort !== undefined && typeof port === 'number' && endPort < port
      ? [wrong(end, port, 'must be greater than or equal to `port`')]
      : []),
    ...(endPort !== undefined && typeof port === 'number' ? outside(end, endPort, [1, 65_535]) : none),
    ...(endPort !== undefined && typeof port === 'string'
      ? [wrong(end, endPort, 'may not be specified when `port` is non-numeric')]
      : []),
    ...(endPort !== undefined && port === undefined
      ? [wrong(end, endPort, 'may not be specified when `port` is not specified')]
      : []),
  ];
}

function peerProblems({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, field: string): StatusCause[] {
  const selectors = { podSelector, namespaceSelector };
  const count = Object.values(selectors).filter(Boolean).length;
  const both = 'may not specify both ipBlock and another peer';
  return [
    ...Object.entries(selectors).flatMap(([name, selector]) =>
      selector ? requirementProblems(selector, `${field}.${name}`) : none,
    ),
    ...(ipBlock ? blockProblems(ipBlock, field) : none),
    ...(count === 0 && !ipBlock ? [required(field, 'must specify a peer')] : none),
    ...(ipBlock && count > 0 ? [forbiddenField(field, both)] : none),
  ];
}

function blockProblems(ipBlock: NonNullable<NetworkPolicyPeer['ipBlock']>, field: string): StatusCause[] {
  if (!ipBlock.cidr) return [required(`${field}.ipBlock.cidr`)];
  const { cidr, except = [] } = ipBlock;
  const malformed = cidrProblems(cidr, `${field}.ipBlock.cidr`);
  if (malformed.length > 0) return malformed;
  return except.flatMap((range, index) => exceptionProblems(cidr, range, `${field}.ipBlock.except[${index}]`));
}
