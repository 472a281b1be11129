import type { KubeEvent, KubeObject } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { hashOf } from '../../lib/hash.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { type ApiClient, ApiError } from '../api/client.ts';

interface Happening {
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

/** A client may say this much about one object at once; then it gets one more event every five minutes. */
const burst = 25;
const refillMs = 300_000;
const remembered = 4096;

/** Writes events as Kubernetes clients do: the same event again counts up, and too many of them are dropped. */
export function createEventRecorder(deps: {
  client: ApiClient;
  clock: Clock;
  component: string;
  host?: string;
}): EventRecorder {
  const { client, clock, component, host } = deps;
  const counts = new Map<string, number>();
  const budgets = new Map<string, { tokens: number; at: number }>();
  let writing = Promise.resolve();

  function spend(key: string): boolean {
    const budget = budgets.get(key) ?? { tokens: burst, at: clock.now() };
    const earned = (clock.now() - budget.at) / refillMs;
    const tokens = Math.min(burst, budget.tokens + earned);
    remember(budgets, key, { tokens: tokens < 1 ? tokens : tokens - 1, at: clock.now() });
    return tokens >= 1;
  }

  function record(object: KubeObject, happening: Happening): void {
    const uid = object.metadata.uid ?? '';
    if (!spend(`${uid} ${happening.type}`)) return;
    const name = `${object.metadata.name}.${hashOf([uid, component, happening])}`;
    const count = (counts.get(name) ?? 0) + 1;
    remember(counts, name, count);
    const at = clock.now();
    writing = writing.then(() => write(name, count, at, object, happening));
  }

  async function write(name: string, count: number, at: number, object: KubeObject, happening: Happening) {
    const time = timestamp(at);
    const namespace = object.metadata.namespace ?? 'default';
    try {
      if (count > 1 && (await countUp(name, namespace, time, count))) return;
      await client.create<KubeEvent>('events', newEvent(name, namespace, time, object, happening));
      if (count > 1) counts.set(name, 1);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  /** Returns false when the event has expired meanwhile. */
  async function countUp(name: string, namespace: string, lastTimestamp: string, count: number): Promise<boolean> {
    const target = { resource: 'events', name, namespace };
    try {
      await client.patch(target, { type: 'merge', body: { count, lastTimestamp } });
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return false;
      throw error;
    }
  }

  function newEvent(
    name: string,
    namespace: string,
    time: string,
    object: KubeObject,
    happening: Happening,
  ): KubeEvent {
    const { type, reason, message, fieldPath } = happening;
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: { ...referenceTo(object), ...(fieldPath === undefined ? {} : { fieldPath }) },
      type,
      reason,
      message,
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
      source: { component, ...(host === undefined ? {} : { host }) },
      reportingComponent: component,
    };
  }

  return { record };
}

function referenceTo(object: KubeObject): KubeEvent['involvedObject'] {
  const { namespace, name, uid } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
  };
}

/** Keeps the most recent keys; the oldest one goes. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > remembered) map.delete(map.keys().next().value!);
}
