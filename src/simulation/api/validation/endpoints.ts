import { isIP, isIPv4, isIPv6 } from 'node:net';
import type { EndpointSlice, Endpoints } from '../../../kubernetes/kinds/network.ts';
import type { StatusCause } from '../client.ts';
import { equal } from '../json.ts';
import { ipProblems, unreachableProblems } from './addresses.ts';
import { dnsLabelProblems } from './names.ts';
import { portProblems } from './pod.ts';
import { duplicate, each, none, required, unsupported, wrong } from './problem.ts';

const protocols = ['SCTP', 'TCP', 'UDP'];
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
      ...(name === '' ? none : each(`ports[${index}].name`, name, dnsLabelProblems)),
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

function addressProblems(address: string, type: string, field: string, index: number): StatusCause[] {
  if (type !== 'IPv4' && type !== 'IPv6') return [];
  if (!isIP(address)) return ipProblems(address, `${field}[${index}]`);
  const fits = type === 'IPv4' ? isIPv4(address) : isIPv6(address);
  return [
    ...(fits ? [] : [wrong(field, address, `must be an ${type} address`)]),
    ...unreachableProblems(address, `${field}[${index}]`),
  ];
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
          return [...ipProblems(ip, where), wrong(where, ip, 'must be a valid IP address')];
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
