import type { Resource } from '../resource.ts';
import type { Registry } from '../resources.ts';
import { badRequest } from '../status_error.ts';

/** What a path stands for. */
export type Route =
  | { kind: 'health' }
  | { kind: 'version' }
  | { kind: 'discovery'; root: 'api' | 'apis'; group?: string; groupVersion?: string }
  | { kind: 'openapi'; path: string }
  | { kind: 'openapi_v2' }
  /** `watched`: by one of the old paths that say so themselves, maybe with a name. */
  | { kind: 'objects'; resource: Resource; namespace: string; watched?: { name?: string } }
  | { kind: 'object'; resource: Resource; namespace: string; name: string; subresource?: string }
  /** A group that is served, with a resource that isn't. */
  | { kind: 'no_resource' }
  | { kind: 'unknown' };

export function routeOf({ all }: Registry, pathname: string): Route {
  const steps = decoded(pathname);
  if (/\/\//.test(pathname) || steps.some(step => step.includes('/'))) return { kind: 'no_resource' };
  const [first, ...rest] = steps;
  if (steps.length === 1 && ['healthz', 'livez', 'readyz'].includes(first!)) return { kind: 'health' };
  if (steps.length === 1 && first === 'version') return { kind: 'version' };
  if (first === 'openapi' && rest[0] === 'v2') return { kind: 'openapi_v2' };
  if (first === 'openapi' && rest[0] === 'v3') return { kind: 'openapi', path: rest.slice(1).join('/') };
  if (first === 'api') return belowGroup(all(), '', rest);
  if (first !== 'apis') return { kind: 'unknown' };
  const [group, ...below] = rest;
  return group === undefined ? { kind: 'discovery', root: 'apis' } : belowGroup(all(), group, below);
}

function decoded(pathname: string): string[] {
  try {
    return pathname.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    throw badRequest('expected a path in URL encoding, got a "%" that starts no character');
  }
}

function belowGroup(resources: readonly Resource[], group: string, steps: readonly string[]): Route {
  const root = group === '' ? 'api' : 'apis';
  const [version, ...rest] = steps;
  if (version === undefined) return { kind: 'discovery', root, ...(group === '' ? {} : { group }) };
  if (group !== '' && !resources.some(resource => resource.group === group)) return { kind: 'unknown' };
  const groupVersion = group === '' ? version : `${group}/${version}`;
  const served = resources.filter(resource => resource.group === group && resource.version === version);
  if (rest.length === 0) return { kind: 'discovery', root, groupVersion };
  if (served.length === 0) return { kind: 'no_resource' };
  return rest[0] === 'watch' ? watched(belowVersion(served, rest.slice(1))) : belowVersion(served, rest);
}

function watched(route: Route): Route {
  if (route.kind === 'objects') return { ...route, watched: {} };
  if (route.kind !== 'object' || route.subresource !== undefined) return { kind: 'no_resource' };
  const { resource, namespace, name } = route;
  return { kind: 'objects', resource, namespace, watched: { name } };
}

const namespaceSubresources = ['status', 'finalize'];

function belowVersion(served: readonly Resource[], steps: readonly string[]): Route {
  const [first, namespace, third] = steps;
  const isScoped = first === 'namespaces' && third !== undefined && !namespaceSubresources.includes(third);
  const [plural, name, subresource, ...more] = isScoped ? steps.slice(2) : steps;
  const resource = served.find(candidate => candidate.plural === plural);
  if (!resource || (more.length > 0 && subresource !== 'proxy')) return { kind: 'no_resource' };
  if (isScoped !== resource.namespaced && (isScoped || name !== undefined)) return { kind: 'no_resource' };
  const place = { resource, namespace: isScoped ? namespace! : '' };
  if (name === undefined) return { kind: 'objects', ...place };
  return { kind: 'object', ...place, name, ...(subresource === undefined ? {} : { subresource }) };
}
