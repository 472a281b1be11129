import type { ServerResponse } from 'node:http';
import type { KubeObject } from '../../../kubernetes/objects.ts';
import { systemClock } from '../../../lib/clock.ts';
import { ApiError } from '../client.ts';
import { apiVersionOf } from '../resources.ts';
import { badRequest } from '../status_error.ts';
import type { Store } from '../store.ts';
import { partialMetadata, tableOf } from '../table/table.ts';
import { matcherFor } from '../verbs/read.ts';
import type { Backend, Place } from '../verbs/write.ts';
import { type Change, seenThrough } from '../watch.ts';
import type { Form } from './accept.ts';
import { flag, listQuery, wholeNumber } from './query.ts';

const bookmarkEverySeconds = 60;
const largestBacklog = 16 * 1024 * 1024;

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
  const from = startOf(params);
  const timeout = wholeNumber(params, 'timeoutSeconds');
  const send = sender(response, encoder(backend, place, form));
  const tell = (change: Change) => {
    const seen = seenThrough(matches, change);
    if (seen) send(seen.type, seen.object);
  };

  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const refusal = tellPast(store, place, from, { matches, send, tell });
  if (refusal) {
    response.end(`${JSON.stringify({ type: 'ERROR', object: refusal.status })}\n`);
    return;
  }
  const isWholeList = flag(params, 'sendInitialEvents');
  if (isWholeList) send('BOOKMARK', bookmark(backend, place, { 'k8s.io/initial-events-end': 'true' }));
  const closed = whenClosed(response, store.history.subscribe(place.resource, tell));
  if (flag(params, 'allowWatchBookmarks')) keepBookmarking(() => send('BOOKMARK', bookmark(backend, place)), closed);
  if (timeout) endAfter(response, timeout, closed);
}

interface Audience {
  matches: (object: KubeObject) => boolean;
  send: (type: string, object: KubeObject) => void;
  tell: (change: Change) => void;
}

/** Everything that is there, or what happened after `from`; a refusal when that has been forgotten. */
function tellPast(
  store: Store,
  { resource }: Place,
  from: number | undefined,
  { matches, send, tell }: Audience,
): ApiError | undefined {
  if (from === undefined) {
    for (const object of store.list(resource).filter(matches)) send('ADDED', object);
    return undefined;
  }
  try {
    for (const change of store.history.since(resource, from)) tell(change);
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

/** The version to go on from; undefined asks for everything that is there first. */
function startOf(params: URLSearchParams): number | undefined {
  const version = params.get('resourceVersion') || '0';
  if (!/^\d+$/.test(version))
    throw badRequest(`invalid resource version "${version}": expected a number from this server`);
  return version === '0' || flag(params, 'sendInitialEvents') ? undefined : Number(version);
}

function inPlace({ namespace }: Place, matches: (object: KubeObject) => boolean): (object: KubeObject) => boolean {
  return object => (namespace === '' || object.metadata.namespace === namespace) && matches(object);
}

type Encode = (object: KubeObject) => object;

function encoder({ clock }: Backend, { resource }: Place, form: Form): Encode {
  let isFirst = true;
  return object => {
    if (form.kind === 'json') return object;
    if (form.kind === 'metadata') return partialMetadata(object);
    const { resourceVersion } = object.metadata;
    const options = { now: clock.now(), include: form.include, withColumns: isFirst };
    isFirst = false;
    return tableOf(resource, [object], { resourceVersion }, options);
  };
}

function sender(response: ServerResponse, encode: Encode): (type: string, object: KubeObject) => void {
  return (type, object) => {
    if (response.writableEnded || response.destroyed) return;
    const shown = type === 'BOOKMARK' ? object : encode(object);
    response.write(`${JSON.stringify({ type, object: shown })}\n`);
    // A client that doesn't read is cut off; it can come back and go on from the version it has.
    if (response.writableLength > largestBacklog) response.destroy();
  };
}

function bookmark({ store }: Backend, { resource }: Place, annotations?: Record<string, string>): KubeObject {
  const metadata = { resourceVersion: String(store.version()), ...(annotations ? { annotations } : {}) };
  return { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata } as KubeObject;
}

async function keepBookmarking(send: () => void, signal: AbortSignal): Promise<void> {
  while (await waited(bookmarkEverySeconds, signal)) send();
}

async function endAfter(response: ServerResponse, seconds: number, signal: AbortSignal): Promise<void> {
  if (await waited(seconds, signal)) response.end();
}

async function waited(seconds: number, signal: AbortSignal): Promise<boolean> {
  return systemClock.sleep(seconds * 1000, signal).then(
    () => true,
    () => false,
  );
}
