import { z } from 'zod';
import type { Kind } from '../../kubernetes/cluster.ts';
import type { ServedResource } from '../../kubernetes/discovery.ts';
import type { KubeObject } from '../../kubernetes/objects.ts';
import { type Answer, age, clip } from './answer.ts';
import { atPath } from './field_path.ts';
import { statusOfAny } from './object_status.ts';
import { compact, readable } from './object_text.ts';
import { missingNamespace } from './subject.ts';
import type { Senses } from './tool.ts';

export const Facts = z.object({
  kind: z.string().optional(),
  found: z.int(),
  unhealthy: z.int(),
  names: z.array(z.string()),
});
export type Facts = z.infer<typeof Facts>;

export const mostListed = 500;
export const mostNames = 50;

export const none: Facts = { found: 0, unhealthy: 0, names: [] };

export function kindOf({ apiVersion, kind, plural, namespaced }: ServedResource): Kind {
  return { apiVersion, kind, place: { plural, namespaced } };
}

/** All objects of a kind, those first that are not well. */
export async function listResources(
  served: ServedResource,
  namespace: string | undefined,
  path: string | undefined,
  senses: Senses,
): Promise<Answer<Facts>> {
  const { cluster, clock, signal } = senses;
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  const query = { limit: mostListed, ...(namespace === undefined ? {} : { namespace }) };
  const { items, metadata } = await cluster.list<KubeObject>(kindOf(served), query, signal);
  if (items.length === 0) {
    const missing = namespace === undefined ? undefined : await missingNamespace(namespace, senses);
    return { facts: { ...none, kind: served.kind }, head: missing?.head ?? [`There are no ${served.plural}${where}.`] };
  }
  const rows = items.map(object => ({ object, ...statusOfAny(object) }));
  const sorted = rows.sort((a, b) => Number(a.healthy) - Number(b.healthy));
  const unhealthy = rows.filter(({ healthy }) => !healthy).length;
  const count = metadata.continue ? `more than ${items.length}` : `${items.length}`;
  const state = unhealthy > 0 ? `, ${unhealthy} of them not well, first` : '';
  return {
    facts: {
      kind: served.kind,
      found: items.length,
      unhealthy,
      names: sorted.slice(0, mostNames).map(row => nameOf(row.object)),
    },
    head: [
      `${path === undefined ? '' : `${path} of `}${count} ${served.plural}${where} (${served.kind}, ${served.apiVersion})${state}:`,
    ],
    body: sorted.map(({ object, text }) => row(object, path === undefined ? text : fieldOf(object, path), clock.now())),
    more: 'ask with a name, or in one namespace',
  };
}

function fieldOf(object: KubeObject, path: string): string {
  const at = atPath(readable(object), path);
  return at.kind === 'value' ? clip(compact(at.value), 300) : 'nothing there';
}

function row(object: KubeObject, text: string, now: number): string {
  return `${nameOf(object)}: ${text === '' ? '' : `${text}, `}${age(object.metadata.creationTimestamp, now)} old`;
}

export function nameOf({ metadata: { name, namespace } }: KubeObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
