import {
  aggregatedList,
  aggregatedMediaType,
  coreVersions,
  groupDocument,
  groupList,
  resourceList,
} from '../discovery.ts';
import { openApiDocument, openApiIndex, openApiV2, openApiV2Protobuf } from '../openapi.ts';
import type { Resource } from '../resource.ts';
import { failure } from '../status_error.ts';
import { type Answer, type HandlerDeps, ok } from './exchange.ts';
import type { Route } from './route.ts';

export async function answerOutsideApi({ metricsSource }: HandlerDeps, path: string): Promise<Answer> {
  const body = await metricsSource()?.(path);
  if (body !== undefined) return { code: 200, body, type: 'text/plain; version=0.0.4; charset=utf-8' };
  return { code: 404, body: '404 page not found\n', type: 'text/plain; charset=utf-8' };
}

/** Health, version, types, and what is served. */
export function answerAboutServer(
  served: readonly Resource[],
  route: Exclude<Route, { kind: 'objects' | 'object' | 'unknown' | 'no_resource' }>,
  accept: string,
): Answer {
  if (route.kind === 'health') return { code: 200, body: 'ok', type: 'text/plain; charset=utf-8' };
  if (route.kind === 'version') return ok(versionInfo);
  if (route.kind === 'openapi')
    return found(route.path === '' ? openApiIndex(served) : openApiDocument(served, route.path));
  if (route.kind === 'openapi_v2') {
    const { accepted, type, body } = openApiV2Protobuf;
    return accept.includes(accepted) ? { code: 200, body, type } : ok(openApiV2);
  }
  if (route.groupVersion !== undefined) return found(resourceList(served, route.groupVersion));
  if (route.group !== undefined) return page(groupDocument(served, route.group));
  const isAggregated = accept.includes('as=APIGroupDiscoveryList') && /v=v2(?!beta)/.test(accept);
  if (isAggregated) return { code: 200, body: aggregatedList(served, route.root), type: aggregatedMediaType };
  return ok(route.root === 'api' ? coreVersions() : groupList(served));
}

const versionInfo = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.3+alertwright',
  gitTreeState: 'clean',
  platform: 'embedded',
};

/** What no group answers for isn't the API's at all. */
function page(body: object | undefined): Answer {
  return body ? ok(body) : { code: 404, body: '404 page not found\n', type: 'text/plain; charset=utf-8' };
}

function found(body: object | undefined): Answer {
  if (!body) throw failure(404, 'NotFound', 'the server could not find the requested resource', {});
  return ok(body);
}
