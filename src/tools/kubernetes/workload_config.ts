import { ClusterError } from '../../kubernetes/cluster.ts';
import { kinds } from '../../kubernetes/kinds.ts';
import type { ConfigMap, Container, KubeEvent, Pod } from '../../kubernetes/objects.ts';
import { didYouMean } from '../../lib/nearest.ts';
import { age, clip, enumerate, plural } from './answer.ts';
import { configComplaints } from './config_complaints.ts';
import { type ConfigRef, configRefs, useText } from './config_refs.ts';
import { keysOf, safeValue } from './config_values.ts';
import type { Senses } from './tool.ts';
import { type FoundWorkload, latestPodsOf, templateOf } from './workload_lookup.ts';
import { changedText, writersOf } from './writers.ts';

/** What the pods of a workload are configured by. */
export interface WorkloadConfig {
  found: FoundWorkload;
  refs: ConfigRef[];
  /** What was found of each ConfigMap that is referred to. */
  configMaps: Map<string, ConfigMap | 'missing' | 'not read'>;
  pods: Pod[];
  complaints: string[];
}

/** More are named, but not read. */
const mostConfigMaps = 12;

export async function readWorkloadConfig(found: FoundWorkload, senses: Senses): Promise<WorkloadConfig> {
  const { namespace = '' } = found.object.metadata;
  const refs = configRefs(templateOf(found).spec);
  const names = [...new Set(refs.filter(({ kind }) => kind === 'ConfigMap').map(({ name }) => name))];
  const [pods, ...read] = await Promise.all([
    latestPodsOf(found, senses),
    ...names.slice(0, mostConfigMaps).map(name => readConfigMap(namespace, name, senses)),
  ]);
  const configMaps = new Map(names.map((name, index) => [name, read[index] ?? 'not read']));
  const events = await mountFailures(namespace, pods, senses);
  return { found, refs, configMaps, pods, complaints: configComplaints(pods, events) };
}

async function readConfigMap(namespace: string, name: string, { cluster, signal }: Senses) {
  try {
    return (await cluster.get<ConfigMap>({ ...kinds.configMap, namespace, name }, signal)) ?? ('missing' as const);
  } catch (error) {
    if (error instanceof ClusterError && error.status === 403) return 'not read' as const;
    throw error;
  }
}

/** Only a container that could not be made yet may wait for files that are not there. */
async function mountFailures(
  namespace: string,
  pods: readonly Pod[],
  { cluster, signal }: Senses,
): Promise<KubeEvent[]> {
  const waits = pods.some(({ status }) =>
    [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].some(
      ({ state }) => state?.waiting?.reason === 'ContainerCreating' || state?.waiting?.reason === 'PodInitializing',
    ),
  );
  if (!waits) return [];
  const query = { namespace, fieldSelector: 'reason=FailedMount', limit: 500 };
  const { items } = await cluster.list<KubeEvent>(kinds.event, query, signal);
  return items.filter(({ reason }) => reason === 'FailedMount');
}

/** What is missing of it: whole ConfigMaps, or keys of one. */
export function missingConfig({ refs, configMaps }: WorkloadConfig): { what: string; text: string }[] {
  const needed = refs.filter(({ optional, kind }) => kind === 'ConfigMap' && !optional);
  const problems = needed.flatMap(ref => {
    const found = configMaps.get(ref.name);
    if (found === 'missing')
      return [{ what: ref.name, text: `ConfigMap "${ref.name}" does NOT exist (${useText(ref)})` }];
    if (found === undefined || found === 'not read' || ref.key === undefined) return [];
    const keys = keysOf(found);
    if (keys.includes(ref.key)) return [];
    const text = `ConfigMap "${ref.name}" has NO key "${ref.key}" (wanted as ${ref.as})${didYouMean(ref.key, keys)}`;
    return [{ what: `${ref.name}/${ref.key}`, text }];
  });
  return [...new Map(problems.map(problem => [problem.what, problem])).values()];
}

/** A block for each ConfigMap, the last changed first; then the Secrets, and what the template itself sets. */
export function configBlocks(config: WorkloadConfig, now: number): string[] {
  const { refs, configMaps, found } = config;
  const changedAt = (name: string) => {
    const read = configMaps.get(name);
    return typeof read === 'object' ? (writersOf(read, ['data'])[0]?.time ?? '') : '9';
  };
  const names = [...configMaps.keys()].toSorted((a, b) => (changedAt(a) < changedAt(b) ? 1 : -1));
  const secrets = refs.filter(({ kind }) => kind === 'Secret');
  const own = templateOf(found).spec.containers.flatMap(envTexts);
  return [
    ...names.flatMap(name => configMapBlock(name, config, now) ?? []),
    ...(secrets.length > 0 ? [secretBlock(secrets)] : []),
    ...(own.length > 0 ? [`Set in the template itself, ${enumerate(own, 12)}.`] : []),
  ];
}

/** None for one that is missing and needed: that has been said. */
function configMapBlock(name: string, { refs, configMaps, pods }: WorkloadConfig, now: number): string | undefined {
  const uses = refs.filter(ref => ref.kind === 'ConfigMap' && ref.name === name);
  const usedAs = enumerate(uses.map(useText), 4);
  const read = configMaps.get(name);
  const title = `ConfigMap "${name}"`;
  if (read === 'missing')
    return uses.every(({ optional }) => optional) ? `${title} is not there (${usedAs}).` : undefined;
  if (read === undefined || read === 'not read') return `${title} could not be read here (${usedAs}).`;
  const stale = staleText(read, uses, pods, now);
  const values = shownKeys(read, uses).map(
    key => `    ${key}=${clip(safeValue(key, read.data?.[key] ?? '').trimEnd(), 100)}`,
  );
  return [`${title}, ${changedText(read, now, ['data'])} (${usedAs})${stale}`, ...values].join('\n');
}

/** The values that become variables; files are named only. */
function shownKeys(config: ConfigMap, uses: ConfigRef[]): string[] {
  const asEnv = uses.filter(({ as }) => as.startsWith('env'));
  const keys = asEnv.flatMap(({ key }) => (key === undefined ? Object.keys(config.data ?? {}) : [key]));
  return [...new Set(keys)]
    .filter(key => config.data?.[key] !== undefined && !config.data[key].includes('\n'))
    .slice(0, 8);
}

/** Variables are read once: containers that were started before a change have the old values. */
function staleText(config: ConfigMap, uses: ConfigRef[], pods: readonly Pod[], now: number): string {
  const changed = Date.parse(writersOf(config, ['data'])[0]?.time ?? '');
  const fixed = uses.filter(({ live }) => !live);
  const started = pods.flatMap(({ status }) =>
    (status?.containerStatuses ?? []).flatMap(({ state }) => state?.running?.startedAt ?? []),
  );
  const before = started.filter(time => Date.parse(time) < changed);
  if (fixed.length === 0 || before.length === 0) return '';
  const oldest = age(before.toSorted()[0], now);
  return `; CHANGED since ${before.length} of ${plural(started.length, 'container')} started (${oldest} ago), which still have the old values`;
}

function secretBlock(secrets: ConfigRef[]): string {
  const byName = Map.groupBy(secrets, ({ name }) => name);
  const texts = [...byName].map(([name, uses]) => `"${name}" (${enumerate(uses.map(useText), 4)})`);
  return `Secrets, which are never read here, only referred to, ${enumerate(texts, 6)}.`;
}

function envTexts({ name, env = [] }: Container, _: number, all: Container[]): string[] {
  const of = all.length > 1 ? ` of ${name}` : '';
  return env.flatMap(({ name: variable, value }) =>
    value === undefined ? [] : [`${variable}=${clip(safeValue(variable, value), 80)}${of}`],
  );
}
