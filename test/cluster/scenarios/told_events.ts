import type { KubeEvent } from '../../../src/kubernetes/objects.ts';
import type { ApiClient } from '../../../src/simulation/api/client.ts';

/** How often each event had been told. */
export type Told = ReadonlyMap<string, number>;

export async function whatWasTold(client: ApiClient): Promise<Told> {
  const { items } = await client.list<KubeEvent>('events');
  return new Map(items.map(event => [event.metadata.uid ?? '', timesOf(event)]));
}

/** What was told since, or once more: about what, by whom, and in which words. */
export async function toldSince(client: ApiClient, before: Told): Promise<string[]> {
  const { items } = await client.list<KubeEvent>('events');
  return items
    .filter(event => timesOf(event) > (before.get(event.metadata.uid ?? '') ?? 0))
    .filter(({ message }) => !message.startsWith('(combined from similar events)'))
    .map(inOneLine);
}

function timesOf(event: KubeEvent): number {
  return Math.max(event.count ?? 1, event.series?.count ?? 1);
}

function inOneLine(event: KubeEvent): string {
  const { involvedObject, type, reason, message, source, reportingComponent } = event;
  const who = source?.component || reportingComponent;
  const place = involvedObject.namespace === undefined ? '' : `${involvedObject.namespace}/`;
  return `${involvedObject.kind} ${place}${involvedObject.name}: ${type} ${reason} (${who}): ${message}`;
}
