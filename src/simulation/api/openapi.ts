import { servedBy } from './discovery.ts';
import type { Resource } from './resource.ts';
import { apiVersionOf } from './resources.ts';

/**
 * OpenAPI v3 without schemas: which paths there are, and that writes take `dryRun` and `fieldValidation`. Clients ask
 * for no more before they write; a client that wants field documentation finds none.
 */
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
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths: Object.fromEntries(served.map(resource => [pathOf(path, resource), itemFor(resource)])),
    components: { schemas: {} },
  };
}

function prefixOf(groupVersion: string): string {
  return groupVersion.includes('/') ? `apis/${groupVersion}` : `api/${groupVersion}`;
}

function pathOf(prefix: string, { namespaced, plural }: Resource): string {
  return `/${prefix}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}/{name}`;
}

function itemFor({ group, version, kind }: Resource): object {
  const operation = {
    'x-kubernetes-group-version-kind': { group, version, kind },
    parameters: ['dryRun', 'fieldManager', 'fieldValidation'].map(queryParameter),
    responses: { 200: { description: 'OK' } },
  };
  return { put: operation, patch: operation };
}

function queryParameter(name: string): object {
  return { name, in: 'query', schema: { type: 'string' } };
}
