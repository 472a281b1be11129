import type { ApiError } from '../client.ts';
import { failure } from '../status_error.ts';
import type { User } from './user.ts';

/** What somebody wants to do, as it can be told from a request alone, before anything has been looked at. */
export type Attributes = ResourceAttributes | PathAttributes;

export interface ResourceAttributes {
  kind: 'resource';
  verb: string;
  group: string;
  resource: string;
  subresource: string;
  /** Empty for the cluster as a whole. */
  namespace: string;
  name: string;
}

export interface PathAttributes {
  kind: 'path';
  verb: string;
  path: string;
}

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

export function attributesOf(method: string, pathname: string, params: URLSearchParams): Attributes {
  const steps = pathname.split('/').filter(Boolean).map(decoded);
  const isCore = steps[0] === 'api';
  const below = isCore ? steps.slice(2) : steps.slice(3);
  const isApi = isCore || steps[0] === 'apis';
  if (!isApi || below.length === 0) return { kind: 'path', verb: method.toLowerCase(), path: pathname };
  const place = placeOf(below);
  const given = { kind: 'resource' as const, group: isCore ? '' : steps[1]!, ...place };
  const verb = verbs[method] ?? '';
  if (place.name !== '') return { ...given, verb };
  const name = /(?:^|,)metadata\.name=([^,!=]+)(?:,|$)/.exec(params.get('fieldSelector') ?? '')?.[1] ?? '';
  if (verb === 'get') return { ...given, name, verb: isWatch(params) ? 'watch' : 'list' };
  return verb === 'delete' ? { ...given, name, verb: 'deletecollection' } : { ...given, verb };
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

function isWatch(params: URLSearchParams): boolean {
  return ['true', '1', ''].includes(params.get('watch') ?? 'no');
}

const ofNamespaces = ['status', 'finalize'];

function placeOf(
  steps: readonly string[],
): Pick<ResourceAttributes, 'resource' | 'subresource' | 'namespace' | 'name'> {
  const [first = '', second = '', third] = steps;
  if (first !== 'namespaces') return { resource: first, namespace: '', name: second, subresource: third ?? '' };
  if (third === undefined || ofNamespaces.includes(third)) {
    return { resource: first, namespace: second, name: second, subresource: third ?? '' };
  }
  const [name = '', subresource = ''] = steps.slice(3);
  return { resource: third, namespace: second, name, subresource };
}

/** `reason` is what the authorizer has to say about it, if anything. */
export function refusal({ name: user }: User, attributes: Attributes, reason = ''): ApiError {
  const why = reason === '' ? '' : `: ${reason}`;
  if (attributes.kind === 'path') {
    const message = `forbidden: User "${user}" cannot ${attributes.verb} path "${attributes.path}"${why}`;
    return failure(403, 'Forbidden', message, {});
  }
  const { verb, group, resource, subresource, namespace, name } = attributes;
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const subject = `${resource}${group && `.${group}`}${name && ` "${name}"`}`;
  const message = `${subject} is forbidden: User "${user}" cannot ${verb} resource "${full}" in API group "${group}" ${where}${why}`;
  return failure(403, 'Forbidden', message, {
    ...(name ? { name } : {}),
    ...(group ? { group } : {}),
    kind: resource,
  });
}
