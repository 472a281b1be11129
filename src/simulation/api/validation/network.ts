import { isIP, isIPv4, isIPv6 } from 'node:net';
import type {
  EndpointSlice,
  Endpoints,
  Ingress,
  IngressBackend,
  IngressPath,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from '../../../kubernetes/kinds/network.ts';
import type { KubeObject } from '../../../kubernetes/objects.ts';
import type { StatusCause } from '../client.ts';
import { equal } from '../json.ts';
import { dnsLabelProblems } from './names.ts';
import { portProblems } from './pod.ts';
import { portNameProblems } from './port_name.ts';
import { duplicate, forbiddenField, required, unsupported, wrong } from './problem.ts';

const protocols = ['SCTP', 'TCP', 'UDP'];
const validAddress = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

export function validateIngress({ spec }: Ingress): StatusCause[] {
  const { rules = [], defaultBackend } = spec;
  return [
    ...(rules.length === 0 && !defaultBackend
      ? [wrong('spec', spec.rules ?? null, 'either `defaultBackend` or `rules` must be specified')]
      : []),
    ...(defaultBackend ? backendProblems(defaultBackend, 'spec.defaultBackend') : []),
    ...rules.flatMap(({ host = '', http }, index) => {
      const field = `spec.rules[${index}]`;
      const paths = http?.paths ?? [];
      return [
        ...(isIP(host) ? [wrong(`${field}.host`, host, 'must be a DNS name, not an IP address')] : []),
        ...(http && paths.length === 0 ? [required(`${field}.http.paths`)] : []),
        ...paths.flatMap((path, at) => pathProblems(path, `${field}.http.paths[${at}]`)),
      ];
    }),
  ];
}

const forbiddenSequences = ['//', '/./', '/../', '%2f', '%2F'];
const forbiddenEndings = ['/..', '/.'];
const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];

function pathProblems({ path = '', pathType, backend }: Partial<IngressPath>, field: string): StatusCause[] {
  if (!pathType) return [required(`${field}.pathType`, 'pathType must be specified')];
  const isLoose = pathType === 'ImplementationSpecific';
  const at = `${field}.path`;
  return [
    ...(path.startsWith('/') || (isLoose && path === '') ? [] : [wrong(at, path, 'must be an absolute path')]),
    ...(isLoose ? [] : forbiddenSequences)
      .filter(text => path.includes(text))
      .map(text => wrong(at, path, `must not contain '${text}'`)),
    ...(isLoose ? [] : forbiddenEndings)
      .filter(text => path.endsWith(text))
      .map(text => wrong(at, path, `cannot end with '${text}'`)),
    ...(pathTypes.includes(pathType) ? [] : [unsupported(`${field}.pathType`, pathType, pathTypes)]),
    ...backendProblems(backend ?? {}, `${field}.backend`),
  ];
}

function backendProblems({ service, resource }: IngressBackend, field: string): StatusCause[] {
  if (service && resource) return [wrong(field, '', 'cannot set both resource and service backends')];
  if (resource) {
    return (['kind', 'name'] as const)
      .filter(name => !resource[name])
      .map(name => required(`${field}.resource.${name}`));
  }
  if (!service) return [wrong(field, '', 'resource or service backend is required')];
  const { name = '', number = 0 } = service.port ?? {};
  return [
    ...(service.name ? [] : [required(`${field}.service.name`)]),
    ...(name && number ? [wrong(field, '', 'cannot set both port name & port number')] : []),
    ...(name && !number ? portNameProblems(name, `${field}.service.port.name`) : []),
    ...(number && !name ? portProblems(number, `${field}.service.port.number`) : []),
    ...(!name && !number ? [required(field, 'port name or number is required')] : []),
  ];
}

export function validateIngressClass(
  { spec }: KubeObject & { spec?: { controller?: string } },
  before?: KubeObject & { spec?: { controller?: string } },
): StatusCause[] {
  return [
    ...(before && before.spec?.controller !== spec?.controller
      ? [wrong('spec.controller', spec?.controller ?? '', 'field is immutable')]
      : []),
    ...(spec?.controller ? [] : [required('spec.controller')]),
  ];
}

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
  return [
    ...rules.flatMap(({ peers = [], ports = [], field, to }) => [
      ...ports.flatMap((port, index) => policyPortProblems(port, `${field}.ports[${index}]`)),
      ...peers.flatMap((peer, index) => peerProblems(peer, `${field}.${to}[${index}]`)),
    ]),
    ...(spec.policyTypes ?? []).flatMap((type, index) =>
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
    ...(endPort !== undefined && typeof port === 'string'
      ? [wrong(end, endPort, 'may not be specified when `port` is non-numeric')]
      : []),
    ...(endPort !== undefined && port === undefined
      ? [wrong(end, endPort, 'may not be specified when `port` is not specified')]
      : []),
  ];
}

function peerProblems({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, field: string): StatusCause[] {
  const selectors = [podSelector, namespaceSelector].filter(Boolean).length;
  if (selectors === 0 && !ipBlock) return [required(field, 'must specify a peer')];
  if (ipBlock && selectors > 0) return [forbiddenField(field, 'may not specify both ipBlock and another peer')];
  if (!ipBlock) return [];
  if (!ipBlock.cidr) return [required(`${field}.ipBlock.cidr`)];
  const [address = '', bits = ''] = ipBlock.cidr.split('/');
  const isRange = isIP(address) && /^\d+$/.test(bits) && Number(bits) <= (isIPv4(address) ? 32 : 128);
  const why = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
  return isRange ? [] : [wrong(`${field}.ipBlock.cidr`, ipBlock.cidr, why)];
}

const addressTypes = ['FQDN', 'IPv4', 'IPv6'];

export function validateEndpointSlice(slice: EndpointSlice, before?: EndpointSlice): StatusCause[] {
  const { addressType, endpoints, ports } = slice;
  const names = (ports ?? []).map(({ name = '' }) => name);
  return [
    ...(addressType ? [] : [required('addressType')]),
    ...(!addressType || addressTypes.includes(addressType)
      ? []
      : [unsupported('addressType', addressType, addressTypes)]),
    ...(ports ?? []).flatMap(({ name = '', protocol = '' }, index) => [
      ...(name === '' || dnsLabelProblems(name).length === 0 ? [] : [wrong(`ports[${index}].name`, name, labelForm)]),
      ...(names.indexOf(name) < index ? [duplicate(`ports[${index}].name`, name)] : []),
      ...(protocols.includes(protocol) ? [] : [unsupported(`ports[${index}].protocol`, protocol, protocols)]),
    ]),
    ...(before && equal(before.endpoints, endpoints) ? [] : (endpoints ?? [])).flatMap(({ addresses = [] }, index) => [
      ...(addresses.length > 0 ? [] : [required(`endpoints[${index}].addresses`, 'must contain at least 1 address')]),
      ...addresses.flatMap((address, at) => addressProblems(address, addressType, `endpoints[${index}].addresses`, at)),
    ]),
    ...(before && !equal(before.addressType, addressType)
      ? [wrong('addressType', addressType, 'field is immutable')]
      : []),
  ];
}

const labelForm =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

function addressProblems(address: string, type: string, field: string, index: number): StatusCause[] {
  if (type !== 'IPv4' && type !== 'IPv6') return [];
  if (!isIP(address)) return [wrong(`${field}[${index}]`, address, validAddress)];
  const fits = type === 'IPv4' ? isIPv4(address) : isIPv6(address);
  return [
    ...(fits ? [] : [wrong(field, address, `must be an ${type} address`)]),
    ...unreachableProblems(address, `${field}[${index}]`),
  ];
}

/** Addresses that can't lead anywhere else. */
function unreachableProblems(address: string, field: string): StatusCause[] {
  if (address === '0.0.0.0' || address === '::')
    return [wrong(field, address, 'may not be unspecified (0.0.0.0 or ::)')];
  if (address.startsWith('127.') || address === '::1') {
    return [wrong(field, address, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')];
  }
  if (address.startsWith('169.254.') || /^fe[89ab]/i.test(address)) {
    return [wrong(field, address, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')];
  }
  if (address.startsWith('224.0.0.') || /^ff02:/i.test(address)) {
    return [wrong(field, address, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')];
  }
  return [];
}

export function validateEndpoints({ subsets = [] }: Endpoints): StatusCause[] {
  return subsets.flatMap(({ addresses = [], notReadyAddresses = [], ports = [] }, index) => {
    const field = `subsets[${index}]`;
    const lists = { addresses, notReadyAddresses };
    return [
      ...(addresses.length + notReadyAddresses.length === 0
        ? [required(field, 'must specify `addresses` or `notReadyAddresses`')]
        : []),
      ...Object.entries(lists).flatMap(([name, list]) =>
        list.flatMap(({ ip = '' }, at) => {
          const where = `${field}.${name}[${at}].ip`;
          if (isIP(ip)) return unreachableProblems(ip, where);
          return [wrong(where, ip, validAddress), wrong(where, ip, 'must be a valid IP address')];
        }),
      ),
      ...ports.flatMap(({ name, port, protocol = '' }, at) => [
        ...(ports.length > 1 && !name ? [required(`${field}.ports[${at}].name`)] : []),
        ...portProblems(port, `${field}.ports[${at}].port`),
        ...(protocols.includes(protocol) ? [] : [unsupported(`${field}.ports[${at}].protocol`, protocol, protocols)]),
      ]),
    ];
  });
}
