import { isIP } from 'node:net';
import type { Ingress, IngressBackend, IngressPath } from '../../../kubernetes/kinds/network.ts';
import type { KubeObject } from '../../../kubernetes/objects.ts';
import type { StatusCause } from '../client.ts';
import { type NameRule, subdomainProblems, wildcardProblems } from './names.ts';
import { portProblems } from './pod.ts';
import { portNameProblems } from './port_name.ts';
import { each, none, required, unsupported, wrong } from './problem.ts';

export function validateIngress({ spec }: Ingress): StatusCause[] {
  const { rules = [], defaultBackend, ingressClassName: className } = spec;
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
        ...(host ? each(`${field}.host`, host, hostRule(host)) : none),
        ...(http && paths.length === 0 ? [required(`${field}.http.paths`)] : []),
        ...paths.flatMap((path, at) => pathProblems(path, `${field}.http.paths[${at}]`)),
      ];
    }),
    ...tlsProblems((spec as { tls?: Tls[] }).tls ?? []),
    ...(className === undefined ? none : each('spec.ingressClassName', className, subdomainProblems)),
  ];
}

interface Tls {
  hosts?: string[];
  secretName?: string;
}

function tlsProblems(entries: readonly Tls[]): StatusCause[] {
  return entries.flatMap(({ hosts = [], secretName }, index) => {
    const field = `spec.tls[${index}]`;
    return [
      ...hosts.flatMap((host, at) => each(`${field}.hosts[${at}]`, host, hostRule(host))),
      ...(secretName ? each(`${field}.secretName`, secretName, subdomainProblems) : none),
    ];
  });
}

function hostRule(host: string): NameRule {
  return host.includes('*') ? wildcardProblems : subdomainProblems;
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
