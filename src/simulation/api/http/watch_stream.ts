import type { ServerResponse } from 'node:http';
import type { KubeObject } from '../../../kubernetes/objects.ts';
import { systemClock } from '../../../lib/clock.ts';
import { ApiError } from '../client.ts';
import { apiVersionOf } from '../resources.ts';
import { expired, tooLargeVersion } from '../status_error.ts';
import type { Store } from '../store.ts';
import { partialMetadata, tableOf } from '../table/table.ts';
import { matcherFor } from '../verbs/read.ts';
import type { Backend, Place } from '../verbs/write.ts';
import { type Change, seenThrough } from '../watch.ts';
import type { Form } from './accept.ts';
import { listQuery } from './list_options.ts';
import { flag, wholeNumber } from './query.ts';
import { createWatchOutlet, type WatchedEvent } from './watch_outlet.ts';

const bookmarkEverySeconds = 60;
/** A watch that ends sooner gets no bookmark at its end. */
const shortestMarked = 2;

/**
 * Streams changes, one JSON object a line, until the client leaves or its `timeoutSeconds` are over. A connection
 * lives in the machine's time: its timeouts don't follow the cluster's clock.
 */
export function streamWatch(
  backend: Backend,
  place: Place,
  { params, form }: { params: URLSearchParams; form: Form },
  response: ServerResponse,
): void {
  const { store } = backend;
  const matches = inPlace(place, matcherFor(place, listQuery(params)));
  const from = startOf(store, params);
  const timeout = wholeNumber(params, 'timeoutSeconds');
  const outlet = createWatchOutlet(response, encoder(backend, place, form));
  const tell = (change: Change) => {
    const seen = seenThrough(matches, change);
    if (seen) outlet.send(seen);
  };

  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const refusal = past(store, place, from, tell);
  if (refusal) {
    response.end(`${JSON.stringify({ type: 'ERROR', object: refusal.status })}\n`);
    return;
  }
  const wantsBookmarks = flag(params, 'allowWatchBookmarks');
  if (from === 'everything')
    for (const object of store.list(place.resource)) if (matches(object)) outlet.send({ type: 'ADDED', object });
  if (wantsBookmarks && flag(params, 'sendInitialEvents')) {
    outlet.send(bookmark(backend, place, { 'k8s.io/initial-events-end': 'true' }));
  }
  const closed = whenClosed(response, store.history.subscribe(place.resource, tell));
  const mark = () => outlet.send(bookmark(backend, place));
  if (wantsBookmarks) keepBookmarking(mark, closed);
  const last = wantsBookmarks && (timeout ?? 0) > shortestMarked ? mark : undefined;
  if (timeout) endAfter(response, { seconds: timeout, last }, closed);
}

/** What happened after a version; a refusal when that has been forgotten. */
function past(
  { history }: Store,
  { resource }: Place,
  from: Start,
  tell: (change: Change) => void,
): ApiError | undefined {
  if (typeof from !== 'number') return undefined;
  const { servedSince = 0 } = resource;
  if (from < servedSince) return expired(`too old resource version: ${from} (${servedSince})`);
  try {
    for (const change of history.since(resource, from)) tell(change);
    return undefined;
  } catch (problem) {
    if (problem instanceof ApiError) return problem;
    throw problem;
  }
}

function whenClosed(response: ServerResponse, stop: () => void): AbortSignal {
  const closed = new AbortController();
  response.once('close', () => {
    stop();
    closed.abort();
  });
  return closed.signal;
}

/** With everything that is there, from now, or after a version. */
type Start = 'everything' | 'now' | number;

function startOf(store: Store, params: URLSearchParams): Start {
  const version = Number(params.get('resourceVersion') || '0');
  if (params.has('sendInitialEvents')) {
    if (version > store.version()) throw tooLargeVersion(version, store.version());
    if (flag(params, 'sendInitialEvents')) return 'everything';
    return version === 0 ? 'now' : version;
  }
  return version === 0 ? 'everything' : version;
}

function inPlace({ namespace }: Place, matches: (object: KubeObject) => boolean): (object: KubeObject) => boolean {
  return object => (namespace === '' || object.metadata.namespace === namespace) && matches(object);
}

function encoder({ clock }: Backend, { resource }: Place, form: Form): (event: WatchedEvent) => object {
  let isFirst = true;
  return ({ type, object }) => {
    if (form.kind === 'json' || type === 'BOOKMARK') return object;
    if (form.kind === 'metadata') return partialMetadata(object);
    const { resourceVersion } = object.metadata;
    const options = { now: clock.now(), include: form.include, withColumns: isFirst };
    isFirst = false;
    return tableOf(resource, [object], { resourceVersion }, options);
  };
}

function bookmark({ store }: Backend, { resource }: Place, annotations?: Record<string, string>): WatchedEvent {
  const metadata = { resourceVersion: String(store.version()), ...(annotations ? { annotations } : {}) };
  const object = { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata } as KubeObject;
  return { type: 'BOOKMARK', object };
}

async function keepBookmarking(send: () => void, signal: AbortSignal): Promise<void> {
  while (await waited(bookmarkEverySeconds, signal)) send();
}

async function endAfter(
  response: ServerResponse,
  { seconds, last }: { seconds: number; last: (() => void) | undefined },
  signal: AbortSignal,
): Promise<void> {
  if (!(await waited(seconds, signal))) return;
  last?.();
  response.end();
}

async function waited(seconds: number, signal: AbortSignal): Promise<boolean> {
  return systemClock.sleep(seconds * 1000, signal).then(
    () => true,
    () => false,
  );
}
