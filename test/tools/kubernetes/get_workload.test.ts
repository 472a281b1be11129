import { expect, test } from 'vitest';
import { ClusterError } from '../../../src/kubernetes/cluster.ts';
import type { ControllerRevision, CronJob, Job, StatefulSet } from '../../../src/kubernetes/kinds/workloads.ts';
import { kinds } from '../../../src/kubernetes/kinds.ts';
import type { KubeObject, ReplicaSet } from '../../../src/kubernetes/objects.ts';
import { ask } from './ask.ts';
import { breakCluster } from './broken_cluster.ts';
import { factsOf } from './facts_of.ts';
import { ago, createWorld, deployment, event, namespace, pod, replicaSet, template } from './world.ts';

const world = (objects: KubeObject[]) => createWorld([namespace('shop'), ...objects]);
const look = (objects: KubeObject[], args: Record<string, unknown> = { name: 'cart' }) =>
  ask(world(objects), 'get_workload', { namespace: 'shop', ...args });
const facts = (objects: KubeObject[], name = 'cart') =>
  factsOf(world(objects), 'get_workload', { namespace: 'shop', name });

const roomy = { resources: { limits: { memory: '256Mi' } }, env: [{ name: 'LOG_LEVEL', value: 'info' }] };
const tight = {
  resources: { limits: { memory: '64Mi' } },
  env: [
    { name: 'LOG_LEVEL', value: 'debug' },
    { name: 'DB_PASSWORD', value: 'hunter2hunter2' },
  ],
};
const killed = {
  state: { waiting: { reason: 'CrashLoopBackOff' } },
  last: { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: ago(30) } },
};
const counts = { replicas: 3, readyReplicas: 2, updatedReplicas: 1, availableReplicas: 2 };

function halfRolledOut(): KubeObject[] {
  const cart = deployment('cart', counts, tight);
  cart.metadata.managedFields = [
    { manager: 'kubectl-edit', time: ago(360), fieldsV1: { 'f:spec': { 'f:template': {} } } },
    { manager: 'kube-controller-manager', time: ago(10), fieldsV1: { 'f:metadata': {} } },
  ];
  const newer = replicaSet('cart', 2, 0, 1, tight);
  newer.metadata.creationTimestamp = ago(360);
  newer.metadata.annotations!['kubernetes.io/change-cause'] = 'trim limits';
  return [
    cart,
    replicaSet('cart', 1, 2, 2, roomy),
    newer,
    pod('cart-r1-a', { owner: 'cart', revision: 1 }),
    pod('cart-r1-b', { owner: 'cart', revision: 1 }),
    pod('cart-r2-a', { owner: 'cart', container: tight, ready: false, ...killed }),
  ];
}

test('what changed since the last revision that was well: fields, who, when, why; and how its pods fare', async () => {
  const { text } = await look(halfRolledOut());
  expect(text.split('\n')).toEqual([
    'Deployment shop/cart is NOT healthy: 2 of 3 replicas ready, 1 of the current revision.',
    'Changed in revision 2, made 6m ago by kubectl-edit, because "trim limits", from revision 1 of 24h ago (the last that was healthy: it still has 2 ready pods):',
    '  container main resources.limits.memory: 256Mi -> 64Mi',
    '  container main env LOG_LEVEL: info -> debug',
    '  container main env DB_PASSWORD: a secret value, added',
    '1 pod not well (cart-r2-a): CrashLoopBackOff, last exit code 137 OOMKilled at its memory limit of 64Mi 30s ago',
    'Runs main registry.example/cart:1 (requests none; limits memory 64Mi). RollingUpdate.',
  ]);
  expect(await facts(halfRolledOut())).toEqual({
    kind: 'Deployment',
    healthy: false,
    wanted: 3,
    ready: 2,
    updated: 1,
    available: 2,
    revision: 2,
    last_good_revision: 1,
    fields_changed: 3,
  });
});

test('revisions without any trace of health are passed over for one that has ready pods', async () => {
  const image = (tag: string) => ({ image: `registry.example/cart:${tag}` });
  const { text } = await look([
    deployment('cart', { replicas: 1, readyReplicas: 1, updatedReplicas: 0 }, image('c'), 3),
    replicaSet('cart', 1, 1, 1, image('a')),
    replicaSet('cart', 2, 0, 0, image('b')),
    replicaSet('cart', 3, 0, 1, image('c')),
  ]);
  expect(text).toContain('from revision 1 of 24h ago (the last that was healthy');
  expect(text).toContain('container main image: registry.example/cart:a -> registry.example/cart:c');
});

test('a revision that was rolled out completely and broke later is not blamed alone', async () => {
  const progressed = {
    type: 'Progressing',
    status: 'True' as const,
    reason: 'NewReplicaSetAvailable',
    message: 'ReplicaSet "cart-r2" has successfully progressed.',
    lastUpdateTime: ago(3_600),
  };
  const broken = { ...counts, readyReplicas: 0, updatedReplicas: 3, conditions: [progressed] };
  const { text } = await look([
    deployment('cart', broken, tight),
    replicaSet('cart', 1, 0, 0, roomy),
    replicaSet('cart', 2, 0, 3, tight),
  ]);
  expect(text).toContain('(the one before it; no pod of it is left to show whether it was healthy)');
  expect(text).toContain('Revision 2 was rolled out completely 60m ago, so it worked at first: look also at');
});

test('who keeps it as it is', async () => {
  const helm = deployment('cart', { replicas: 1, readyReplicas: 1, updatedReplicas: 1, availableReplicas: 1 });
  helm.metadata.annotations!['meta.helm.sh/release-name'] = 'shop';
  helm.metadata.labels = { 'helm.sh/chart': 'cart-1.2.3', 'app.kubernetes.io/managed-by': 'Helm' };
  const { text } = await look([helm]);
  expect(text).toContain('Managed by Helm release shop (chart cart-1.2.3), which may undo what is changed by hand.');
  helm.metadata.annotations!['argocd.argoproj.io/tracking-id'] = 'front:apps/Deployment:shop/cart';
  expect(await facts([helm])).toMatchObject({ healthy: true, managed_by: 'Argo CD application front' });
});

function statefulSet(status: StatefulSet['status'], name = 'db'): StatefulSet {
  return {
    ...kinds.statefulSet,
    metadata: { name, namespace: 'shop', uid: `set-${name}` },
    spec: { replicas: 2, selector: { matchLabels: { app: name } }, template: template(name, tight) },
    ...(status ? { status } : {}),
  };
}

function controllerRevision(revision: number, container: object): ControllerRevision {
  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'set-db', controller: true };
  return {
    ...kinds.controllerRevision,
    metadata: {
      name: `db-${revision}`,
      namespace: 'shop',
      labels: { app: 'db' },
      creationTimestamp: ago(600 / revision),
      ownerReferences: [owner],
    },
    revision,
    data: { spec: { template: template('db', container) } },
  };
}

test('a StatefulSet: compared with the revision that was rolled out completely', async () => {
  const status = { replicas: 2, readyReplicas: 1, updatedReplicas: 1, currentRevision: 'db-1', updateRevision: 'db-2' };
  const objects = [statefulSet(status), controllerRevision(1, roomy), controllerRevision(2, tight)];
  const { text } = await look(objects, { name: 'sts/db' });
  expect(text).toContain('StatefulSet shop/db is NOT healthy: 1 of 2 replicas ready, 1 of the current revision');
  expect(text).toContain(
    'from revision 1 of 10m ago (the last that was healthy: the last that was rolled out completely)',
  );
  expect(text).toContain('container main resources.limits.memory: 256Mi -> 64Mi');
  const counted = world(objects);
  await ask(counted, 'get_workload', { namespace: 'shop', name: 'db' });
  expect(counted.requests()).toBeLessThanOrEqual(7);
  expect(await facts(objects, 'db')).toMatchObject({ kind: 'StatefulSet', revision: 2, last_good_revision: 1 });
});

test('pods that can not be made: what the controller reports', async () => {
  const refused = event(
    { kind: 'StatefulSet', name: 'db' },
    { reason: 'FailedCreate', message: 'exceeded quota: small' },
  );
  const { text } = await look([statefulSet({ replicas: 0 }), refused], { name: 'db', kind: 'statefulset' });
  expect(text).toContain('Warning FailedCreate 20s ago: exceeded quota: small');
});

test('a CronJob: compared with its last Job that succeeded', async () => {
  const spec = { backoffLimit: 1, template: template('report', tight) };
  const cronJob: CronJob = {
    ...kinds.cronJob,
    metadata: { name: 'report', namespace: 'shop', uid: 'cron' },
    spec: { schedule: '0 * * * *', jobTemplate: { spec } },
    status: { lastScheduleTime: ago(600), lastSuccessfulTime: ago(4_000) },
  };
  const job = (name: string, seconds: number, type: string, container: object): Job => ({
    ...kinds.job,
    metadata: {
      name,
      namespace: 'shop',
      uid: name,
      creationTimestamp: ago(seconds),
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'report', uid: 'cron', controller: true }],
    },
    spec: {
      selector: { matchLabels: { job: name } },
      template: { ...template('report', container), metadata: { labels: { app: 'report', 'job-name': name } } },
    },
    status: { conditions: [{ type, status: 'True' }] },
  });
  const failed = pod('report-2-x', {
    phase: 'Failed',
    ready: false,
    labels: { job: 'report-2' },
    state: { terminated: { exitCode: 3, reason: 'Error', finishedAt: ago(500) } },
  });
  failed.metadata.ownerReferences = [
    { apiVersion: 'batch/v1', kind: 'Job', name: 'report-2', uid: 'report-2', controller: true },
  ];
  const objects = [cronJob, job('report-1', 4_200, 'Complete', roomy), job('report-2', 600, 'Failed', tight), failed];
  const { text } = await look(objects, { name: 'report' });
  expect(text).toContain('CronJob shop/report is NOT healthy: last started 10m ago, last succeeded 67m ago');
  expect(text).toContain('from Job report-1 of 70m ago (the last that was healthy: it succeeded):');
  expect(text).toContain('container main resources.limits.memory: 256Mi -> 64Mi');
  expect(text).not.toContain('job-name');
  expect(text).toContain('1 pod not well (report-2-x): stopped, code 3 Error 8m ago');
  const one = await look(objects, { name: 'report-2-x' });
  expect(one.text).toContain('Job shop/report-2 is NOT healthy: FAILED');
});

test('a pod and a ReplicaSet lead to what made them; a bare pod and other kinds say so', async () => {
  for (const name of ['cart-r2-a', 'replicaset/cart-r2'])
    expect((await look(halfRolledOut(), { name })).text).toContain('Deployment shop/cart is NOT healthy');
  expect((await look([pod('bare')], { name: 'bare' })).text).toContain('was made by no workload that is left');
  const rollout = pod('canary-1');
  rollout.metadata.ownerReferences = [
    { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'canary', uid: 'r', controller: true },
  ];
  expect((await look([rollout], { name: 'canary' })).text).toContain(
    "Rollout canary is of a kind that can't be read here; 1 of 1 pod",
  );
  expect((await look(halfRolledOut(), { name: 'carts' })).text).toContain('There is no pod or workload "carts"');
});

test('a ReplicaSet that is made by something of another kind is told itself, with its maker', async () => {
  const set = replicaSet('cart', 1, 1, 1);
  const maker = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'cart', uid: 'r', controller: true };
  set.metadata.ownerReferences = [maker];
  const { text } = await look([set, pod('cart-r1-a', { owner: 'cart', revision: 1 })], { name: 'cart-r1-a' });
  expect(text).toContain('ReplicaSet shop/cart-r1 is healthy: 1 of 1 replicas ready');
  expect(text).toContain('Managed by Rollout cart');
});

test('a ReplicaSet of its own has no revisions; kinds that we may not read do not cost the answer', async () => {
  const { ownerReferences: _, ...metadata } = replicaSet('cart', 1, 1, 1).metadata;
  const lone: ReplicaSet = { ...replicaSet('cart', 1, 1, 1), metadata };
  const all = world([lone]);
  const guarded: typeof all = {
    ...all,
    get: async (ref, signal) => {
      if (ref.kind === 'CronJob') throw new ClusterError(403, 'Forbidden', 'no');
      return all.get(ref, signal);
    },
  };
  const { text } = await ask(guarded, 'get_workload', { namespace: 'shop', name: 'cart-r1' });
  expect(text).toContain('ReplicaSet shop/cart-r1 is healthy: 1 of 1 replicas ready');
});

test('a template that changed in hundreds of fields stays within the bound, in few requests', async () => {
  const many = (value: string) => ({
    env: Array.from({ length: 300 }, (_, index) => ({ name: `SETTING_${index}`, value: `${value}${'x'.repeat(300)}` })),
  });
  const large = world([
    deployment('cart', counts, many('b')),
    replicaSet('cart', 1, 2, 2, many('a')),
    replicaSet('cart', 2, 0, 1, many('b')),
    ...Array.from({ length: 500 }, (_, index) => pod(`cart-r2-${index}`, { owner: 'cart', ready: false, ...killed })),
  ]);
  const { text } = await ask(large, 'get_workload', { namespace: 'shop', name: 'cart' });
  expect(text.length / 4).toBeLessThanOrEqual(600);
  expect(text).toContain('SETTING_0');
  expect(large.requests()).toBeLessThanOrEqual(4);
});

test('in a cluster: a limit that a release lowered, against the Deployment and its ReplicaSets', async () => {
  const { ask: inCluster } = await breakCluster('memory-limit-lowered', 240_000);
  const text = await inCluster('get_workload', { namespace: 'shop', name: 'cart' });
  expect(text).toContain('Deployment shop/cart is NOT healthy: 2 of 2 replicas ready, 1 of the current revision');
  expect(text).toMatch(/revision 3, made \dm ago by kubectl, because "trim requests and limits", from revision 2 /);
  expect(text).toContain('(the last that was healthy: it still has 2 ready pods)');
  expect(text).toContain('container cart resources.limits.memory: 128Mi -> 64Mi');
  expect(text).toContain('OOMKilled at its memory limit of 64Mi');
  expect(await inCluster('get_workload', { namespace: 'shop', name: 'catalog' })).toContain('catalog is healthy');
});

test('in a cluster: a CronJob whose Jobs wait for a key that is gone', async () => {
  const { ask: inCluster } = await breakCluster('key-that-was-rotated', 1_800_000);
  const text = await inCluster('get_workload', { namespace: 'clinic', name: 'settlement' });
  expect(text).toContain('CronJob clinic/settlement is NOT healthy');
  expect(text).toContain('nothing in the pod template');
  expect(text).toContain("CreateContainerConfigError: couldn't find key key in Secret clinic/bank");
  const agents = await inCluster('get_workload', { namespace: 'platform', name: 'agent' });
  expect(agents).toContain('DaemonSet platform/agent is healthy: 3 of 3 nodes ready');
});
