import { expect, test } from 'vitest';
import type { Service } from '../../../src/kubernetes/objects.ts';
import { testServer } from './fixtures.ts';

type Spec = Service['spec'] & Record<string, unknown>;

function services() {
  const { client } = testServer();
  const target = (name: string) => ({ resource: 'services', name, namespace: 'default' });
  return {
    create: (name: string, spec: Partial<Spec>) =>
      client.create<Service>('services', {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace: 'default' },
        spec: { ports: [{ port: 80 }], ...spec },
      }),
    patch: (name: string, spec: object) => client.patch<Service>(target(name), { type: 'merge', body: { spec } }),
    read: (name: string) => client.get<Service>('services', name, 'default'),
  };
}

test('a service gets an address of its own, and is told how it is reached', async () => {
  const { create, read } = services();
  const addresses = new Set<string | undefined>();
  for (let number = 0; number < 50; number++) addresses.add((await create(`s${number}`, {})).spec.clusterIP);
  expect(addresses.size).toBe(50);
  for (const address of addresses) expect(address).toMatch(/^10\.96\.\d+\.\d+$/);
  expect(await read('s0')).toMatchObject({
    spec: { type: 'ClusterIP', ipFamilies: ['IPv4'], internalTrafficPolicy: 'Cluster', sessionAffinity: 'None' },
  });
  expect(await read('kubernetes')).toMatchObject({ spec: { clusterIP: '10.96.0.1', ports: [{ port: 443 }] } });
});

test('an address or port that somebody has, or nobody can have, is refused', async () => {
  const { create } = services();
  await create('a', { clusterIP: '10.96.0.77' });
  await create('np', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] });
  const refusals: [Partial<Spec>, string][] = [
    [{ clusterIP: '10.96.0.77' }, 'failed to allocate IP 10.96.0.77: provided IP is already allocated'],
    [
      { clusterIP: '10.200.0.7' },
      'failed to allocate IP 10.200.0.7: the provided network does not match the current range',
    ],
    [
      { clusterIP: 'x' },
      'spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
    [{ type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }, 'provided port is already allocated'],
    [{ type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] }, 'The range of valid ports is 30000-32767'],
    [{ ports: [{ port: 80, nodePort: 30081 }] }, "may not be used when `type` is 'ClusterIP'"],
    [{ type: 'NodePort', clusterIP: 'None' }, "may not be set to 'None' for NodePort services"],
    [{ type: 'ExternalName' }, 'spec.externalName: Required value'],
  ];
  for (const [spec, message] of refusals) {
    await expect(create('b', spec)).rejects.toMatchObject({ code: 422, message: expect.stringContaining(message) });
  }
});

test('an address is kept for life; what another type does not need goes with the type', async () => {
  const { create, patch, read } = services();
  const { spec } = await create('a', { type: 'LoadBalancer' });
  expect(spec).toMatchObject({ externalTrafficPolicy: 'Cluster', allocateLoadBalancerNodePorts: true });
  await expect(patch('a', { clusterIP: '10.96.0.78' })).rejects.toMatchObject({
    message: 'Service "a" is invalid: spec.clusterIPs[0]: Invalid value: ["10.96.0.78"]: may not change once set',
  });
  expect((await patch('a', { clusterIP: null })).spec.clusterIP).toBe(spec.clusterIP);
  const plain = (await patch('a', { type: 'ClusterIP' })).spec;
  expect(plain.ports).toEqual([{ port: 80, protocol: 'TCP', targetPort: 80 }]);
  expect(Object.keys(plain)).not.toContain('externalTrafficPolicy');
  const named = (await patch('a', { type: 'ExternalName', externalName: 'a.example' })).spec;
  expect([named.clusterIP, named.clusterIPs]).toEqual([undefined, undefined]);
  await patch('a', { type: 'ClusterIP', externalName: null });
  expect((await read('a'))?.spec.clusterIP).toMatch(/^10\.96\./);
});
