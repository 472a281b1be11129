import type { EndpointSlice } from '../../../src/kubernetes/kinds/network.ts';
import type { Condition, KubeObject, Node, ReplicaSet } from '../../../src/kubernetes/objects.ts';
import type { ApiClient } from '../../../src/simulation/api/client.ts';
import type { PodFacts } from './pod_facts.ts';
import { createRenaming } from './renaming.ts';
import { type Told, toldSince } from './told_events.ts';

/** What a tool would show: by object or by text, so that differences have a path that says what they are about. */
export type Picture = Record<string, Record<string, unknown>>;

interface Seen extends KubeObject {
  spec?: Record<string, unknown>;
  status?: Record<string, unknown> & { conditions?: Condition[] };
}

const looked = {
  deployments: 'deployments.apps',
  replicasets: 'replicasets.apps',
  statefulsets: 'statefulsets.apps',
  daemonsets: 'daemonsets.apps',
  jobs: 'jobs.batch',
  cronjobs: 'cronjobs.batch',
  autoscalers: 'horizontalpodautoscalers.autoscaling',
  claims: 'persistentvolumeclaims',
  volumes: 'persistentvolumes',
  budgets: 'poddisruptionbudgets.policy',
  quotas: 'resourcequotas',
} as const;

/** What happened since the fault, and what is now. */
export async function takePicture(
  client: ApiClient,
  since: { told: Told; facts: Pick<PodFacts, 'all'> },
): Promise<Picture> {
  const sets = (await client.list<ReplicaSet>('replicasets.apps')).items;
  const nodes = (await client.list<Node>('nodes')).items;
  const rename = createRenaming(
    sets,
    nodes.map(({ metadata }) => metadata.name),
  );
  const asSet = (texts: readonly string[]) => Object.fromEntries(texts.map(text => [rename(text), true]));
  const picture: Picture = {
    events: asSet(await toldSince(client, since.told)),
    pods: asSet(since.facts.all()),
    nodes: Object.fromEntries(nodes.map(node => [node.metadata.name, nodeSeen(node)])),
    endpoints: asSet(await endpointsSeen(client)),
  };
  for (const [part, resource] of Object.entries(looked)) {
    const { items } = await client.list<Seen>(resource);
    const there = items.map(object => [rename(placeOf(object)), renamed(statusSeen(object), rename)] as const);
    picture[part] = Object.fromEntries(there.filter(([, seen]) => seen !== undefined));
  }
  return picture;
}

function placeOf({ metadata }: KubeObject): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

function renamed(value: unknown, rename: (text: string) => string): unknown {
  return value === undefined ? undefined : (JSON.parse(rename(JSON.stringify(value))) as unknown);
}

/** They count writes, tell revisions by hashes, or measure. */
const unsaid = new Set([
  'observedGeneration',
  'currentRevision',
  'updateRevision',
  'collisionCount',
  'currentMetrics',
  'lastScaleTime',
  'lastScheduleTime',
  'lastSuccessfulTime',
  'startTime',
  'completionTime',
  'uncountedTerminatedPods',
  'active',
]);

function statusSeen({ kind, spec, status }: Seen): unknown {
  // What is scaled down to nothing is the past of a Deployment.
  if (kind === 'ReplicaSet' && spec?.['replicas'] === 0) return undefined;
  const fields = Object.entries(status ?? {}).filter(([key]) => !unsaid.has(key) && key !== 'conditions');
  const replicas = spec?.['replicas'];
  return { wanted: replicas, ...Object.fromEntries(fields), conditions: conditionsSeen(status?.conditions) };
}

function conditionsSeen(conditions: readonly Condition[] = []): Record<string, string> {
  return Object.fromEntries(
    conditions.map(({ type, status, reason, message }) => [type, [status, reason, message].filter(Boolean).join(' ')]),
  );
}

function nodeSeen({ spec, status }: Node): unknown {
  const taints = (spec?.taints ?? []).map(({ key, value = '', effect }) => `${key}=${value}:${effect}`);
  return {
    taints: Object.fromEntries(taints.map(taint => [taint, true])),
    unschedulable: spec?.unschedulable ?? false,
    conditions: conditionsSeen(status?.conditions),
  };
}

async function endpointsSeen(client: ApiClient): Promise<string[]> {
  const { items } = await client.list<EndpointSlice>('endpointslices.discovery.k8s.io');
  // Nobody tells of the API server itself where it has no address that others could use.
  const ofOthers = items.filter(({ metadata }) => metadata.namespace !== 'default');
  return ofOthers.flatMap(({ metadata, endpoints }) => {
    const service = `${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name']}`;
    const there = (endpoints ?? []).map(({ targetRef, conditions }) => {
      const states = Object.entries(conditions ?? {}).flatMap(([name, value]) => (value ? [name] : []));
      return `${service}: ${targetRef?.name} ${states.sort().join()}`;
    });
    return there.length > 0 ? there : [`${service}: nobody`];
  });
}
