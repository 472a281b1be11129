import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KubeObject } from '../../../kubernetes/objects.ts';
import { isRecord } from '../../../lib/json.ts';
import { timestamp } from '../../../lib/timestamp.ts';
import type { Access } from '../auth/access.ts';
import { attributesOf } from '../auth/attributes.ts';
import { answerReview, isReview } from '../auth/reviews.ts';
import { requestToken } from '../auth/token_request.ts';
import type { User } from '../auth/user.ts';
import type { LogSource, MetricsSource, UsageSource } from '../client.ts';
import {
  aggregatedList,
  aggregatedMediaType,
  coreVersions,
  groupDocument,
  groupList,
  pathsOf,
  resourceList,
} from '../discovery.ts';
import { openApiDocument, openApiIndex, openApiV2, openApiV2Protobuf } from '../openapi.ts';
import type { Resource } from '../resource.ts';
import { badRequest, failure, methodNotAllowed, noSuchPart, noSuchResource, success } from '../status_error.ts';
import { bind } from '../verbs/bind.ts';
import { create } from '../verbs/create.ts';
import { remove, removeAll } from '../verbs/delete.ts';
import { evict } from '../verbs/evict.ts';
import { get, list } from '../verbs/read.ts';
import { scaleOf } from '../verbs/scale.ts';
import { track } from '../verbs/tracked.ts';
import { type Changed, patch, update } from '../verbs/update.ts';
import { returnsDeleted } from '../verbs/update_rules.ts';
import { type Backend, existing, type WriteOptions } from '../verbs/write.ts';
import { formOf, manyIn, oneIn } from './accept.ts';
import { type Body, readDeleteOptions, readObject, readPatch } from './body.ts';
import { isConnection, refuseConnection } from './connect.ts';
import { listQuery } from './list_options.ts';
import { sendLog } from './logs.ts';
import { answerOfNode } from './node_proxy.ts';
import { deleteOptions, flag, type OptionsKind, writeOptions } from './query.ts';
import { type Route, routeOf } from './route.ts';
import { strictnessFor, warn } from './strictness.ts';
import { streamWatch } from './watch_stream.ts';

export interface HandlerDeps {
  backend: Backend;
  access: Access;
  logSource(): LogSource | undefined;
  metricsSource(): MetricsSource | undefined;
  usageSource(): UsageSource | undefined;
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  params: URLSearchParams;
  deps: HandlerDeps;
  user: User;
}

/** `undefined` when the answer has been sent, or is being streamed. */
type Answer = { code: number; body: object | string; type?: string } | undefined;

type ObjectsRoute = Extract<Route, { kind: 'objects' }>;
type ObjectRoute = Extract<Route, { kind: 'object' }>;

/**
 * From a request to its answer. Who asks, and whether they may, is decided before anything has been looked at. */
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

async function answerOutsideApi({ metricsSource }: HandlerDeps, path: string): Promise<Answer> {
  const body = await metricsSource()?.(path);
  if (body !== undefined) return { code: 200, body, type: 'text/plain; version=0.0.4; charset=utf-8' };
  return { code: 404, body: '404 page not found\n', type: 'text/plain; charset=utf-8' };
}

function answerAboutServer(
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

async function answerForObjects(exchange: Exchange, route: ObjectsRoute): Promise<Answer> {
  const { request, response, params, deps } = exchange;
  const { backend } = deps;
  const form = formOf(request.headers.accept, params);
  const now = backend.clock.now();
  switch (request.method) {
    case 'GET':
      if (!route.resource.verbs.includes('list')) throw methodNotAllowed();
      if (!flag(params, 'watch') && !route.watched) {
        return ok(manyIn(form, route.resource, list(backend, route, listQuery(params)), now));
      }
      streamWatch(backend, route, { params: watchParams(params, route), form }, response);
      return undefined;
    case 'POST': {
      if (isEverywhere(route)) throw methodNotAllowed();
      const body = await readObject(request, route.resource.kind);
      if (route.resource.kind === 'Binding') return bindByName(exchange, route, body);
      if (isReview(route.resource)) {
        const { user } = exchange;
        const options = optionsOf(exchange, body, 'CreateOptions');
        const sign = (after: KubeObject) => track(backend, route.resource, { before: undefined, after }, options);
        const asking = { access: deps.access, user, namespace: route.namespace, now: timestamp(now), sign };
        return { code: 201, body: answerReview(route.resource, body.value, asking) };
      }
      const created = create(backend, route, body.value, optionsOf(exchange, body, 'CreateOptions'));
      return { code: 201, body: oneIn(form, route.resource, created, now) };
    }
    case 'DELETE': {
      if (isEverywhere(route)) throw methodNotAllowed();
      const options = deleteOptions(params, await readDeleteOptions(request));
      const items = removeAll(backend, route, listQuery(params), options);
      return ok(
        manyIn(form, route.resource, { items, metadata: { resourceVersion: String(backend.store.version()) } }, now),
      );
    }
    default:
      throw methodNotAllowed();
  }
}

function watchParams(params: URLSearchParams, { watched }: ObjectsRoute): URLSearchParams {
  const asked = new URLSearchParams(params);
  asked.set('watch', 'true');
  if (watched?.name !== undefined) asked.set('fieldSelector', `metadata.name=${watched.name}`);
  return asked;
}

/** All namespaces at once: there one can look, but not write. */
function isEverywhere({ resource, namespace }: ObjectsRoute): boolean {
  return resource.namespaced && namespace === '';
}

async function answerForObject(exchange: Exchange, route: ObjectRoute): Promise<Answer> {
  const { request, params, deps } = exchange;
  const { backend } = deps;
  const { resource, subresource = '' } = route;
  if (isConnection(resource, subresource)) {
    const usage = deps.usageSource();
    const told = answerOfNode(backend, route, {
      path: new URL(request.url ?? '/', 'http://127.0.0.1').pathname,
      usage,
    });
    if (told) return told;
    refuseConnection(backend, route, { subresource, wantsUpgrade: request.headers.upgrade !== undefined });
  }
  const form = formOf(request.headers.accept, params);
  const shown = (object: object) =>
    ok(subresource === 'scale' ? object : oneIn(form, resource, object as never, backend.clock.now()));
  const written = ({ object, created }: Changed) => ({ ...shown(object), code: created ? 201 : 200 });
  switch (request.method) {
    case 'GET':
      return getObject(exchange, route, shown);
    case 'PUT': {
      const body = await readObject(request, subresource === 'scale' ? 'Scale' : resource.kind);
      const options = { ...optionsOf(exchange, body, 'UpdateOptions'), subresource };
      return written(update(backend, route, body.value, options));
    }
    case 'PATCH': {
      const given = await readPatch(request, { custom: resource.schema !== undefined });
      const options = { ...optionsOf(exchange, given, 'PatchOptions', given.type === 'apply'), subresource };
      return written(patch(backend, route, given, options));
    }
    case 'POST':
      return postToObject(exchange, route);
    case 'DELETE':
      return deleteObject(exchange, route);
    default:
      throw methodNotAllowed();
  }
}

const readableParts = new Set(['ephemeralcontainers', 'resize', 'status']);

async function getObject(
  { params, deps, response }: Exchange,
  route: ObjectRoute,
  shown: (object: KubeObject) => Answer,
): Promise<Answer> {
  const { backend } = deps;
  const { resource, subresource } = route;
  if (subresource === undefined) return shown(get(backend, route, params.get('resourceVersion') ?? undefined));
  if (!resource.subresources.some(known => known === subresource)) throw noSuchPart(resource, route.name);
  if (readableParts.has(subresource)) return shown(existing(backend, route));
  if (subresource === 'scale') return shown(scaleOf(existing(backend, route), resource));
  if (subresource !== 'log') throw methodNotAllowed();
  await sendLog(backend, route, { params, source: deps.logSource() }, response);
  return undefined;
}

async function postToObject(exchange: Exchange, route: ObjectRoute): Promise<Answer> {
  const { request, params, deps } = exchange;
  if (route.subresource === undefined) throw methodNotAllowed();
  if (route.subresource === 'eviction') {
    const body = await readObject(request, 'Eviction');
    const given = isRecord(body.value) ? body.value['deleteOptions'] : undefined;
    const options = { ...optionsOf(exchange, body, 'CreateOptions'), ...deleteOptions(params, given) };
    return { code: 201, body: evict(deps.backend, route, body.value, options) };
  }
  if (route.subresource === 'token' && route.resource.subresources.includes('token')) {
    const body = await readObject(request, 'TokenRequest');
    return { code: 201, body: requestToken(deps.backend, deps.access.tokens, route, body.value) };
  }
  if (route.subresource !== 'binding') throw noSuchResource();
  const body = await readObject(request, 'Binding');
  bind(deps.backend, route, body.value, optionsOf(exchange, body, 'CreateOptions'));
  return { code: 201, body: { ...success({}), code: 201 } };
}

/** The pod is named in the body. */
function bindByName(exchange: Exchange, { namespace }: ObjectsRoute, body: Body): Answer {
  const { backend } = exchange.deps;
  const name = isRecord(body.value) && isRecord(body.value['metadata']) ? body.value['metadata']['name'] : undefined;
  const pods = backend.registry.find('pods');
  if (!pods || typeof name !== 'string') throw badRequest('name is required in the Binding');
  bind(backend, { resource: pods, namespace, name }, body.value, optionsOf(exchange, body, 'CreateOptions'));
  return { code: 201, body: { ...success({}), code: 201 } };
}

async function deleteObject({ request, params, deps }: Exchange, route: ObjectRoute): Promise<Answer> {
  if (route.subresource !== undefined) throw methodNotAllowed();
  const { resource, name } = route;
  const { object, gone } = remove(deps.backend, route, deleteOptions(params, await readDeleteOptions(request)));
  if (!gone || returnsDeleted(resource)) return ok(object);
  const { uid } = object.metadata;
  const group = resource.group === '' ? {} : { group: resource.group };
  const { code: _, ...status } = success({ name, ...group, kind: resource.plural, ...(uid ? { uid } : {}) });
  return ok(status);
}

function optionsOf(
  { request, response, params, user }: Exchange,
  body: Body,
  kind: OptionsKind,
  applies = false,
): WriteOptions {
  const options = writeOptions(params, { kind, applies, userAgent: request.headers['user-agent'] });
  return { ...options, user, strictness: strictnessFor({ kind, params, response }, body) };
}

function ok(body: object) {
  return { code: 200, body };
}

/** What no group answers for isn't the API's at all. */
function page(body: object | undefined): Answer {
  return body ? ok(body) : { code: 404, body: '404 page not found\n', type: 'text/plain; charset=utf-8' };
}

function found(body: object | undefined): Answer {
  if (!body) throw failure(404, 'NotFound', 'the server could not find the requested resource', {});
  return ok(body);
}
