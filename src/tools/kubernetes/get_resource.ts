import { z } from 'zod';
import type { ObjectRef } from '../../kubernetes/cluster.ts';
import type { ServedResource } from '../../kubernetes/discovery.ts';
import type { KubeObject } from '../../kubernetes/objects.ts';
import { type Answer, age, enumerate } from './answer.ts';
import { atPath } from './field_path.ts';
import { statusOfAny } from './object_status.ts';
import { objectLines, readable, valueLines } from './object_text.ts';
import { findKind } from './resource_kinds.ts';
import { Facts, kindOf, listResources, mostListed, mostNames, nameOf, none } from './resource_list.ts';
import { closestFirst, missingNamespace } from './subject.ts';
import { defineTool, type Senses } from './tool.ts';

const Input = z.object({
  kind: z.string().describe('ingress, backups.example.com'),
  name: z.string().optional(),
  namespace: z.string().optional(),
  path: z.string().optional().describe('status.conditions'),
});

export const getResource = defineTool({
  name: 'get_resource',
  description: 'Reads an object of any kind, or lists them with their state.',
  needs: 'discovery',
  input: Input,
  facts: Facts,
  aliases: {
    resource: 'kind',
    resource_type: 'kind',
    type: 'kind',
    field: 'path',
    field_path: 'path',
    jsonpath: 'path',
  },
  answer: (args, senses) => resource(args, senses),
});

async function resource(args: z.infer<typeof Input>, senses: Senses): Promise<Answer<Facts>> {
  const { namespace, path } = args;
  // "deployment/web", as kubectl has it.
  const [kind = '', ...rest] = args.kind.split('/');
  const name = args.name?.split('/').at(-1) ?? (rest.length > 0 ? rest.join('/') : undefined);
  const found = await findKind(kind, senses);
  if (found.kind === 'no') return { facts: none, head: [found.says] };
  const where = found.resource.namespaced ? namespace : undefined;
  if (name === undefined) return listResources(found.resource, where, path, senses);
  const objects = await named(found.resource, name, where, senses);
  if (objects.length === 1) return one(found.resource, objects[0]!, path, senses);
  if (objects.length > 1) return several(found.resource, name, objects);
  return nothingNamed(found.resource, name, where, senses);
}

/** In one namespace, or wherever there is one of that name. */
async function named(
  served: ServedResource,
  name: string,
  namespace: string | undefined,
  { cluster, signal }: Senses,
): Promise<KubeObject[]> {
  if (served.namespaced && namespace === undefined) {
    const query = { fieldSelector: `metadata.name=${name}`, limit: mostListed };
    const { items } = await cluster.list<KubeObject>(kindOf(served), query, signal);
    return items.filter(({ metadata }) => metadata.name === name);
  }
  const ref: ObjectRef = { ...kindOf(served), name, ...(namespace === undefined ? {} : { namespace }) };
  const object = await cluster.get<KubeObject>(ref, signal);
  return object ? [object] : [];
}

function one(served: ServedResource, object: KubeObject, path: string | undefined, { clock }: Senses): Answer<Facts> {
  const { healthy, text } = statusOfAny(object);
  const facts = { kind: served.kind, found: 1, unhealthy: healthy ? 0 : 1, names: [nameOf(object)] };
  const state = text === '' ? '' : `: ${text}`;
  const title = `${served.kind} ${nameOf(object)} (${served.apiVersion}, ${age(object.metadata.creationTimestamp, clock.now())} old)${state}`;
  const plain = readable(object);
  if (path === undefined) {
    return {
      facts,
      head: [title],
      body: objectLines(plain),
      more: 'ask with a path, such as spec or status.conditions',
    };
  }
  const at = atPath(plain, path);
  if (at.kind === 'nothing') return { facts, head: [title, at.says] };
  return { facts, head: [title], body: valueLines(path, at.value), more: 'ask with a longer path' };
}

function several({ kind }: ServedResource, name: string, objects: readonly KubeObject[]): Answer<Facts> {
  const namespaces = objects.map(({ metadata }) => metadata.namespace ?? '');
  return {
    facts: { kind, found: objects.length, unhealthy: 0, names: objects.slice(0, mostNames).map(nameOf) },
    head: [
      `There are ${objects.length} of kind ${kind} called ${name}: say in which namespace (${enumerate(namespaces, 15)}).`,
    ],
  };
}

async function nothingNamed(
  served: ServedResource,
  name: string,
  namespace: string | undefined,
  senses: Senses,
): Promise<Answer<Facts>> {
  const missing = namespace === undefined ? undefined : await missingNamespace(namespace, senses);
  if (missing) return { facts: none, head: missing.head };
  const query = { limit: mostListed, ...(namespace === undefined ? {} : { namespace }) };
  const { items } = await senses.cluster.list<KubeObject>(kindOf(served), query, senses.signal);
  const names = [...new Set(items.map(({ metadata }) => metadata.name))];
  const others =
    names.length > 0 ? ` There are: ${enumerate(closestFirst(names, name), 15)}.` : ' There are none of its kind.';
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  return { facts: { ...none, kind: served.kind }, head: [`There is no ${served.kind} "${name}"${where}.${others}`] };
}
