import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { EndpointSlice, Endpoints } from '../../../../src/kubernetes/kinds/network.ts';
import type { Pod, Service } from '../../../../src/kubernetes/objects.ts';
import { createVirtualClock } from '../../../../src/lib/virtual_clock.ts';
import { createApiServer } from '../../../../src/simulation/api/server.ts';
import { createCaches } from '../../../../src/simulation/controllers/cache.ts';
import { createEndpointsController } from '../../../../src/simulation/controllers/endpoints/endpoints.ts';
import { node, pod } from '../../api/fixtures.ts';

const start = Date.parse('2026-03-01T12:00:00Z');

/** The controller alone: pods are what the tests say they are. */
async function endpointsAlone() {
  const clock = createVirtualClock({ start });
  const client = createApiServer({ clock }).client();
  const caches = createCaches(client);
  const controller = createEndpointsController({ client, clock, caches });
  onTestFinished(() => {
    controller.stop();
    caches.stop();
  });
  await client.create('nodes', { ...node('node1'), metadata: { name: 'node1', labels: zone } });
  return {
    client,
    async settle() {
      clock.start();
      await clock.sleep(1000);
      clock.stop();
    },
    slices: async () => (await client.list<EndpointSlice>('endpointslices.discovery.k8s.io', inDefault)).items,
    endpoints: (name: string) => client.get<Endpoints>('endpoints', name, 'default'),
    async place(name: string, { ready = true, ip = '10.1.0.1', phase = 'Running' }: Partial<Placing> = {}) {
      const created =
        (await client.get<Pod>('pods', name, 'default')) ?? (await client.create<Pod>('pods', podOn(name)));
      const condition = { type: 'Ready', status: ready ? ('True' as const) : ('False' as const) };
      const status = { phase, podIP: ip, podIPs: [{ ip }], conditions: [{ ...condition, lastTransitionTime }] };
      await client.update<Pod>('pods', { ...created, status }, { subresource: 'status' });
    },
  };
}

interface Placing {
  ready: boolean;
  ip: string;
  phase: 'Running' | 'Succeeded';
}

const zone = { 'topology.kubernetes.io/zone': 'a' };
const inDefault = { namespace: 'default', labelSelector: 'kubernetes.io/service-name!=kubernetes' };
const lastTransitionTime = '2026-03-01T11:59:00Z';

function podOn(name: string): Pod {
  const { spec, ...rest } = pod(name);
  const [container] = spec.containers;
  const containers = container ? [{ ...container, ports: [{ name: 'http', containerPort: 8080 }] }] : [];
  return { ...rest, spec: { ...spec, nodeName: 'node1', containers } };
}

function service(name: string, more: Partial<Service['spec']> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default', labels: { team: 'shop' } },
    spec: { selector: { app: 'web' }, ports: [{ name: 'web', port: 80, targetPort: 'http' }], ...more },
  };
}

test('a service has its ready pods as addresses and the others as addresses that are not ready', async () => {
  const { client, settle, place, endpoints, slices } = await endpointsAlone();
  const created = await client.create<Service>('services', service('web'));
  await place('web-a', { ip: '10.1.0.1' });
  await place('web-b', { ip: '10.1.0.2', ready: false });
  await place('web-c', { ip: '10.1.0.3', phase: 'Succeeded' });
  await settle();
  expect(await endpoints('web')).toMatchObject({
    metadata: {
      labels: { team: 'shop', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' },
      annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': lastTransitionTime },
    },
    subsets: [
      {
        addresses: [{ ip: '10.1.0.1', nodeName: 'node1', targetRef: { kind: 'Pod', name: 'web-a' } }],
        notReadyAddresses: [{ ip: '10.1.0.2' }],
        ports: [{ name: 'web', port: 8080, protocol: 'TCP' }],
      },
    ],
  });
  const [slice, ...others] = await slices();
  expect(others).toEqual([]);
  expect(slice?.metadata).toMatchObject({
    generateName: 'web-',
    labels: {
      team: 'shop',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      'kubernetes.io/service-name': 'web',
    },
    ownerReferences: [{ kind: 'Service', name: 'web', uid: created.metadata.uid, controller: true }],
  });
  expect(slice).toMatchObject({
    addressType: 'IPv4',
    ports: [{ name: 'web', port: 8080, protocol: 'TCP' }],
    endpoints: [
      { addresses: ['10.1.0.1'], conditions: { ready: true, serving: true, terminating: false }, zone: 'a' },
      { addresses: ['10.1.0.2'], conditions: { ready: false, serving: false, terminating: false } },
    ],
  });
});

test('a pod on its way out serves on, but is not ready; nobody behind a service leaves one empty slice', async () => {
  const { client, settle, place, endpoints, slices } = await endpointsAlone();
  await client.create<Service>('services', service('web'));
  await settle();
  expect((await slices()).map(slice => [slice.endpoints ?? [], slice.ports ?? []])).toEqual([[[], []]]);
  expect((await endpoints('web'))?.subsets ?? []).toEqual([]);
  await place('web-a');
  await settle();
  await client.delete({ resource: 'pods', name: 'web-a', namespace: 'default' });
  await settle();
  expect(await slices()).toMatchObject([
    { endpoints: [{ conditions: { ready: false, serving: true, terminating: true } }] },
  ]);
  expect((await endpoints('web'))?.subsets ?? []).toEqual([]);
});

test('slices hold a hundred endpoints, and stay as they are where nothing changes', async () => {
  const { client, settle, place, slices } = await endpointsAlone();
  await client.create<Service>('services', service('web'));
  for (let number = 0; number < 120; number++) await place(`web-${number}`, { ip: `10.1.1.${number}` });
  await settle();
  const before = await slices();
  expect(before.map(({ endpoints }) => endpoints?.length).sort()).toEqual([100, 20]);
  await place('web-120', { ip: '10.1.1.120' });
  await settle();
  const after = await slices();
  const full = before.find(({ endpoints }) => endpoints?.length === 100);
  expect(after).toContainEqual(full);
  expect(after.map(({ endpoints }) => endpoints?.length).sort()).toEqual([100, 21]);
});

test('what somebody writes as Endpoints is mirrored, and goes with the service', async () => {
  const { client, settle, slices, endpoints } = await endpointsAlone();
  const { selector: _, ...spec } = service('db').spec;
  await client.create<Service>('services', { ...service('db'), spec });
  const written = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'db', namespace: 'default', labels: { by: 'hand' } },
    subsets: [{ addresses: [{ ip: '192.0.2.7' }], ports: [{ name: 'web', port: 5432, protocol: 'TCP' }] }],
  };
  await client.create<Endpoints>('endpoints', written);
  await settle();
  expect(await slices()).toMatchObject([
    {
      metadata: {
        labels: {
          by: 'hand',
          'kubernetes.io/service-name': 'db',
          'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
        },
        ownerReferences: [{ kind: 'Endpoints', name: 'db' }],
      },
      endpoints: [{ addresses: ['192.0.2.7'], conditions: { ready: true } }],
    },
  ]);
  await client.delete({ resource: 'services', name: 'db', namespace: 'default' });
  await settle();
  expect(await slices()).toEqual([]);
  expect(await endpoints('db')).toBeUndefined();
});

test('a name that points elsewhere has no endpoints', async () => {
  const { client, settle, slices, endpoints } = await endpointsAlone();
  const spec = { type: 'ExternalName', externalName: 'db.example' };
  await client.create<Service>('services', { ...service('db'), spec });
  await settle();
  expect([await endpoints('db'), await slices()]).toEqual([undefined, []]);
});

const act = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  kind: fc.constantFrom('ready', 'unready', 'delete', 'relabel', 'over'),
  settle: fc.boolean(),
});

test('whatever happens to pods, the ready addresses are the ready pods that the selector matches', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 25 }), async acts => {
      const { client, settle, place, slices, endpoints } = await endpointsAlone();
      await client.create<Service>('services', service('web'));
      for (const { name, kind, settle: now } of acts) {
        const target = { resource: 'pods', name, namespace: 'default' };
        const exists = (await client.get('pods', name, 'default')) !== undefined;
        const ip = `10.1.0.${name.charCodeAt(0)}`;
        if (kind === 'delete') {
          if (exists) await client.delete(target, { gracePeriodSeconds: 0 });
        } else if (kind === 'relabel') {
          const body = { metadata: { labels: { app: 'other' } } };
          if (exists) await client.patch(target, { type: 'merge', body });
        } else if (kind === 'over') await place(name, { ip, phase: 'Succeeded' });
        else await place(name, { ip, ready: kind === 'ready' });
        if (now) await settle();
      }
      await settle();
      const pods = (await client.list<Pod>('pods', { labelSelector: 'app=web' })).items;
      const ready = pods
        .filter(({ status }) => status?.phase === 'Running' && status.conditions?.[0]?.status === 'True')
        .map(({ status }) => status?.podIP);
      const subsets = (await endpoints('web'))?.subsets ?? [];
      expect(subsets.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip)).sort()).toEqual(ready.sort());
      const sliced = (await slices()).flatMap(slice => slice.endpoints ?? []);
      const readySliced = sliced.filter(({ conditions }) => conditions?.ready).flatMap(({ addresses }) => addresses);
      expect(readySliced.sort()).toEqual(ready.sort());
    }),
    { numRuns: 40 },
  );
});
