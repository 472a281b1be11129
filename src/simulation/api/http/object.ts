import type { KubeObject } from '../../../kubernetes/objects.ts';
import { isRecord } from '../../../lib/json.ts';
import { requestToken } from '../auth/token_request.ts';
import { methodNotAllowed, noSuchPart, noSuchResource, success } from '../status_error.ts';
import { bind } from '../verbs/bind.ts';
import { remove } from '../verbs/delete.ts';
import { evict } from '../verbs/evict.ts';
import { get } from '../verbs/read.ts';
import { scaleOf } from '../verbs/scale.ts';
import { type Changed, patch, update } from '../verbs/update.ts';
import { returnsDeleted } from '../verbs/update_rules.ts';
import { existing } from '../verbs/write.ts';
import { formOf, oneIn } from './accept.ts';
import { readDeleteOptions, readObject, readPatch } from './body.ts';
import { isConnection, refuseConnection } from './connect.ts';
import { type Answer, type Exchange, type ObjectRoute, ok, optionsOf } from './exchange.ts';
import { sendLog } from './logs.ts';
import { answerOfNode } from './node_proxy.ts';
import { deleteOptions } from './query.ts';

/** One object, or a part of it. */
export async function answerForObject(exchange: Exchange, route: ObjectRoute): Promise<Answer> {
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
