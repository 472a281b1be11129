import { expect, test } from 'vitest';
import type { EndpointSlice, Ingress } from '../../../src/kubernetes/kinds/network.ts';
import { kinds } from '../../../src/kubernetes/kinds.ts';
import type { KubeObject, Pod, Service } from '../../../src/kubernetes/objects.ts';
import { ask } from './ask.ts';
import { breakCluster } from './broken_cluster.ts';
import { factsOf } from './facts_of.ts';
import { ago, createWorld, deployment, namespace, pod } from './world.ts';

function service(spec: Service['spec'], name = 'web'): Service {
  return { ...kinds.service, metadata: { name, namespace: 'shop' }, spec };
}

function slice(pods: readonly Pod[], ports: EndpointSlice['ports'] = [{ port: 8080 }], of = 'web'): EndpointSlice {
  const ready = (of: Pod) => of.status?.containerStatuses?.every(status => status.ready) ?? false;
  return {
    ...kinds.endpointSlice,
    metadata: { name: `${of}-1`, namespace: 'shop', labels: { 'kubernetes.io/service-name': of } },
    addressType: 'IPv4',
    ports,
    endpoints: pods.map(each => ({
      addresses: ['10.0.0.1'],
      conditions: { ready: ready(each) },
      targetRef: { kind: 'Pod', name: each.metadata.name },
    })),
  };
}

function ingress(name: string, port: { name?: string; number?: number }): Ingress {
  const backend = { service: { name: 'web', port } };
  const paths = [{ path: '/', pathType: 'Prefix' as const, backend }];
  return {
    ...kinds.ingress,
    metadata: { name, namespace: 'shop' },
    spec: { rules: [{ host: `${name}.example`, http: { paths } }] },
  };
}

const container = { ports: [{ name: 'http', containerPort: 8080 }] };
const serving = [pod('web-r2-a', { owner: 'web', container }), pod('web-r2-b', { owner: 'web', container })];
const toWeb = { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] };

const world = (objects: KubeObject[]) => createWorld([namespace('shop'), ...objects]);
const look = (objects: KubeObject[], name = 'web') => ask(world(objects), 'get_service', { namespace: 'shop', name });
const facts = (objects: KubeObject[]) => factsOf(world(objects), 'get_service', { namespace: 'shop', name: 'web' });

test('a service that serves: who is behind it, where its port leads, which Ingress leads to it', async () => {
  const objects = [service(toWeb), slice(serving), ...serving, ingress('shop', { name: 'http' })];
  const { text } = await look(objects);
  expect(text.split('\n')).toEqual([
    'Service shop/web is served: 2 of 2 endpoints ready, of Deployment web (app=web).',
    'Ports: port 80 (http) -> http, which is main:8080.',
    'Type: ClusterIP.',
    'Ingress shop leads here from shop.example/.',
  ]);
  expect(await facts(objects)).toEqual({
    type: 'ClusterIP',
    state: 'serving',
    pods: 2,
    ready: 2,
    not_ready: 0,
    ingresses: 1,
  });
});

test('a selector that matches nothing: which pods come closest, what they lack, and who wrote it', async () => {
  const managedFields = [
    { manager: 'kubectl-patch', time: ago(180), fieldsV1: { 'f:spec': { 'f:selector': {} } } },
    { manager: 'annotator', time: ago(60), fieldsV1: { 'f:metadata': {} } },
  ];
  const wrong = service({ ...toWeb, selector: { app: 'web', tier: 'front' } });
  wrong.metadata.managedFields = managedFields;
  const objects = [wrong, ...serving, pod('cart-r2-a', { owner: 'cart' })];
  const { text } = await look(objects);
  expect(text.split('\n').slice(0, 3)).toEqual([
    'Service shop/web leads NOWHERE: its selector app=web, tier=front matches no pod.',
    'Closest: Deployment web (2 pods) has no label tier=front; its labels are app=web.',
    'Its selector was written by kubectl-patch, whose last change here was 3m ago.',
  ]);
  expect(await facts(objects)).toMatchObject({ state: 'no_pod_matches', pods: 0, ready: 0 });
});

test('a value with a letter too few: the pods that were meant come before those that only have the key', async () => {
  const others = ['agent', 'archive', 'cart'].map(name => pod(`${name}-r2-a`, { owner: name }));
  const { text } = await look([service({ ...toWeb, selector: { app: 'we' } }), ...others, ...serving]);
  expect(text.match(/^Closest: .*$/gm)).toEqual([
    'Closest: Deployment web (2 pods) has app=web, not we; its labels are app=web.',
  ]);
});

test('a selector that matches a workload without pods says that, and not which labels are close', async () => {
  const { text } = await look([service(toWeb), deployment('web', { replicas: 0 })]);
  expect(text).toContain('Deployment web would match, but has no pods: it wants 0.');
  expect(text).not.toContain('Closest');
});

test('pods that are not ready: why, in a few words', async () => {
  const crashing = pod('web-r2-c', {
    owner: 'web',
    ready: false,
    container: { ...container, resources: { limits: { memory: '64Mi' } } },
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    last: { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: ago(30) } },
  });
  const probe = { ...container, readinessProbe: { httpGet: { path: '/ready', port: 9090 } } };
  const unready = ['d', 'e'].map(id => pod(`web-r2-${id}`, { owner: 'web', ready: false, container: probe }));
  const objects = [service(toWeb), crashing, ...unready, slice([crashing, ...unready])];
  const { text } = await look(objects);
  expect(text.split('\n').slice(0, 3)).toEqual([
    'Service shop/web has NO ready endpoint: its selector app=web matches 3 pods, none of them ready.',
    '2 pods not well (web-r2-d, web-r2-e): readiness probe fails (GET /ready on port 9090)',
    '1 pod not well (web-r2-c): CrashLoopBackOff, last exit code 137 OOMKilled at its memory limit of 64Mi 30s ago',
  ]);
  expect(await facts(objects)).toMatchObject({ state: 'pods_not_ready', ready: 0, not_ready: 3 });
});

test('a target port that no container has: by name it leads nowhere, by number it is said', async () => {
  const named = service({ ...toWeb, ports: [{ port: 80, targetPort: 'web' }] });
  const { text } = await look([named, ...serving, slice(serving, [])]);
  expect(text).toContain('leads NOWHERE: its target port is the name of no port of its 2 pods.');
  expect(text).toContain('port 80 -> "web", a name that NO container has: they declare main:8080 (http).');
  const numbered = service({ ...toWeb, ports: [{ port: 80, targetPort: 3000 }] });
  const objects = [numbered, ...serving, slice(serving)];
  expect((await look(objects)).text).toContain(
    'port 80 -> 3000; NO container declares it, they declare main:8080 (http).',
  );
  expect((await look(objects)).text).toContain('but a port of it leads where no container says that it listens');
  expect(await facts(objects)).toMatchObject({ state: 'partly' });
  const metrics = service({ ...toWeb, ports: [...toWeb.ports, { name: 'metrics', port: 9090 }] });
  expect(await facts([metrics, ...serving, slice(serving)])).toMatchObject({ state: 'serving' });
});

test('an Ingress that asks for a port the service does not have', async () => {
  const { text } = await look([service(toWeb), ...serving, slice(serving), ingress('shop', { number: 8080 })]);
  expect(text).toContain('shop.example/; it asks for port 8080, which this service does NOT have.');
});

test('services without a selector, names for elsewhere, and balancers that nobody makes', async () => {
  const external = service({ type: 'ExternalName', externalName: 'db.example' });
  expect((await look([external])).text).toContain('is a name for db.example (ExternalName)');
  const byHand = [service({ ports: [{ port: 5432 }] }), slice([pod('x')], [{ port: 5432 }])];
  expect((await look(byHand)).text).toContain('is served: 1 of 1 endpoint ready, made by somebody else');
  const balancer = service({ ...toWeb, type: 'LoadBalancer' });
  expect((await look([balancer, ...serving, slice(serving)])).text).toContain('NO outside address yet');
});

test('a service that is not there: those that are, the likeliest first', async () => {
  const { text } = await look([service(toWeb, 'cart'), service(toWeb, 'web-admin')]);
  expect(text).toBe('There is no Service "web" in namespace "shop". Services there: web-admin, cart.');
  const elsewhere = await ask(world([]), 'get_service', { namespace: 'shoop', service: 'web' });
  expect(elsewhere.text).toContain('There is no namespace "shoop". Namespaces: shop.');
});

test('a thousand pods in a dozen states stay within the bound, in five requests', async () => {
  const pods = Array.from({ length: 1_000 }, (_, index) =>
    pod(`web-r2-${index}`, {
      owner: 'web',
      ready: false,
      container,
      state: { waiting: { reason: `Reason${'abcdefghijkl'[index % 12]}`, message: 'x'.repeat(500) } },
    }),
  );
  const large = world([service(toWeb), ...pods, slice(pods)]);
  const { text } = await ask(large, 'get_service', { namespace: 'shop', name: 'web' });
  expect(text.length / 4).toBeLessThanOrEqual(600);
  expect(text).toContain('1000 pods, none of them ready');
  expect(text).toContain('and 8 other troubles: see get_pod_status');
  expect(text).toContain('Ports: port 80 (http) -> http, which is main:8080.');
  expect(large.requests()).toBeLessThanOrEqual(5);
});

test('ready endpoints behind a network policy: that not everybody may reach them', async () => {
  const { ask: inCluster } = await breakCluster('policy-that-shuts-out');
  const text = await inCluster('get_service', { namespace: 'clinic', name: 'database' });
  expect(text).toContain('is served: 1 of 1 endpoint ready');
  expect(text).toContain('Network policies limit who may reach its pods: database (get_network_policies tells who).');
  expect(await inCluster('get_service', { namespace: 'clinic', name: 'web' })).not.toContain('Network policies');
});

test('in a cluster: a selector that was cleaned up reaches no pod, and the pods that were meant are named', async () => {
  const { ask: inCluster } = await breakCluster('selector-that-selects-nothing');
  const text = await inCluster('get_service', { namespace: 'clinic', name: 'api' });
  expect(text).toContain('leads NOWHERE: its selector app.kubernetes.io/name=api matches no pod.');
  expect(text).toContain(
    'Closest: Deployment api (2 pods) has no label app.kubernetes.io/name=api; its labels are app=api.',
  );
  expect(text).toMatch(/written by kubectl, whose last change here was (6\d|7\d)s ago/);
  const front = await inCluster('get_service', { namespace: 'clinic', name: 'web' });
  expect(front).toContain('is served: 3 of 3 endpoints ready, of Deployment web (app=web).');
  expect(front).toContain('Ingress bookings leads here from bookings.example/.');
});

test('in a cluster: a target port by a name that no container has leaves a service without endpoints', async () => {
  const web = { kind: 'Service', namespace: 'clinic', name: 'web' };
  const ports = [{ name: 'http', port: 80, targetPort: 'htpp' }];
  const { ask: inCluster } = await breakCluster('selector-that-selects-nothing', 60_000, [
    { patch: web, strategic: { spec: { ports } } },
  ]);
  const text = await inCluster('get_service', { namespace: 'clinic', name: 'web' });
  expect(text).toContain('leads NOWHERE: its target port is the name of no port of its 3 pods.');
  expect(text).toContain('port 80 (http) -> "htpp", a name that NO container has: they declare web:3000 (http).');
});
