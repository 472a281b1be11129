import type { KubeObject } from '../../../kubernetes/objects.ts';
import { isRecord } from '../../../lib/json.ts';
import { timestamp } from '../../../lib/timestamp.ts';
import { answerReview, isReview } from '../auth/reviews.ts';
import { badRequest, methodNotAllowed, success } from '../status_error.ts';
import { bind } from '../verbs/bind.ts';
import { create } from '../verbs/create.ts';
import { removeAll } from '../verbs/delete.ts';
import { list } from '../verbs/read.ts';
import { track } from '../verbs/tracked.ts';
import { formOf, manyIn, oneIn } from './accept.ts';
import { type Body, readDeleteOptions, readObject } from './body.ts';
import { type Answer, type Exchange, type ObjectsRoute, ok, optionsOf } from './exchange.ts';
import { listQuery } from './list_options.ts';
import { deleteOptions, flag } from './query.ts';
import { streamWatch } from './watch_stream.ts';

/** All objects of a kind, or a new one. */
export async function answerForObjects(exchange: Exchange, route: ObjectsRoute): Promise<Answer> {
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
    case 'POST':
      if (isEverywhere(route)) throw methodNotAllowed();
      return createIn(exchange, route);
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

async function createIn(exchange: Exchange, route: ObjectsRoute): Promise<Answer> {
  const { request, params, deps, user } = exchange;
  const { backend, access } = deps;
  const { resource, namespace } = route;
  const body = await readObject(request, resource.kind);
  if (resource.kind === 'Binding') return bindByName(exchange, route, body);
  const options = optionsOf(exchange, body, 'CreateOptions');
  const now = backend.clock.now();
  if (isReview(resource)) {
    const sign = (after: KubeObject) => track(backend, resource, { before: undefined, after }, options);
    const asking = { access, user, namespace, now: timestamp(now), sign };
    return { code: 201, body: answerReview(resource, body.value, asking) };
  }
  const created = create(backend, route, body.value, options);
  return { code: 201, body: oneIn(formOf(request.headers.accept, params), resource, created, now) };
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

/** The pod is named in the body. */
function bindByName(exchange: Exchange, { namespace }: ObjectsRoute, body: Body): Answer {
  const { backend } = exchange.deps;
  const name = isRecord(body.value) && isRecord(body.value['metadata']) ? body.value['metadata']['name'] : undefined;
  const pods = backend.registry.find('pods');
  if (!pods || typeof name !== 'string') throw badRequest('name is required in the Binding');
  bind(backend, { resource: pods, namespace, name }, body.value, optionsOf(exchange, body, 'CreateOptions'));
  return { code: 201, body: { ...success({}), code: 201 } };
}
