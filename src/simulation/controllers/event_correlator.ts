import type { KubeObject } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { hashOf } from '../../lib/hash.ts';
import type { Happening } from './event_recorder.ts';

/** One more time that an event happened. */
export interface Sighting {
  /** Of the Event object that counts them. */
  name: string;
  happening: Happening;
  count: number;
  first: number;
  at: number;
}

/** A client may say this much about one object at once; then it gets one more event every five minutes. */
const burst = 25;
const refillMs = 300_000;
/** From so many on, events that differ only in their message become one, unless they are this far apart. */
const similarLimit = 10;
const similarMs = 600_000;
const remembered = 4096;

/**
 * Decides what becomes of something that happened: a new event, one more count of an old one, or (`undefined`) nothing,
 * because too much was said about the object already. What is dropped is counted all the same.
 */
export function createEventCorrelator(deps: {
  clock: Clock;
  source: { component: string; host: string | undefined };
}): (object: KubeObject, happening: Happening) => Sighting | undefined {
  const { clock, source } = deps;
  const budgets = new Map<string, { tokens: number; at: number }>();
  const similar = new Map<string, { messages: Set<string>; at: number }>();
  const seen = new Map<string, { name: string; count: number; first: number }>();

  /** The event itself, or the one that stands for all that are similar to it. */
  function aggregated(about: readonly unknown[], happening: Happening): { key: string; happening: Happening } {
    const { type, reason, message } = happening;
    const group = hashOf([about, type, reason]);
    const before = similar.get(group);
    const isRecent = before !== undefined && clock.now() - before.at <= similarMs;
    const messages = isRecent ? before.messages : new Set<string>();
    messages.add(message);
    remember(similar, group, { messages, at: clock.now() });
    if (messages.size < similarLimit) return { key: hashOf([about, happening]), happening };
    messages.delete(messages.values().next().value ?? '');
    return { key: group, happening: { ...happening, message: `(combined from similar events): ${message}` } };
  }

  function spend(key: string): boolean {
    const budget = budgets.get(key) ?? { tokens: burst, at: clock.now() };
    const earned = (clock.now() - budget.at) / refillMs;
    const tokens = Math.min(burst, budget.tokens + earned);
    remember(budgets, key, { tokens: tokens < 1 ? tokens : tokens - 1, at: clock.now() });
    return tokens >= 1;
  }

  return (object, happening) => {
    const { name, namespace, uid } = object.metadata;
    const about = [source, object.kind, namespace, name, uid, object.apiVersion];
    const { key, happening: shown } = aggregated(about, happening);
    const at = clock.now();
    const before = seen.get(key) ?? { name: `${name}.${hashOf([key, at])}`, count: 0, first: at };
    const now = { ...before, count: before.count + 1 };
    remember(seen, key, now);
    return spend(hashOf([about, happening.type])) ? { ...now, happening: shown, at } : undefined;
  };
}

/** Keeps the most recent keys; the oldest one goes. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > remembered) map.delete(map.keys().next().value!);
}
