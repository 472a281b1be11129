import { selects } from '../../../src/kubernetes/kinds/label_selector.ts';
import type { PodDisruptionBudget } from '../../../src/kubernetes/kinds/policy.ts';
import type { Deployment, Pod } from '../../../src/kubernetes/objects.ts';
import { canonicalJson } from '../../../src/lib/hash.ts';
import { isReady } from '../../../src/simulation/controllers/pods.ts';
import { createTestCluster, nodeNamed, type TestCluster } from '../cluster_in_test.ts';
import { brokenBuild, deploymentOf, webProgram } from '../shop.ts';
import { problemsAtRest, problemsNow } from './invariants.ts';
import type { Step } from './steps.ts';
import { createWatchman } from './watchman.ts';

const mostPods = 14;
const storageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'csi.embedded.local',
};
const quota = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'most', namespace: 'default' },
  spec: { hard: { pods: String(mostPods) } },
};

/** A real server, too, answers so with 500. */
const asIfReal = /"message":"resourceVersion should not be set on objects to be created","code":500/;

/** What is there before anybody does anything: enough to be disrupted. */
async function stock({ client, run }: TestCluster): Promise<void> {
  const selector = { matchLabels: { app: 'd-a' } };
  const { template } = deploymentOf('cart', 3).spec;
  const metadata = { name: 'd-a', namespace: 'default', labels: { app: 'd-a' } };
  const spec = { replicas: 3, selector, template: { ...template, metadata: { labels: { app: 'd-a' } } } };
  await client.create<Deployment>('deployments.apps', { ...deploymentOf('cart', 3), metadata, spec });
  await client.create<PodDisruptionBudget>('poddisruptionbudgets.policy', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'p-a', namespace: 'default' },
    spec: { minAvailable: 2, selector },
  });
  await run(20);
}

/** Does all of it to a whole cluster, over HTTP, and returns what it broke. */
export async function play(steps: readonly Step[], codes: Set<number>): Promise<string[]> {
  const nodes = [nodeNamed('one'), nodeNamed('two')];
  const cluster = await createTestCluster({ programs: [webProgram('cart'), brokenBuild('cart')], nodes });
  const { url, close } = await cluster.listen();
  const listed = (await cluster.client.resources()).filter(({ verbs }) => verbs.includes('watch')).map(one => one.name);
  await cluster.client.create('storageclasses.storage.k8s.io', storageClass);
  await cluster.client.create('resourcequotas', quota);
  await cluster.run(2);
  await stock(cluster);
  const watchman = createWatchman(cluster, listed, mostPods);
  const { broken, known } = watchman;

  async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const reply = await fetch(url + path, {
      method,
      ...sent,
      headers: { 'content-type': 'application/json', ...headers },
    });
    const text = await reply.text();
    codes.add(reply.status);
    if (reply.status >= 500 && !asIfReal.test(text))
      broken.push(`${method} ${path} gave ${reply.status}: ${text.slice(0, 300)}`);
    return reply.status;
  }

  async function evict(pod: Pod, search: string): Promise<void> {
    const { items } = await cluster.client.list<PodDisruptionBudget>('poddisruptionbudgets.policy');
    const { items: pods } = await cluster.client.list<Pod>('pods', { namespace: 'default' });
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod.metadata.name } };
    const status = await send('POST', `/api/v1/namespaces/default/pods/${pod.metadata.name}/eviction${search}`, body);
    if (status !== 201 || !isReady(pod) || pod.metadata.deletionTimestamp !== undefined) return;
    for (const { metadata, spec, status: now } of items) {
      if (!selects(spec.selector, pod.metadata.labels)) continue;
      const healthy = pods.filter(
        one =>
          selects(spec.selector, one.metadata.labels) && isReady(one) && one.metadata.deletionTimestamp === undefined,
      );
      if (healthy.length - 1 < (now?.desiredHealthy ?? 0)) broken.push(`an eviction broke the budget ${metadata.name}`);
    }
  }

  async function act(step: Step): Promise<void> {
    if (step.kind === 'wait') return cluster.run(step.seconds);
    if (step.kind === 'request') return void (await send(step.method, step.path, step.body, step.headers));
    const pods = known('pods') as Pod[];
    const pod = pods[step.pick % Math.max(1, pods.length)];
    if (!pod) return;
    if (step.kind === 'evict') return evict(pod, step.search);
    await send('DELETE', `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}`, step.body);
  }

  /** Watchers are told in a moment of their own. */
  async function compare(): Promise<void> {
    await new Promise(setImmediate);
    for (const resource of listed) {
      const { items } = await cluster.client.list(resource);
      if (canonicalJson(items) !== canonicalJson(known(resource)))
        broken.push(`${resource}: watched and listed differ`);
    }
  }

  try {
    for (const step of steps) {
      await act(step);
      broken.push(...problemsNow(known));
      if (step.kind === 'wait') await compare();
      if (broken.length > 0) return [`after ${JSON.stringify(step)}`, ...broken];
    }
    await cluster.run(400);
    await compare();
    return [...broken, ...problemsNow(known), ...problemsAtRest(known, listed)];
  } finally {
    watchman.stop();
    cluster.stop();
    await close();
  }
}
