import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ClusterError, type ClusterReader, type Kind } from '../../src/kubernetes/cluster.ts';
import { type ConnectedCluster, connectCluster } from '../../src/kubernetes/connect.ts';
import { createDiscovery } from '../../src/kubernetes/discovery.ts';
import { kinds } from '../../src/kubernetes/kinds.ts';
import { createNodeLoads, type FollowedLoads } from '../../src/kubernetes/node_loads.ts';
import type { Pod } from '../../src/kubernetes/objects.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { type GuestCluster, startGuestCluster } from '../../src/simulation/guest_cluster.ts';
import { loadScenario } from '../../src/simulation/scenario/load.ts';
import { type ConnectedTools, connectTools } from '../../src/tools/connect.ts';
import { tools as builtIn } from '../../src/tools/kubernetes/tools.ts';
import { type ControlPlane, startControlPlane } from './control_plane.ts';
import { programFile } from './programs.ts';

/** The role that deploy/ gives us, on a real control plane, with our account: enough for every tool, and for nothing else. */

const run = promisify(execFile);
const manifest = join(import.meta.dirname, '../../deploy/rbac/reader.yaml');
const namespace = 'clinic';

/** For every tool, on objects that exist. Those that read nothing of a cluster are asked all the same. */
const calls: Record<string, Record<string, unknown>[]> = {
  get_pod_status: [{ namespace }, { namespace, name: 'api' }, { namespace, name: 'database-0' }],
  list_pods: [{ namespace }, { node: 'node-a' }],
  get_pod_logs: [{ namespace, name: 'api' }],
  list_events: [{ namespace }, {}],
  list_related_alerts: [{ namespace }],
  get_deployment_history: [{ namespace, name: 'api', hours_back: 24 }],
  get_workload: ['api', 'database', 'settlement'].map(name => ({ namespace, name })),
  get_service: [{ namespace, name: 'api' }],
  get_network_policies: [{ namespace, name: 'database' }],
  get_volume_claims: [{ namespace }],
  get_config: ['settlement', 'kube-root-ca.crt'].map(name => ({ namespace, name })),
  check_node_capacity: ['memory', 'cpu', 'storage'].map(resource_type => ({ resource_type })),
  get_node: [{ name: 'node-a' }],
  check_resource_quotas: [{ namespace }],
  get_hpa_status: [{ namespace, name: 'api' }],
  get_usage: [{ namespace }, {}],
  check_scaling_feasibility: [{ namespace, name: 'api', replicas: 5 }],
  get_resource: [
    { kind: 'deployment', namespace, name: 'api' },
    { kind: 'ing', namespace },
    { kind: 'pdb', namespace },
  ],
  query_prometheus: [{ query: 'up' }],
  read_more: [{ id: 'r00000' }],
};

interface Scene {
  plane: ControlPlane;
  guest: GuestCluster;
  token: string;
  cluster: ConnectedCluster;
  loads: FollowedLoads;
  tools: ConnectedTools;
  /** What was asked for, and what of it was refused. */
  asked: Set<string>;
  refused: string[];
}

let scene: Scene;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const plane = await startControlPlane();
  ends.push(plane.stop);
  const kubectl = (...args: string[]) => run(programFile('kubectl'), ['--kubeconfig', plane.kubeconfig, ...args]);
  await kubectl('apply', '--filename', manifest);
  const scenario = loadScenario('policy-that-shuts-out');
  const guest = await startGuestCluster({ scenario, access: plane, speed: 20 });
  ends.push(guest.close);
  await guest.settle();
  const token = (await kubectl('create', 'token', 'alertwright', '--namespace', 'alertwright')).stdout.trim();
  const cluster = await connectCluster({ kubeconfig: ourKubeconfig(plane, token), requestTimeoutMs: 10_000 });
  ends.push(cluster.close);
  // None are few enough to be read each time: so they are watched as well.
  const loads = createNodeLoads({ watcher: cluster, clock: systemClock, log: silentLog, mostToRead: 1 });
  ends.push(loads.stop);
  const record = { asked: new Set<string>(), refused: [] };
  const reader = recording(cluster, record);
  const tools = await connectTools({
    clusterFor: () => reader,
    clock: systemClock,
    log: silentLog,
    instruments: {
      nodeLoads: loads,
      discovery: createDiscovery({ discover: cluster.discover, clock: systemClock }),
      alerts: { book: { page: () => ({ items: [] }) }, alertmanagers: [] },
      prometheus: { query: async () => ({ kind: 'away', why: 'it is not there' }), close: async () => {} },
    },
  });
  ends.push(tools.close);
  scene = { plane, guest, token, cluster, loads, tools, ...record };
}, 300_000);

afterAll(async () => {
  for (const end of ends.reverse()) await end();
}, 120_000);

test('every tool works with it', async () => {
  const { tools, asked, refused } = scene;
  expect(tools.offered().map(({ name }) => name)).toEqual(builtIn.map(({ name }) => name));
  for (const { name } of tools.offered()) {
    const known = calls[name];
    if (!known) throw new Error(`expected arguments for each tool, got none for ${name}`);
    for (const args of known) {
      const { text, isError } = await tools.call(name, args);
      expect.soft({ args, text, isError }, name).toMatchObject({ isError: false });
      expect
        .soft(text, name)
        .not.toMatch(/forbidden|not allowed to|There is no (pod|workload|namespace|Service|node)/i);
    }
  }
  expect((await tools.call('get_pod_status', { namespace: 'nowhere' })).text).toContain('There is no namespace');
  expect(refused).toEqual([]);
  // What the role opens is what they looked at, as far as kinds tell.
  const open = Object.values(kinds).map(nameOf);
  expect(open.filter(kind => !asked.has(kind))).toEqual([]);
}, 120_000);

test('no tool asks for a Secret', async () => {
  const { tools, asked } = scene;
  for (const kind of ['secret', 'Secret', 'secrets'])
    for (const name of [undefined, 'bank']) {
      const { text } = await tools.call('get_resource', { kind, namespace, ...(name ? { name } : {}) });
      expect(text).not.toContain('0a1b2c3d');
    }
  expect([...asked].filter(kind => /secret/i.test(kind))).toEqual([]);
});

test('it gives nothing but reading, and no Secrets', async () => {
  const rules = await rulesOf(scene, namespace);
  const given = rules.filter(
    ({ apiGroups }) => !apiGroups.some(group => /^(authorization|authentication)\.k8s\.io$/.test(group)),
  );
  expect(given.length).toBeGreaterThan(5);
  expect([...new Set(given.flatMap(({ verbs }) => verbs))].sort()).toEqual(['get', 'list', 'watch']);
  const resources = given.flatMap(rule => rule.resources);
  expect(resources).toContain('pods/log');
  expect(
    resources.filter(name => /^(\*|secrets|serviceaccounts)/.test(name) || (name.includes('/') && name !== 'pods/log')),
  ).toEqual([]);
});

test('writes, Secrets, exec and port-forward are refused', async () => {
  const { guest } = scene;
  const { items } = await guest.client.list<Pod>('pods', { namespace, labelSelector: 'app=api' });
  const pod = `/api/v1/namespaces/${namespace}/pods/${items[0]!.metadata.name}`;
  const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const requests: [method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string][] = [
    ['GET', '/api/v1/secrets'],
    ['GET', `/api/v1/namespaces/${namespace}/secrets`],
    ['GET', `/api/v1/namespaces/${namespace}/secrets/bank`],
    ['GET', `/api/v1/namespaces/${namespace}/secrets?watch=true`],
    ['POST', `${pod}/exec?command=id&stdout=true`],
    ['POST', `${pod}/attach?stdout=true`],
    ['POST', `${pod}/portforward?ports=8080`],
    ['GET', `${pod}/proxy/`],
    ['POST', `${pod}/eviction`],
    ['PATCH', `${pod}/ephemeralcontainers`],
    ['DELETE', pod],
    ['DELETE', `/api/v1/namespaces/${namespace}/pods`],
    ['POST', `/api/v1/namespaces/${namespace}/pods`],
    ['POST', `/api/v1/namespaces/${namespace}/events`],
    ['PATCH', `${deployments}/api`],
    ['PUT', `${deployments}/api`],
    ['PATCH', `${deployments}/api/scale`],
    ['DELETE', `${deployments}/api`],
    ['PATCH', '/api/v1/nodes/node-a'],
    ['GET', '/api/v1/nodes/node-a/proxy/logs/'],
    ['POST', '/api/v1/namespaces/alertwright/serviceaccounts/alertwright/token'],
    ['POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings'],
    ['DELETE', `/api/v1/namespaces/${namespace}`],
  ];
  for (const [method, path] of requests)
    expect.soft(await statusOf(scene, method, path), `${method} ${path}`).toBe(403);
  // The same way in is open for what we may do.
  expect(await statusOf(scene, 'GET', `${pod}/log`)).toBe(200);
});

/** A cluster that remembers what was refused. */
function recording(cluster: ClusterReader, { asked, refused }: Pick<Scene, 'asked' | 'refused'>): ClusterReader {
  async function noted<T>(what: string, read: () => Promise<T>): Promise<T> {
    asked.add(what);
    try {
      return await read();
    } catch (error) {
      if (error instanceof ClusterError && error.status === 403) refused.push(`${what}: ${error.message}`);
      throw error;
    }
  }
  return {
    get: (ref, signal) => noted(nameOf(ref), () => cluster.get(ref, signal)),
    list: (kind, query, signal) => noted(nameOf(kind), () => cluster.list(kind, query, signal)),
    logs: (pod, query, signal) => noted('logs', () => cluster.logs(pod, query, signal)),
  };
}

function nameOf({ apiVersion, kind }: Kind): string {
  return `${apiVersion} ${kind}`;
}

function ourKubeconfig({ url, certificate, kubeconfig }: ControlPlane, token: string): string {
  const file = join(dirname(kubeconfig), 'reader');
  const authority = Buffer.from(certificate).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'real', cluster: { server: url, 'certificate-authority-data': authority } }],
    users: [{ name: 'alertwright', user: { token } }],
    contexts: [{ name: 'real', context: { cluster: 'real', user: 'alertwright' } }],
    'current-context': 'real',
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}

interface Rule {
  verbs: string[];
  apiGroups: string[];
  resources: string[];
}

/** All that the account may do there, as the API server sees it. */
async function rulesOf(scene: Scene, where: string): Promise<Rule[]> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace: where } };
  const answer = await ask(
    scene,
    'POST',
    '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
    JSON.stringify(body),
  );
  const { status } = JSON.parse(answer.text) as { status: { resourceRules: Partial<Rule>[]; incomplete: boolean } };
  expect(status.incomplete).toBe(false);
  return status.resourceRules.map(({ verbs = [], apiGroups = [], resources = [] }) => ({
    verbs,
    apiGroups,
    resources,
  }));
}

async function statusOf(scene: Scene, method: string, path: string): Promise<number> {
  return (await ask(scene, method, path, method === 'GET' ? undefined : '{}')).status;
}

async function ask({ plane, token }: Scene, method: string, path: string, body?: string) {
  const dispatcher = new Agent({ connect: { ca: plane.certificate } });
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': type }) };
  try {
    const answer = await request(`${plane.url}${path}`, {
      dispatcher,
      headers,
      method: method as 'GET',
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  } finally {
    await dispatcher.close();
  }
}
