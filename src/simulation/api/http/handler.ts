import type { IncomingMessage, ServerResponse } from 'node:http';
import { attributesOf } from '../auth/attributes.ts';
import { pathsOf } from '../discovery.ts';
import { methodNotAllowed, noSuchResource } from '../status_error.ts';
import { answerAboutServer, answerOutsideApi } from './about_server.ts';
import { answerForObjects } from './collection.ts';
import { type Answer, type HandlerDeps, ok } from './exchange.ts';
import { answerForObject } from './object.ts';
import { routeOf } from './route.ts';
import { warn } from './strictness.ts';

/** From a request to its answer. Who asks, and whether they may, is decided before anything has been looked at. */
export async function answer(deps: HandlerDeps, request: IncomingMessage, response: ServerResponse): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const user = deps.access.userOf(request.headers);
  deps.access.require(user, attributesOf(request.method ?? 'GET', url.pathname, url.searchParams));
  const exchange = { request, response, params: url.searchParams, deps, user };
  const route = routeOf(deps.backend.registry, url.pathname);
  if ('resource' in route && route.resource.deprecated !== undefined) warn(response, route.resource.deprecated);
  if (route.kind === 'objects') return answerForObjects(exchange, route);
  if (route.kind === 'object') return answerForObject(exchange, route);
  if (url.pathname === '/') return ok({ paths: pathsOf(deps.backend.registry.all()) });
  if (route.kind === 'unknown') return answerOutsideApi(deps, url.pathname);
  if (route.kind === 'no_resource') throw noSuchResource();
  if (request.method !== 'GET') throw methodNotAllowed();
  return answerAboutServer(deps.backend.registry.all(), route, request.headers.accept ?? '');
}
