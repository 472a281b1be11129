import type { KubeEvent, KubeObject } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { hashOf } from '../../lib/hash.ts';
import { type ApiClient, ApiError } from '../api/client.ts';

export interface Occurrence {
  type: 'Normal' | 'Warning';
  reason: string;
  /** What was being done when it happened. */
  action: 'Binding' | 'Scheduling' | 'Preempting';
  message: string;
}

export interface SeriesRecorder {
  /** Best effort, like everybody's events: what the API refuses is lost. */
  record(object: KubeObject, occurrence: Occurrence): void;
  stop(): void;
}

const finishMs = 360_000;
const refreshMs = 1_800_000;

interface Written {
  event: SeriesEvent;
  lastAt: number;
}

type SeriesEvent = KubeEvent & { action: string; reportingInstance: string };

/**
 * Writes events as the scheduler does, in the newer form: one that comes again, about the same version of an object,
 * becomes a series. Its second time is written, and then only how often it was when it is over, or half an hour later.
 */
export function createSeriesRecorder(deps: { client: ApiClient; clock: Clock; component: string }): SeriesRecorder {
  const { client, clock, component } = deps;
  const known = new Map<string, Written>();
  const stopping = new AbortController();
  let writing = Promise.resolve();
  let refreshedAt = clock.now();

  function record(object: KubeObject, occurrence: Occurrence): void {
    const involvedObject = referenceTo(object);
    const { type, reason, action } = occurrence;
    const key = hashOf([involvedObject, type, reason, action]);
    const before = known.get(key);
    if (!before) {
      const event = newEvent(involvedObject, occurrence, key);
      known.set(key, { event, lastAt: clock.now() });
      enqueue(() => client.create<KubeEvent>('events', event));
      return;
    }
    const isSecond = before.event.series === undefined;
    before.lastAt = clock.now();
    before.event.series = {
      count: (before.event.series?.count ?? 1) + 1,
      lastObservedTime: preciseTimestamp(clock.now()),
    };
    if (isSecond) writeSeries(before.event);
  }

  function writeSeries(event: SeriesEvent): void {
    const { name, namespace = '' } = event.metadata;
    const body = { series: { ...event.series } };
    const whole = structuredClone(event);
    enqueue(() =>
      client.patch<KubeEvent>({ resource: 'events', name, namespace }, { type: 'merge', body }).catch(error => {
        if (!(error instanceof ApiError) || error.code !== 404) throw error;
        return client.create<KubeEvent>('events', whole);
      }),
    );
  }

  function enqueue(write: () => Promise<unknown>): void {
    writing = writing.then(write).then(
      () => {},
      error => {
        if (!(error instanceof ApiError)) throw error;
      },
    );
  }

  function newEvent(
    involvedObject: KubeEvent['involvedObject'],
    { type, reason, action, message }: Occurrence,
    key: string,
  ): SeriesEvent {
    const { name, namespace = 'default' } = involvedObject;
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${hashOf([key, clock.now()])}`, namespace },
      involvedObject,
      ...{ type, reason, action, message },
      eventTime: preciseTimestamp(clock.now()),
      source: {},
      reportingComponent: component,
      reportingInstance: `${component}-0`,
    };
  }

  function tidy(): void {
    const isRefresh = clock.now() - refreshedAt >= refreshMs;
    if (isRefresh) refreshedAt = clock.now();
    for (const [key, { event, lastAt }] of known) {
      const isOver = clock.now() - lastAt >= finishMs;
      if (event.series && (isOver || isRefresh)) writeSeries(event);
      if (isOver) known.delete(key);
    }
  }

  async function keepTidy(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(finishMs, stopping.signal).catch(() => {});
      if (!stopping.signal.aborted) tidy();
    }
  }

  void keepTidy();
  return { record, stop: () => stopping.abort() };
}

/** With its version: once the object has changed, the same thing is another event. */
function referenceTo({ apiVersion, kind, metadata }: KubeObject): KubeEvent['involvedObject'] {
  const { namespace, name, uid, resourceVersion } = metadata;
  return {
    ...{ apiVersion, kind, name },
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

/** To the microsecond, as newer fields want it. */
function preciseTimestamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
