import { z } from 'zod';
import { kinds } from '../../kubernetes/kinds.ts';
import type { ConfigMap, Pod } from '../../kubernetes/objects.ts';
import { didYouMean } from '../../lib/nearest.ts';
import { type Answer, age, enumerate, plural } from './answer.ts';
import { type ConfigRef, configRefs, useText } from './config_refs.ts';
import { keysOf, keyText, safeValue } from './config_values.ts';
import { mostPods, ownerOf } from './subject.ts';
import type { Senses } from './tool.ts';
import { changedText, writersOf } from './writers.ts';

export const ConfigFacts = z.object({
  config_maps: z.array(z.string()),
  secrets: z.array(z.string()),
  missing: z.array(z.string()),
  last_change: z.string().optional(),
});
export type ConfigFacts = z.infer<typeof ConfigFacts>;

export const mostNames = 20;

/** One value in full; what is left out of it can be read on. */
export function oneKey(config: ConfigMap, key: string, now: number): Answer<ConfigFacts> {
  const { namespace, name } = config.metadata;
  const value = config.data?.[key];
  const keys = keysOf(config);
  if (value === undefined) {
    const why = keys.includes(key) ? 'is binary' : `is not there${didYouMean(key, keys)}`;
    return {
      head: [`Key "${key}" of ConfigMap "${namespace}/${name}" ${why} (keys ${enumerate(keys, 12) || 'none'}).`],
    };
  }
  const head = [
    `Key "${key}" of ConfigMap "${namespace}/${name}", ${value.length} characters, ${changedText(config, now, ['data', key])}.`,
  ];
  return { facts: factsOf(config), head, body: safeValue(key, value).trimEnd().split('\n') };
}

/** What a ConfigMap holds, since when, and who reads it. */
export async function wholeConfigMap(config: ConfigMap, senses: Senses): Promise<Answer<ConfigFacts>> {
  const now = senses.clock.now();
  const { namespace = '', name, creationTimestamp } = config.metadata;
  const query = { namespace, limit: mostPods, fromCache: true };
  const { items } = await senses.cluster.list<Pod>(kinds.pod, query, senses.signal);
  const keys = keysOf(config);
  const uses = usesOf(name, items);
  const missing = uses.flatMap(({ ref, owner }) =>
    ref.key === undefined || ref.optional || keys.includes(ref.key) ? [] : [{ owner, key: ref.key }],
  );
  const readers = enumerate(
    uses.map(({ owner, ref }) => `${owner} (${useText(ref)})`),
    4,
  );
  const made = writersOf(config).length > 0 ? `, made ${age(creationTimestamp, now)} ago` : '';
  return {
    facts: {
      ...factsOf(config),
      missing: [...new Set(missing.map(({ key }) => `${name}/${key}`))].slice(0, mostNames),
    },
    head: [
      `ConfigMap "${namespace}/${name}", ${plural(keys.length, 'key')}, ${changedText(config, now, ['data'])}${made}.`,
      ...missing
        .slice(0, 4)
        .map(({ owner, key }) => `${owner} needs key "${key}", which it does NOT have${didYouMean(key, keys)}.`),
      readers ? `Read by ${readers}.` : 'No pod reads it now.',
    ],
    body: keys.map(key => keyText(config, key)),
    more: 'ask with a key to see it in full',
  };
}

function factsOf(config: ConfigMap): ConfigFacts {
  return {
    config_maps: [config.metadata.name],
    secrets: [],
    missing: [],
    last_change: writersOf(config, ['data'])[0]?.time ?? config.metadata.creationTimestamp,
  };
}

/** Each way in which each workload reads a ConfigMap. */
function usesOf(name: string, pods: readonly Pod[]): { owner: string; ref: ConfigRef }[] {
  const uses = pods
    .filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed')
    .flatMap(pod => configRefs(pod.spec).map(ref => ({ owner: ownerOf(pod).text, ref })))
    .filter(({ ref }) => ref.kind === 'ConfigMap' && ref.name === name);
  return [...new Map(uses.map(use => [`${use.owner} ${useText(use.ref)}`, use])).values()];
}
