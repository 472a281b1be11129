import { z } from 'zod';
import { kinds } from '../../kubernetes/kinds.ts';
import type { ConfigMap } from '../../kubernetes/objects.ts';
import { type Answer, enumerate, plural } from './answer.ts';
import { ConfigFacts, mostNames, oneKey, wholeConfigMap } from './config_map_answer.ts';
import { bareName, closestFirst, findSubject } from './subject.ts';
import { defineTool, type Senses } from './tool.ts';
import { configBlocks, missingConfig, readWorkloadConfig, type WorkloadConfig } from './workload_config.ts';
import { type FoundWorkload, findWorkload } from './workload_lookup.ts';
import { writersOf } from './writers.ts';

const Input = z.object({
  namespace: z.string(),
  name: z.string().describe('ConfigMap or workload'),
  key: z.string().optional(),
});

export const getConfig = defineTool({
  name: 'get_config',
  description: 'Shows settings from ConfigMaps: values, changes, and what is missing. Never Secret values.',
  input: Input,
  facts: ConfigFacts,
  aliases: { configmap: 'name', config_map: 'name', workload: 'name', deployment: 'name', pod: 'name' },
  answer: (args, senses) => configAnswer(args, senses),
});

async function configAnswer(
  { namespace, name, key }: z.infer<typeof Input>,
  senses: Senses,
): Promise<Answer<ConfigFacts>> {
  const onlyConfigMap = key !== undefined || /^(configmaps?|cm)\//i.test(name.trim());
  const [config, found] = await Promise.all([
    senses.cluster.get<ConfigMap>({ ...kinds.configMap, namespace, name: bareName(name) }, senses.signal),
    onlyConfigMap ? undefined : findWorkload({ namespace, name }, senses),
  ]);
  if (found) return workloadAnswer(found, config, senses);
  if (config && key !== undefined) return oneKey(config, key, senses.clock.now());
  return config ? wholeConfigMap(config, senses) : nothing(namespace, name, senses);
}

async function workloadAnswer(
  found: FoundWorkload,
  namesake: ConfigMap | undefined,
  senses: Senses,
): Promise<Answer<ConfigFacts>> {
  const config = await readWorkloadConfig(found, senses);
  const now = senses.clock.now();
  const missing = missingConfig(config);
  const also = namesake && !config.configMaps.has(namesake.metadata.name);
  return {
    facts: workloadFacts(
      config,
      missing.map(({ what }) => what),
    ),
    head: [
      headline(config),
      ...missing.slice(0, 5).map(({ text }) => `${text}, so new containers can't be made.`),
      ...config.complaints.slice(0, 3).map(text => `Pods say: ${text}.`),
    ],
    body: [
      ...configBlocks(config, now),
      ...(also
        ? [`It does not read the ConfigMap that is called like it: ask for configmap/${namesake.metadata.name}.`]
        : []),
    ],
    more: 'ask for one ConfigMap by its name',
  };
}

function workloadFacts({ refs, configMaps }: WorkloadConfig, missing: string[]): ConfigFacts {
  const secrets = refs.filter(({ kind }) => kind === 'Secret').map(({ name }) => name);
  const changes = [...configMaps.values()].flatMap(read =>
    typeof read === 'object' ? (writersOf(read, ['data'])[0]?.time ?? []) : [],
  );
  return {
    config_maps: [...configMaps.keys()].slice(0, mostNames),
    secrets: [...new Set(secrets)].slice(0, mostNames),
    missing: missing.slice(0, mostNames),
    last_change: changes.toSorted().at(-1),
  };
}

function headline({ found, refs, configMaps, complaints }: WorkloadConfig): string {
  const { namespace, name } = found.object.metadata;
  const secrets = new Set(refs.filter(({ kind }) => kind === 'Secret').map(ref => ref.name)).size;
  const title = `${found.kind} ${namespace}/${name}`;
  if (refs.length === 0) return `${title} reads no ConfigMap and no Secret.`;
  const quiet = complaints.length === 0 ? '; its pods complain of none' : '';
  return `${title} reads ${plural(configMaps.size, 'ConfigMap')} and ${plural(secrets, 'Secret')}${quiet}.`;
}

async function nothing(namespace: string, given: string, senses: Senses): Promise<Answer<ConfigFacts>> {
  const subject = await findSubject(namespace, given, senses);
  if (subject.kind !== 'nothing') return { head: [`There is no ConfigMap "${bareName(given)}" in "${namespace}".`] };
  const query = { namespace, limit: 500, fromCache: true };
  const { items } = await senses.cluster.list<ConfigMap>(kinds.configMap, query, senses.signal);
  const names = closestFirst(
    items.map(({ metadata }) => metadata.name),
    bareName(given),
  );
  return {
    head: [...subject.answer.head, `ConfigMaps there (Secrets are never read), ${enumerate(names, 12) || 'none'}.`],
  };
}
