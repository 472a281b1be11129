import type { KubeEvent, KubeObject } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { type ApiClient, ApiError } from '../api/client.ts';
import { createEventCorrelator, type Sighting } from './event_correlator.ts';

export interface Happening {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  /** The container it is about. */
  fieldPath?: string;
}

export interface EventRecorder {
  /** Best effort, like everybody's events: what the API refuses is lost. */
  record(object: KubeObject, happening: Happening): void;
}

/** Writes events as Kubernetes clients do: the same event again counts up, similar ones become one, too many are dropped. */
export function createEventRecorder(deps: {
  client: ApiClient;
  clock: Clock;
  component: string;
  host?: string;
}): EventRecorder {
  const { client, clock, component, host } = deps;
  const correlate = createEventCorrelator({ clock, source: { component, host } });
  let writing = Promise.resolve();

  function record(object: KubeObject, happening: Happening): void {
    const sighting = correlate(object, happening);
    if (sighting) writing = writing.then(() => write(object, sighting));
  }

  async function write(object: KubeObject, sighting: Sighting): Promise<void> {
    const namespace = object.metadata.namespace ?? 'default';
    try {
      if (sighting.count > 1 && (await countUp(namespace, sighting))) return;
      await client.create<KubeEvent>('events', newEvent(namespace, object, sighting));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  /** Returns false when the event has expired meanwhile; then it is written anew, and its count goes on. */
  async function countUp(namespace: string, { name, count, at, happening }: Sighting): Promise<boolean> {
    const body = { count, lastTimestamp: timestamp(at), message: happening.message };
    try {
      await client.patch({ resource: 'events', name, namespace }, { type: 'merge', body });
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return false;
      throw error;
    }
  }

  function newEvent(namespace: string, object: KubeObject, { name, count, first, at, happening }: Sighting): KubeEvent {
    const { type, reason, message, fieldPath } = happening;
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: { ...referenceTo(object), ...(fieldPath === undefined ? {} : { fieldPath }) },
      type,
      reason,
      message,
      count,
      firstTimestamp: timestamp(first),
      lastTimestamp: timestamp(at),
      source: { component, ...(host === undefined ? {} : { host }) },
      reportingComponent: component,
      ...{ reportingInstance: host ?? '' },
    };
  }

  return { record };
}

function referenceTo(object: KubeObject): KubeEvent['involvedObject'] {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}
