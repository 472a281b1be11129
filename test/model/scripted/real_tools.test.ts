import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Container, KubeObject } from '../../../src/kubernetes/objects.ts';
import { silentLog } from '../../../src/lib/log.ts';
import type { Model } from '../../../src/model/model.ts';
import { createOpenAiModel } from '../../../src/model/openai.ts';
import { type ScriptedModel, startScriptedModel } from '../../../src/model/scripted/server.ts';
import { connectTools } from '../../../src/tools/connect.ts';
import { stillClock } from '../../tools/kubernetes/ask.ts';
import {
  ago,
  configMap,
  createWorld,
  deployment,
  event,
  namespace,
  node,
  pod,
  replicaSet,
} from '../../tools/kubernetes/world.ts';
import { drive, incident } from './drive.ts';

// The diagnostician reads the words of the tools. When somebody changes those words, this is where it shows.

let server: ScriptedModel;
let model: Model;

beforeAll(async () => {
  server = await startScriptedModel();
  model = createOpenAiModel({ name: 'scripted-diagnostician', baseUrl: server.url, timeoutMs: 10_000, maxRetries: 0 });
});

afterAll(() => server.close());

interface Case {
  /** What the current revision's container has that the one before it had not. */
  now?: Partial<Container>;
  before?: Partial<Container>;
  pods: KubeObject[];
  /** Ready pods that the revision before still has; none of it at all when undefined. */
  stillReady?: number;
  currentAge?: number;
  logs?: Record<string, string>;
  more?: KubeObject[];
}

async function diagnose({ now = {}, before = {}, pods, stillReady, currentAge = 180, logs, more = [] }: Case) {
  const current = replicaSet('cart', 2, 0, 1, now);
  current.metadata.creationTimestamp = ago(currentAge);
  const older = stillReady === undefined ? [] : [replicaSet('cart', 1, stillReady, stillReady, before)];
  const status = { replicas: 1, readyReplicas: stillReady ?? 0, updatedReplicas: 1 };
  const objects = [namespace('shop'), deployment('cart', status, now), current, ...older, ...pods, ...more];
  const cluster = createWorld([...objects, node('node-a', { memory: '4Gi', cpu: '4' })], logs);
  const tools = await connectTools({ clusterFor: () => cluster, clock: stillClock, log: silentLog });
  try {
    return await drive(model, async (name, args) => (await tools.call(name, args)).text, incident, tools.offered());
  } finally {
    await tools.close();
  }
}

const target = { kind: 'Deployment', namespace: 'shop', name: 'cart' };
const cartPod = (facts: Parameters<typeof pod>[1]) => pod('cart-r2-aaaaa', { owner: 'cart', ready: false, ...facts });
const exited = (exitCode: number, reason = 'Error') => ({
  terminated: { exitCode, reason, startedAt: ago(25), finishedAt: ago(20) },
});
const crashLoop = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container' } };
const limited = (limit: string) => ({ resources: { requests: { memory: '32Mi' }, limits: { memory: limit } } });

const pullFails = {
  waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "registry.example/cart:9": not found' },
};

test('an image that is not there is rolled back to the revision that still serves', async () => {
  const now = { image: 'registry.example/cart:9' };
  const pods = [cartPod({ phase: 'Pending', node: 'node-a', state: pullFails, container: now })];
  const { decision, turns } = await diagnose({ now, pods, stillReady: 2 });
  expect(decision.action).toEqual({ name: 'rollback_workload', target, toRevision: 1 });
  expect(decision.rootCause.object).toEqual(target);
  expect(decision.evidence.map(({ id }) => id).sort()).toEqual(['e1', 'e2']);
  expect(turns).toBe(2);
});

test('without an earlier revision the same image is for a person', async () => {
  const now = { image: 'registry.example/cart:9' };
  const pods = [cartPod({ phase: 'Pending', node: 'node-a', state: pullFails, container: now })];
  expect((await diagnose({ now, pods })).decision.action.name).toBe('escalate');
});

test('a limit that the last rollout lowered is rolled back', async () => {
  const pods = [cartPod({ state: crashLoop, last: exited(137, 'OOMKilled'), restarts: 4, container: limited('64Mi') })];
  const { decision } = await diagnose({ now: limited('64Mi'), before: limited('256Mi'), pods, stillReady: 1 });
  expect(decision.action).toMatchObject({ name: 'rollback_workload', toRevision: 1 });
  expect(decision.rootCause.summary).toContain('256Mi');
});

test('a limit that the need has outgrown is doubled, when a node has room', async () => {
  const now = limited('160Mi');
  const pods = [cartPod({ state: crashLoop, last: exited(137, 'OOMKilled'), restarts: 4, container: now })];
  const { decision, asked } = await diagnose({ now, pods, currentAge: 86_400 });
  expect(asked).toContain('check_node_capacity');
  expect(decision.action).toEqual({ name: 'set_resources', target, container: 'main', memoryLimit: '320Mi' });
  const huge = limited('3Gi');
  const large = [cartPod({ state: crashLoop, last: exited(137, 'OOMKilled'), restarts: 4, container: huge })];
  expect((await diagnose({ now: huge, pods: large })).decision.action).toMatchObject({
    name: 'escalate',
    reason: expect.stringContaining('room'),
  });
});

test('a setting that the program rejects is rolled back', async () => {
  const env = (value: string) => ({ env: [{ name: 'SESSION_TTL', value }] });
  const pods = [cartPod({ state: crashLoop, last: exited(2), restarts: 4, container: env('soon') })];
  const logs = { 'shop/cart-r2-aaaaa': 'cart starting\nFATAL invalid SESSION_TTL "soon": expected a duration\n' };
  const { decision } = await diagnose({ now: env('soon'), before: env('30m'), pods, stillReady: 1, logs });
  expect(decision.action).toMatchObject({ name: 'rollback_workload', toRevision: 1 });
  expect(decision.rootCause.summary).toContain('SESSION_TTL');
  expect(decision.considered.map(({ option }) => option)).toContain('restart_workload');
});

test('the same setting in a ConfigMap that was changed later is for a person, who is told which', async () => {
  const now = { envFrom: [{ configMapRef: { name: 'cart-settings' } }] };
  const pods = [cartPod({ state: crashLoop, last: exited(2), restarts: 4, container: now })];
  const logs = { 'shop/cart-r2-aaaaa': 'FATAL invalid SESSION_TTL "soon": expected a duration\n' };
  const more = [configMap('cart-settings', [{ manager: 'kubectl-edit', operation: 'Update', time: ago(100) }])];
  const { decision } = await diagnose({ now, before: now, pods, stillReady: 0, currentAge: 7_200, logs, more });
  expect(decision.action.name).toBe('escalate');
  expect(decision.rootCause.object).toEqual({ kind: 'ConfigMap', namespace: 'shop', name: 'cart-settings' });
});

test('a host outside the cluster that is away is for a person, and nothing is restarted', async () => {
  const readinessProbe = { httpGet: { path: '/readyz', port: 8080 } };
  const pods = [cartPod({ container: { readinessProbe } })];
  const logs = { 'shop/cart-r2-aaaaa': 'ready\nERROR rates from https://rates.vendor.example/v2: i/o timeout\n' };
  const { decision } = await diagnose({ now: { readinessProbe, image: 'b:2' }, pods, stillReady: 0, logs });
  expect(decision.action.name).toBe('escalate');
  expect(decision.rootCause.object).toEqual({ kind: 'Host', name: 'rates.vendor.example' });
});

test('a service that is away is followed to what it waits for itself', async () => {
  const readinessProbe = { httpGet: { path: '/readyz', port: 8080 } };
  const pods = [cartPod({ container: { readinessProbe } })];
  const stock = [
    deployment('stock', { replicas: 1, readyReplicas: 0 }),
    replicaSet('stock', 2, 0, 1),
    pod('stock-r2-bbbbb', { owner: 'stock', ready: false, container: { readinessProbe } }),
  ];
  const logs = {
    'shop/cart-r2-aaaaa': 'ERROR cannot reach stock at stock.shop.svc:8080: connection refused\n',
    'shop/stock-r2-bbbbb': 'WARN depot.vendor.example:443: no such host; counting from memory\n',
  };
  const { decision } = await diagnose({ now: { readinessProbe }, pods, logs, more: stock });
  expect(decision.action.name).toBe('escalate');
  expect(decision.rootCause.object).toEqual({ kind: 'Host', name: 'depot.vendor.example' });
});

test('a ConfigMap that the last rollout asks for and nobody made is rolled back', async () => {
  const now = { envFrom: [{ configMapRef: { name: 'cart-routes' } }] };
  const waiting = { waiting: { reason: 'CreateContainerConfigError', message: 'configmap "cart-routes" not found' } };
  const pods = [cartPod({ phase: 'Pending', node: 'node-a', state: waiting, container: now })];
  expect((await diagnose({ now, pods, stillReady: 1 })).decision.action.name).toBe('rollback_workload');
  const gone = await diagnose({ now, before: now, pods, stillReady: 1 });
  expect(gone.decision.action.name).toBe('escalate');
  expect(gone.decision.rootCause.object).toEqual({ kind: 'ConfigMap', namespace: 'shop', name: 'cart-routes' });
});

test('a command that does not exist is rolled back', async () => {
  const now = { command: ['/app/kart'] };
  const message = 'failed to create task: exec: "/app/kart": stat /app/kart: no such file or directory';
  const last = { terminated: { exitCode: 128, reason: 'StartError', message, finishedAt: ago(20) } };
  const pods = [cartPod({ state: crashLoop, last, restarts: 3, container: now })];
  expect((await diagnose({ now, pods, stillReady: 1 })).decision.action.name).toBe('rollback_workload');
});

test('pods that no node takes are for a person', async () => {
  const message = '0/3 nodes are available: 3 Insufficient cpu.';
  const conditions = [{ type: 'PodScheduled', status: 'False' as const, reason: 'Unschedulable', message }];
  const { decision } = await diagnose({ pods: [cartPod({ phase: 'Pending', state: {}, conditions })], stillReady: 1 });
  expect(decision.action.name).toBe('escalate');
  expect(decision.rootCause.summary).toContain('Insufficient cpu');
});

test('a process that hangs, with nothing changed and no complaint, may be restarted', async () => {
  const readinessProbe = { httpGet: { path: '/readyz', port: 8080 } };
  const pods = [cartPod({ container: { readinessProbe } })];
  const failed = { reason: 'Unhealthy', message: 'Readiness probe failed: context deadline exceeded' };
  const more = [event({ kind: 'Pod', name: 'cart-r2-aaaaa' }, failed)];
  const quiet = { now: { readinessProbe }, pods, more, logs: { 'shop/cart-r2-aaaaa': 'listening on :8080\n' } };
  expect((await diagnose({ ...quiet, currentAge: 86_400 })).decision.action).toEqual({
    name: 'restart_workload',
    target,
  });
  const changed = await diagnose({ ...quiet, now: { readinessProbe, image: 'b:2' }, stillReady: 1 });
  expect(changed.decision.action.name).toBe('rollback_workload');
});

test('a crash that came with the rollout is rolled back, even when the log does not say why', async () => {
  const now = { image: 'registry.example/cart:2' };
  const pods = [cartPod({ state: crashLoop, last: exited(139), restarts: 4, container: now })];
  const logs = { 'shop/cart-r2-aaaaa': 'starting\n' };
  expect((await diagnose({ now, pods, stillReady: 1, logs })).decision.action.name).toBe('rollback_workload');
  expect((await diagnose({ now, pods, logs })).decision.action.name).toBe('escalate');
});

test('a workload that is not there, or is well, is for a person', async () => {
  const well = pod('cart-r2-aaaaa', { owner: 'cart' });
  expect((await diagnose({ pods: [well] })).decision.action.name).toBe('escalate');
  const other = await drive(model, () => 'There is no pod or workload "cart" in namespace "shop".');
  expect(other.decision.action.name).toBe('escalate');
});
