import type { Deployment, KubeObject, ReplicaSet } from '../../../src/kubernetes/objects.ts';
import { createVirtualClock } from '../../../src/lib/virtual_clock.ts';
import type { ApiClient } from '../../../src/simulation/api/client.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../../src/simulation/embedded_cluster.ts';
import type { IncidentOutcome, Judgement } from '../../../src/simulation/scenario/judge.ts';
import { loadScenario } from '../../../src/simulation/scenario/load.ts';

export type Deed = (client: ApiClient) => Promise<unknown>;

export interface Trial {
  judgement: Judgement;
  /** The names of all alerts that fired before anything was done, and the seconds until the first did. */
  alerts: string[];
  secondsToAlert: number;
  /** Replicas at the end, by `namespace/name`. */
  available: Record<string, number>;
  history: string;
}

export const nothing: Deed = async () => undefined;

/** Plays a scenario: something is done four minutes after the first alert, and judged five minutes later. */
export async function play(name: string, deed: Deed, outcome: IncidentOutcome): Promise<Trial> {
  const clock = createVirtualClock({ start: Date.parse('2026-03-03T02:00:00Z') });
  clock.start();
  const cluster = await startEmbeddedCluster({ scenario: loadScenario(name), clock });
  try {
    await cluster.settle();
    if (cluster.firingAlerts().length > 0) throw new Error(`expected no alert before the fault of ${name}`);
    await cluster.injectFault();
    const faultAt = clock.now();
    while (cluster.firingAlerts().length === 0) {
      if (clock.now() > faultAt + 1_800_000) throw new Error(`expected an alert of ${name} within half an hour`);
      await clock.sleep(10_000);
    }
    const secondsToAlert = (clock.now() - faultAt) / 1000;
    await clock.sleep(240_000);
    const alerts = cluster.firingAlerts().map(({ labels }) => `${labels['alertname']} ${labels['namespace']}`);
    await deed(cluster.client);
    await clock.sleep(300_000);
    const judgement = await cluster.judge(outcome);
    return {
      judgement,
      alerts: [...new Set(alerts)],
      secondsToAlert,
      available: await available(cluster),
      history: await dump(cluster),
    };
  } finally {
    await cluster.close();
    clock.stop();
  }
}

async function available({ client }: EmbeddedCluster): Promise<Record<string, number>> {
  const { items } = await client.list<Deployment>('deployments.apps');
  return Object.fromEntries(
    items.map(({ metadata, status }) => [`${metadata.namespace}/${metadata.name}`, status?.availableReplicas ?? 0]),
  );
}

/** Everything that can be read from the cluster. */
async function dump({ client }: EmbeddedCluster): Promise<string> {
  const resources = [
    'nodes',
    'namespaces',
    'configmaps',
    'services',
    'deployments.apps',
    'replicasets.apps',
    'pods',
    'events',
  ];
  const lists = await Promise.all(resources.map(resource => client.list<KubeObject>(resource)));
  return JSON.stringify(lists, null, 1);
}

export function rollBack(name: string): Deed {
  return async client => {
    const deployment = await deploymentNamed(client, name);
    const { items } = await client.list<ReplicaSet>('replicasets.apps', { namespace: 'shop' });
    const own = items.filter(set => set.metadata.ownerReferences?.some(({ uid }) => uid === deployment.metadata.uid));
    const previous = own.sort((a, b) => revisionOf(b) - revisionOf(a))[1];
    if (!previous) throw new Error(`expected an earlier revision of ${name}`);
    const { 'pod-template-hash': _, ...labels } = previous.spec.template.metadata?.labels ?? {};
    const template = { ...previous.spec.template, metadata: { labels } };
    await client.patch(target(name), {
      type: 'json',
      body: [{ op: 'replace', path: '/spec/template', value: template }],
    });
  };
}

export function restart(name: string): Deed {
  return patch(name, {
    spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-03-03T04:00:00Z' } } } },
  });
}

export function setMemory(name: string, limit: string, container = name): Deed {
  const resources = { requests: { memory: limit }, limits: { memory: limit } };
  return patch(name, { spec: { template: { spec: { containers: [{ name: container, resources }] } } } });
}

export function setImage(name: string, image: string): Deed {
  return patch(name, { spec: { template: { spec: { containers: [{ name, image }] } } } });
}

export function scale(name: string, replicas: number): Deed {
  return patch(name, { spec: { replicas } });
}

function patch(name: string, body: unknown): Deed {
  return client => client.patch(target(name), { type: 'strategic', body });
}

async function deploymentNamed(client: ApiClient, name: string): Promise<Deployment> {
  const deployment = await client.get<Deployment>('deployments.apps', name, 'shop');
  if (!deployment) throw new Error(`expected a deployment ${name}`);
  return deployment;
}

function target(name: string) {
  const [namespace = '', own = ''] = name.includes('/') ? name.split('/') : ['shop', name];
  return { resource: 'deployments.apps', name: own, namespace };
}

function revisionOf(set: ReplicaSet): number {
  return Number(set.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
}
