import { expect, test } from 'vitest';
import type { NetworkPolicy } from '../../../src/kubernetes/kinds/network.ts';
import { kinds } from '../../../src/kubernetes/kinds.ts';
import type { KubeObject } from '../../../src/kubernetes/objects.ts';
import { ask } from './ask.ts';
import { breakCluster } from './broken_cluster.ts';
import { factsOf } from './facts_of.ts';
import { ago, createWorld, deployment, namespace, pod } from './world.ts';

function policy(name: string, spec: NetworkPolicy['spec']): NetworkPolicy {
  const managedFields = [{ manager: 'kubectl', time: ago(180), fieldsV1: { 'f:spec': {} } }];
  return { ...kinds.networkPolicy, metadata: { name, namespace: 'shop', managedFields }, spec };
}

const app = (name: string) => ({ matchLabels: { app: name } });
const workloads = ['web', 'cart', 'db'].flatMap(name => [
  deployment(name, { replicas: 1 }, { ports: [{ name: 'main', containerPort: 8080 }] }),
  pod(`${name}-r2-a`, { owner: name }),
]);
const world = (objects: KubeObject[]) => createWorld([namespace('shop'), ...workloads, ...objects]);
const look = async (objects: KubeObject[], name?: string) =>
  (await ask(world(objects), 'get_network_policies', { namespace: 'shop', ...(name ? { name } : {}) })).text;
const facts = (objects: KubeObject[], name: string) =>
  factsOf(world(objects), 'get_network_policies', { namespace: 'shop', name });

const forDb = policy('db', {
  podSelector: app('db'),
  policyTypes: ['Ingress'],
  ingress: [{ from: [{ podSelector: app('web') }], ports: [{ protocol: 'TCP', port: 5432 }] }],
});

test('nobody is held by a policy of others: everything is allowed', async () => {
  expect(await look([], 'web')).toBe(
    'No network policy selects Deployment shop/web (app=web): everything is allowed in and out.',
  );
  expect(await look([forDb], 'web')).toContain('Policies for others there: db for app=db.');
  expect(await facts([], 'web')).toEqual({
    policies: [],
    ingress_limited: false,
    egress_limited: false,
    dns_allowed: true,
  });
});

test('who is let in, who is shut out, on which port, by which policy, and when that changed', async () => {
  expect((await look([forDb], 'db-r2-a')).split('\n')).toEqual([
    '1 policy for Deployment shop/db (app=db): IN is limited, OUT is open.',
    'IN: from pods with app=web here (Deployment web) to TCP 5432 (db).',
    'Of this namespace, let in: web; SHUT OUT: cart, db.',
    'OUT: everything is allowed.',
    'Policies: db, last changed 3m ago by kubectl.',
  ]);
  expect(await facts([forDb], 'db')).toMatchObject({ policies: ['db'], let_in: ['web'], shut_out: ['cart', 'db'] });
});

test('a caller learns whose policies shut it out', async () => {
  expect(await look([forDb], 'cart')).toContain('It is SHUT OUT by the policies of others here: db (db).');
  expect(await look([forDb], 'web')).not.toContain('SHUT OUT');
  expect(await facts([forDb], 'cart')).toMatchObject({ shut_out_by: ['db (db)'] });
});

test('policies add up: what one of them allows is allowed', async () => {
  const more = policy('db-from-cart', { podSelector: app('db'), ingress: [{ from: [{ podSelector: app('cart') }] }] });
  const text = await look([forDb, more], 'db');
  expect(text).toContain('2 policies for Deployment shop/db');
  expect(text).toContain('let in: cart, web; SHUT OUT: db.');
  expect(text).toContain('from pods with app=cart here (Deployment cart) to any port (db-from-cart)');
});

test('a policy that allows nothing', async () => {
  const text = await look([policy('deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })], 'web');
  expect(text).toContain('IN is limited, OUT is limited.');
  expect(text).toContain('IN: NOTHING is allowed (deny).');
  expect(text).toContain('OUT: NOTHING is allowed (deny).');
  expect(text).toContain('DNS is NOT allowed out (UDP port 53 to kube-system): it can resolve no names.');
});

test('DNS, when what goes out is limited: by port, by peer, by protocol', async () => {
  const out = (to: object[], ports: object[]) =>
    policy('out', { podSelector: app('web'), policyTypes: ['Egress'], egress: [{ to, ports } as never] });
  const system = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } };
  const allowed = async (to: object[], ports: object[]) => (await facts([out(to, ports)], 'web'))?.['dns_allowed'];
  expect(await allowed([{ podSelector: app('db') }], [{ port: 5432 }])).toBe(false);
  expect(await allowed([], [{ port: 53 }])).toBe(false);
  expect(await allowed([], [{ protocol: 'UDP', port: 53 }])).toBe(true);
  expect(await allowed([], [])).toBe(true);
  expect(await allowed([system], [{ protocol: 'UDP', port: 50, endPort: 60 }])).toBe(true);
  expect(await allowed([{ ...system, podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }], [])).toBe(true);
  expect(await allowed([{ podSelector: {} }], [])).toBe(false);
  expect(await allowed([{ ipBlock: { cidr: '169.254.20.10/32' } }], [{ protocol: 'UDP', port: 53 }])).toBe(true);
  expect(await allowed([{ ipBlock: { cidr: '10.0.0.0/8' } }], [{ port: 443 }])).toBe(false);
});

test('peers and ports in plain words, and those that there are none of', async () => {
  const text = await look(
    [
      policy('mixed', {
        podSelector: app('web'),
        ingress: [
          {
            from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } }],
            ports: [{ port: 'main' }],
          },
          { from: [{ namespaceSelector: {}, podSelector: app('probe') }], ports: [{ port: 'metrics' }] },
          {
            from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }],
            ports: [{ protocol: 'UDP', port: 8000, endPort: 8100 }],
          },
          { from: [{ podSelector: app('apii') }] },
        ],
      }),
    ],
    'web',
  );
  expect(text).toContain('from all pods of namespaces with kubernetes.io/metadata.name=shop (shop) to TCP main (8080)');
  expect(text).toContain(
    'from pods with app=probe of all namespaces to TCP "metrics", a name that NO container here has',
  );
  expect(text).toContain('from 10.0.0.0/8 except 10.1.0.0/16 to UDP 8000-8100');
  expect(text).toContain('from pods with app=apii here (NO pod has these labels) to any port');
});

test('without a name all policies of a namespace, and by its own name one', async () => {
  const text = await look([forDb]);
  expect(text).toContain('db for app=db (1 pod), last changed 3m ago by kubectl:');
  expect(await look([])).toBe('No network policies in shop: everything is allowed in and out of all its pods.');
  const own = policy('database-policy', forDb.spec);
  expect(await look([own, forDb], 'database-policy')).toContain('Network policies in shop: database-policy.');
  expect(await look([], 'nobody')).toContain('There is no pod or workload "nobody" in namespace "shop".');
});

test('two hundred policies stay within the bound, in few requests', async () => {
  const many = Array.from({ length: 200 }, (_, index) => policy(`policy-${index}`, forDb.spec));
  const large = world(many);
  const { text } = await ask(large, 'get_network_policies', { namespace: 'shop', name: 'db' });
  expect(text.length / 4).toBeLessThanOrEqual(600);
  expect(text).toMatch(/\d+ more left out/);
  expect(large.requests()).toBeLessThanOrEqual(3);
});

test('in a cluster: the database lets only the wrong callers in, and the right one learns it', async () => {
  const { ask: inCluster } = await breakCluster('policy-that-shuts-out', 100_000);
  const database = await inCluster('get_network_policies', { namespace: 'clinic', name: 'database' });
  expect(database).toContain('IN: from pods with app=web here (Deployment web) to TCP 5432 (database).');
  expect(database).toContain('let in: web; SHUT OUT: api, database');
  expect(database).toMatch(/database, last changed 1\d\ds ago by kubectl/);
  const api = await inCluster('get_network_policies', { namespace: 'clinic', name: 'api' });
  expect(api).toContain('It is SHUT OUT by the policies of others here: database (database).');
});
