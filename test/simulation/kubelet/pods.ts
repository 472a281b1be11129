import type { Secret } from '../../../src/kubernetes/kinds/access.ts';
import type { ConfigMap, Container, ContainerStatus, Pod } from '../../../src/kubernetes/objects.ts';
import type { ProgramInput } from '../../../src/simulation/programs/program.ts';
import type { TestCluster } from '../cluster_in_test.ts';

/** A pod of one container, `main`, that runs the demo. */
export function podNamed(name: string, container: Partial<Container> = {}, spec: Partial<Pod['spec']> = {}): Pod {
  const main = { name: 'main', image: 'registry.example/demo:1', args: ['serve'], ...container };
  const metadata = { name, namespace: 'default', labels: { app: name } };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [main], ...spec } };
}

export async function readPod({ client }: TestCluster, name: string): Promise<Pod> {
  const pod = await client.get<Pod>('pods', name, 'default');
  if (!pod) throw new Error(`expected a pod ${name}, got none`);
  return pod;
}

export async function statusOf(cluster: TestCluster, name: string, container = 'main'): Promise<ContainerStatus> {
  const { status } = await readPod(cluster, name);
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const found = all.find(one => one.name === container);
  if (!found) throw new Error(`expected a status of container ${container}, got none`);
  return found;
}

/** `Reason: message` of a pod's events, in the order in which they came first. */
export async function storyOf(cluster: TestCluster, name: string): Promise<string[]> {
  const events = await cluster.eventsOf(name);
  return events
    .toSorted((a, b) => (a.firstTimestamp ?? '').localeCompare(b.firstTimestamp ?? ''))
    .map(({ reason, message }) => `${reason}: ${message}`);
}

export function configMap(name: string, data: Record<string, string>): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data };
}

export function secret(name: string, data: Record<string, string>, type = 'Opaque'): Secret {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'default' },
    type,
    data: Object.fromEntries(encoded),
  };
}

/** A program that writes down what it finds in these variables, and in these settings of its file. */
export function reporter(variables: string[], more: Partial<ProgramInput> = {}): ProgramInput {
  return {
    name: 'reporter',
    image: { repository: 'registry.example/demo', tags: ['1'] },
    entrypoint: '/reporter',
    behaviour: { lines: { start: variables.map(name => `${name}={env.${name}}`) } },
    ...more,
  };
}
