import { servedBy } from './discovery.ts';
import type { Resource } from './resource.ts';
import { apiVersionOf } from './resources.ts';
import { schemaOf } from './schema/kubernetes.ts';
import { type Components, createComponents, listSchema } from './schema/openapi_types.ts';
import type { GroupVersionKind, ObjectSchema } from './schema/schema.ts';

/** OpenAPI v3, a document for each group version: its types without their descriptions, and its paths. */
export function openApiIndex(resources: readonly Resource[]): object {
  const versions = [...new Set(resources.map(apiVersionOf))];
  const entries = versions.map(version => [
    prefixOf(version),
    { serverRelativeURL: `/openapi/v3/${prefixOf(version)}` },
  ]);
  return { paths: Object.fromEntries(entries) };
}

/** OpenAPI v2 with nothing in it: clients that would check an object against its schema leave the checking to us. */
export const openApiV2 = { swagger: '2.0', info: { title: 'Kubernetes', version: 'unversioned' }, paths: {} };

/** The same in protobuf, which kubectl insists on: field 1, a text of three bytes, "2.0". */
export const openApiV2Protobuf = {
  /** What clients ask for; it is no valid media type, so the answer is called something else. */
  accepted: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  type: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
  body: '\n\u00032.0',
};

/** The document for `api/v1` or `apis/apps/v1`; undefined for what isn't served. */
export function openApiDocument(resources: readonly Resource[], path: string): object | undefined {
  const groupVersion = path.replace(/^apis?\//, '');
  const served = servedBy(resources, groupVersion);
  if (served.length === 0 || prefixOf(groupVersion) !== path) return undefined;
  const components = createComponents();
  const paths = served.flatMap(resource => pathsOf(path, resource, components));
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.36.3' },
    paths: Object.fromEntries(paths),
    components: { schemas: components.schemas },
  };
}

function prefixOf(groupVersion: string): string {
  return groupVersion.includes('/') ? `apis/${groupVersion}` : `api/${groupVersion}`;
}

interface Types {
  one: object;
  many: object;
  options: object;
  status: object;
}

function pathsOf(prefix: string, resource: Resource, components: Components): [string, object][] {
  const schema = resource.schema ?? schemaOf(resource);
  if (!schema) return [];
  const types = typesOf(resource, schema, components);
  const { namespaced, plural } = resource;
  const all = `/${prefix}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}`;
  const everywhere: [string, object][] = namespaced
    ? [[`/${prefix}/${plural}`, operations(resource, { list: ['get', types.many] }, types)]]
    : [];
  return [
    ...everywhere,
    [
      all,
      operations(
        resource,
        { list: ['get', types.many], create: ['post', types.one], deletecollection: ['delete', types.status] },
        types,
      ),
    ],
    [
      `${all}/{name}`,
      operations(
        resource,
        {
          get: ['get', types.one],
          update: ['put', types.one],
          patch: ['patch', types.one],
          delete: ['delete', types.status],
        },
        types,
      ),
    ],
  ];
}

/** The types that the paths of a resource refer to. Those of its own kind say that they are. */
function typesOf(resource: Resource, schema: ObjectSchema, components: Components): Types {
  const { group, version, kind } = resource;
  const name = schema.name || [...group.split('.').reverse(), version, kind].filter(Boolean).join('.');
  const marked = (type: ObjectSchema, typeName: string, markedKind: string) => {
    const ref = components.refTo(type, typeName);
    Object.assign(components.schemas[typeName] as object, marks({ group, version, kind: markedKind }));
    return ref;
  };
  const own = { group: '', version: 'v1' };
  return {
    one: marked(schema, name, kind),
    many: marked(listSchema({ ...schema, name }), `${name}List`, `${kind}List`),
    options: components.refTo(schemaOf({ ...own, kind: 'DeleteOptions' })!),
    status: components.refTo(schemaOf({ ...own, kind: 'Status' })!),
  };
}

function marks(kind: GroupVersionKind): object {
  return { 'x-kubernetes-group-version-kind': [kind] };
}

type Operation = readonly [method: 'get' | 'post' | 'put' | 'patch' | 'delete', answer: object];

const actions: Readonly<Record<string, string>> = { create: 'post', update: 'put' };
const changes = ['dryRun', 'fieldManager', 'fieldValidation'];

function operations(resource: Resource, asked: Readonly<Record<string, Operation>>, types: Types): object {
  const { group, version, kind } = resource;
  const served = Object.entries(asked).filter(([verb]) => resource.verbs.some(known => known === verb));
  const entries = served.map(([verb, [method, schema]]) => [
    method,
    {
      'x-kubernetes-action': actions[verb] ?? verb,
      'x-kubernetes-group-version-kind': { group, version, kind },
      ...(method === 'get' ? {} : bodyOf(verb, types)),
      responses: { 200: { description: 'OK', content: { 'application/json': { schema } } } },
    },
  ]);
  return Object.fromEntries(entries);
}

function bodyOf(verb: string, types: Types): object {
  const isDeletion = verb.startsWith('delete');
  const schema = isDeletion ? types.options : verb === 'patch' ? { type: 'object' } : types.one;
  const parameters = isDeletion ? ['dryRun', 'propagationPolicy'] : verb === 'patch' ? [...changes, 'force'] : changes;
  return {
    parameters: parameters.map(name => ({
      name,
      in: 'query',
      schema: { type: name === 'force' ? 'boolean' : 'string' },
    })),
    requestBody: { content: { '*/*': { schema } } },
  };
}
