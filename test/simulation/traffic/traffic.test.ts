import { afterEach, expect, test } from 'vitest';
import type { Deployment, KubeEvent, Pod } from '../../../src/kubernetes/objects.ts';
import {
  type Bakery,
  baker,
  customers,
  deployed,
  ingress,
  openBakery,
  oven,
  policy,
  programNamed,
  service,
  window,
} from './bakery.ts';

let bakery: Bakery;
afterEach(() => bakery.stop());

const policies = 'networkpolicies.networking.k8s.io';
const ingresses = 'ingresses.networking.k8s.io';

async function opened(...options: Parameters<typeof openBakery>): Promise<Bakery> {
  bakery = await openBakery(...options);
  await bakery.run(40);
  return bakery;
}

function report(name = 'customers') {
  return bakery.traffic.sources().find(one => one.name === name);
}

test('all is well while everything is there, and takes as long as everybody on the way together', async () => {
  await opened();
  expect(report()).toMatchObject({ requestsPerSecond: 20 });
  expect(report()?.okShare).toBeCloseTo(1, 3);
  expect(report()?.median).toBeGreaterThan(0.04);
  expect(report()?.p99).toBeLessThan(0.4);
  expect(report()?.p99).toBeGreaterThan(report()!.median * 2);
});

test('requests are spread over the pods, and those of a caller reach whom it calls', async () => {
  await opened();
  const rates = bakery.traffic.served().map(({ who, outcomes }) => [who.service, outcomes.get('200')?.rate]);
  expect(rates.sort()).toEqual([
    ['oven', expect.closeTo(10, 1)],
    ['oven', expect.closeTo(10, 1)],
    ['window', expect.closeTo(10, 5)],
    ['window', expect.closeTo(10, 5)],
  ]);
});

test('an Ingress without a rule for the host answers 404, one without endpoints behind it 503', async () => {
  await opened({
    deployments: [deployed('window', 0), deployed('oven')],
    sources: [customers, { ...customers, name: 'lost', to: 'http://elsewhere.example/' }],
  });
  expect(bakery.okShare()).toBe(0);
  const now = bakery.traffic
    .entered()
    .flatMap(({ who, outcomes }) =>
      [...outcomes].filter(([, { rate }]) => rate > 0).map(([status]) => `${who.host} ${status}`),
    );
  expect(now.sort()).toEqual(['bakery.example 503', 'elsewhere.example 404']);
});

test.each([
  ['Exact', '/', 0],
  ['Prefix', '/bread', 1],
  ['Exact', '/bread/rolls', 1],
  ['Prefix', '/bre', 0],
] as const)(
  'an Ingress with pathType %s and path %s lets this share of /bread/rolls through: %d',
  async (pathType, path, share) => {
    const to = 'http://bakery.example/bread/rolls';
    const shop = programNamed('window', {
      listens: [{ port: 8080, http: [{ path: '/bread/rolls' }, { path: '/healthz' }] }],
    });
    await opened({ programs: [shop, oven()], sources: [{ ...customers, to }] });
    const backend = { service: { name: 'window', port: { name: 'http' } } };
    const { rules } = ingress({
      rules: [{ host: 'bakery.example', http: { paths: [{ path, pathType, backend }] } }],
    }).spec;
    await bakery.client.patch(
      { resource: ingresses, name: 'bakery', namespace: 'default' },
      { type: 'merge', body: { spec: { rules } } },
    );
    await bakery.run(10);
    expect(bakery.okShare()).toBeCloseTo(share, 3);
  },
);

test('an Ingress of another class is nobody’s', async () => {
  await opened();
  await bakery.client.patch(
    { resource: ingresses, name: 'bakery', namespace: 'default' },
    { type: 'merge', body: { spec: { ingressClassName: 'other' } } },
  );
  await bakery.run(10);
  expect(bakery.okShare()).toBe(0);
});

test.each([
  ['a selector that fits no pod', { selector: { app: 'window', tier: 'x' } }],
  ['a targetPort that no container has by that name', { ports: [{ port: 8080, targetPort: 'web' }] }],
  ['a targetPort on which nothing listens', { ports: [{ port: 8080, targetPort: 9090 }] }],
])('a service with %s leads nowhere', async (_what, spec) => {
  await opened({ services: [service('window', spec), service('oven')] });
  expect(bakery.okShare()).toBe(0);
});

test('a port that only some pods have by that name is the port of those', async () => {
  const other = deployed('window2', 1, {
    image: 'registry.example/window:1',
    ports: [{ name: 'other', containerPort: 8080 }],
  });
  other.spec.selector.matchLabels = { app: 'window', build: '2' };
  other.spec.template.metadata = { labels: { app: 'window', build: '2' } };
  await opened({ deployments: [deployed('window', 1), other, deployed('oven')] });
  expect(bakery.okShare()).toBeCloseTo(1, 3);
  expect(bakery.traffic.served().filter(({ who }) => who.pod.startsWith('window'))).toHaveLength(1);
});

test('a service in two minds is right half of the time', async () => {
  const other = deployed('window2', 2, {
    image: 'registry.example/window:1',
    ports: [{ name: 'http', containerPort: 9090 }],
    readinessProbe: { exec: { command: ['/window'] } },
  });
  other.spec.selector.matchLabels = { app: 'window', build: '2' };
  other.spec.template.metadata = { labels: { app: 'window', build: '2' } };
  const caller = deployed('oven', 1);
  await opened({
    deployments: [deployed('window', 2), other, caller],
    sources: [{ name: 'baker', from: 'Deployment default/oven', to: 'http://window:8080/', requestsPerSecond: 10 }],
  });
  expect(bakery.okShare('baker')).toBeCloseTo(0.5, 3);
});

test('what is missing further back fails those who need it, and not those who can do without', async () => {
  await opened({ deployments: [deployed('window'), deployed('oven', 0)] });
  expect(bakery.okShare()).toBe(0);
  const statuses = bakery.traffic.served().flatMap(({ outcomes }) => [...outcomes.keys()]);
  expect(new Set(statuses)).toEqual(new Set(['502']));
  bakery.stop();
  await opened({
    programs: [window({ onFailure: 'degrade' }), oven()],
    deployments: [deployed('window'), deployed('oven', 0)],
  });
  expect(bakery.okShare()).toBeCloseTo(1, 3);
});

const toOven = { podSelector: { matchLabels: { app: 'oven' } } };

test.each<[string, Parameters<typeof policy>[1], number]>([
  ['nothing in', { podSelector: { matchLabels: { app: 'oven' } }, policyTypes: ['Ingress'] }, 0],
  [
    'nothing out, not even questions to DNS',
    { podSelector: { matchLabels: { app: 'window' } }, policyTypes: ['Egress'] },
    0,
  ],
  [
    'the oven, but no DNS',
    { podSelector: { matchLabels: { app: 'window' } }, policyTypes: ['Egress'], egress: [{ to: [toOven] }] },
    0,
  ],
  [
    'the oven and DNS',
    {
      podSelector: { matchLabels: { app: 'window' } },
      policyTypes: ['Egress'],
      egress: [
        { to: [toOven] },
        {
          to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
          ports: [{ protocol: 'UDP', port: 53 }],
        },
      ],
    },
    1,
  ],
  ['the window in', { ...toOven, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'window' } } }] }] }, 1],
  ['others in', { ...toOven, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'mill' } } }] }] }, 0],
  [
    'the window in, on another port',
    { ...toOven, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 9090 }] }] },
    0,
  ],
  [
    'the window in, on the port by its name',
    { ...toOven, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 'http' }] }] },
    1,
  ],
  [
    'this namespace in, by its labels',
    {
      ...toOven,
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } } }] }],
    },
    1,
  ],
  [
    'other namespaces in',
    { ...toOven, ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'x' } } }] }] },
    0,
  ],
  ['addresses of pods in', { ...toOven, ingress: [{ from: [{ ipBlock: { cidr: '10.244.0.0/16' } }] }] }, 1],
  [
    'other addresses in',
    { ...toOven, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.244.0.0/16'] } }] }] },
    0,
  ],
  [
    'no ingress controller into the window',
    { podSelector: { matchLabels: { app: 'window' } }, ingress: [{ from: [{ podSelector: {} }] }] },
    0,
  ],
])('a policy that lets %s', async (_what, spec, share) => {
  await opened();
  await bakery.client.create(policies, policy('rule', spec));
  await bakery.run(10);
  expect(bakery.okShare()).toBeCloseTo(share, 3);
});

test('a policy that drops connections costs callers the time until they give up', async () => {
  await opened({ sources: [baker] });
  await bakery.client.create(policies, policy('closed', { ...toOven, policyTypes: ['Ingress'] }));
  await bakery.run(10);
  expect(bakery.okShare('baker')).toBe(0);
});

test('a program held back by its CPU limit gets slow, is throttled, and loses requests', async () => {
  const busy = { requests: { latency: 0.01, cpu: '20m' }, cpu: '10m' };
  const limited = (cpu: string) =>
    deployed('oven', 1, {
      resources: { limits: { cpu, memory: '128Mi' } },
      readinessProbe: { exec: { command: ['/oven'] } },
    });
  await opened({ programs: [window(), oven(busy)], deployments: [deployed('window'), limited('1')] });
  const easy = report()!;
  expect(easy.okShare).toBeCloseTo(1, 2);
  bakery.stop();
  await opened({ programs: [window(), oven(busy)], deployments: [deployed('window'), limited('430m')] });
  const tight = report()!;
  expect(tight.okShare).toBeGreaterThan(0.8);
  expect(tight.median).toBeGreaterThan(2 * easy.median);
  bakery.stop();
  await opened({ programs: [window(), oven(busy)], deployments: [deployed('window'), limited('200m')] });
  expect(report()!.okShare).toBeLessThan(0.5);
  const [running] = [...bakery.world.running.values()].flat().filter(({ pod }) => pod.startsWith('oven'));
  expect(running?.load.throttled).toBe(1);
});

test('requests in flight take memory; where that is too much the kernel ends the program', async () => {
  const hungry = oven({ requests: { latency: 0.05, memory: '2Mi' } });
  await opened({ programs: [window(), hungry] });
  const restarts = async () => {
    const { items } = await bakery.client.list<Pod>('pods');
    return items
      .flatMap(({ status }) => status?.containerStatuses ?? [])
      .filter(({ lastState }) => lastState.terminated?.reason === 'OOMKilled').length;
  };
  expect(await restarts()).toBe(0);
  bakery.traffic.setRate('customers', 4000);
  await bakery.until(async () => (await restarts()) > 0, 120);
  bakery.traffic.setRate('customers', 20);
  await bakery.until(async () => bakery.okShare() > 0.99, 300);
});

test('a slow dependency makes its callers slow, and a patience that is too short lets them fail', async () => {
  const address = { address: 'https://mill.example/', whenMissing: 'log' as const, calls: 1, timeout: 3 };
  const hosts = [{ host: 'mill.example', reachable: true }];
  await opened({ programs: [window(), oven({ dependsOn: [address] })], hosts });
  const before = report()!;
  bakery.world.setHost('mill.example', { reachable: true, latency: 0.6 });
  await bakery.run(10);
  const slow = report()!;
  expect(slow.median).toBeGreaterThan(before.median + 0.4);
  expect(slow.okShare).toBeGreaterThan(0.9);
  bakery.world.setHost('mill.example', { reachable: true, latency: 6 });
  await bakery.run(10);
  expect(report()!.okShare).toBeLessThan(0.3);
  bakery.world.setHost('mill.example', { reachable: false });
  await bakery.run(10);
  expect(report()!.okShare).toBe(0);
});

test('retries hide failures of others, and cost them more requests', async () => {
  const failing = oven({ requests: { failures: [{ share: 0.2 }] } });
  await opened({ programs: [window(), failing] });
  expect(bakery.okShare()).toBeCloseTo(0.8, 2);
  bakery.stop();
  await opened({ programs: [window({ retries: 2 }), failing] });
  expect(bakery.okShare()).toBeCloseTo(1 - 0.2 ** 3, 2);
  const asked = bakery.traffic
    .sent()
    .reduce((sum, { outcomes }) => sum + [...outcomes.values()].reduce((all, { rate }) => all + rate, 0), 0);
  expect(asked).toBeCloseTo(20 * (1 + 0.2 + 0.04), 1);
});

test('a share of failures can depend on a setting, and on the load', async () => {
  const shaky = programNamed('window', {
    requests: {
      failures: [
        { share: { setting: 'SHAKY', default: 0 }, status: 500 },
        { share: 0.5, above: 100 },
      ],
    },
  });
  await opened({ programs: [shaky, oven()] });
  expect(bakery.okShare()).toBeCloseTo(1, 5);
  bakery.traffic.setRate('customers', 300);
  await bakery.run(10);
  expect(bakery.okShare()).toBeCloseTo(0.5, 3);
  bakery.stop();
  await opened({
    programs: [shaky, oven()],
    deployments: [deployed('window', 2, { env: [{ name: 'SHAKY', value: '0.25' }] }), deployed('oven')],
  });
  expect(bakery.okShare()).toBeCloseTo(0.75, 3);
});

test('a service is open to the outside only when its type says so', async () => {
  const to = 'http://window.default.svc:8080/';
  await opened({ sources: [{ ...customers, to }] });
  expect(bakery.okShare()).toBe(0);
  bakery.stop();
  await opened({
    sources: [{ ...customers, to }],
    services: [service('window', { type: 'LoadBalancer' }), service('oven')],
  });
  expect(bakery.okShare()).toBeCloseTo(1, 3);
});

test('a headless service leads to its pods, on the port that they listen on', async () => {
  const headless = service('oven', { clusterIP: 'None', ports: [{ port: 8080 }] });
  const sources = [baker, { ...baker, name: 'wrong', to: 'http://oven.default.svc.cluster.local:80/' }];
  await opened({ services: [service('window'), headless], sources });
  expect(bakery.okShare('baker')).toBeCloseTo(1, 3);
  expect(bakery.okShare('wrong')).toBe(0);
});

test('a rollout that is never ready leaves the old pods with all of the traffic', async () => {
  await opened();
  const target = { resource: 'deployments.apps', name: 'window', namespace: 'default' };
  const containers = [{ name: 'main', readinessProbe: { httpGet: { path: '/nope', port: 8080 } } }];
  await bakery.client.patch<Deployment>(target, {
    type: 'strategic',
    body: { spec: { template: { spec: { containers } } } },
  });
  await bakery.run(60);
  expect(bakery.okShare()).toBeCloseTo(1, 3);
});

test('the same bakery has the same day, to the last digit', async () => {
  const day = { ...customers, requestsPerSecond: { low: 5, high: 80, peak: '11:00' } };
  const once = async () => {
    await opened({ sources: [day] });
    await bakery.run(600);
    const { sources, served, sent, entered } = bakery.traffic;
    const told = JSON.stringify([
      sources(),
      served().map(({ seconds, buckets }) => [seconds, buckets]),
      sent(),
      entered(),
    ]);
    bakery.stop();
    return told;
  };
  expect(await once()).toBe(await once());
});

test('counters only grow, and agree with the rates', async () => {
  await opened();
  const total = () => bakery.traffic.served().reduce((sum, { outcomes }) => sum + (outcomes.get('200')?.value ?? 0), 0);
  const before = total();
  await bakery.run(100);
  expect(total() - before).toBeCloseTo(100 * 40, -1);
});

test('a program that can hardly keep up answers no probe in time, and gets no requests until it has recovered', async () => {
  const busy = { requests: { latency: 0.01, cpu: '20m' } };
  const limits = { resources: { limits: { cpu: '150m', memory: '128Mi' } } };
  await opened({ programs: [window(), oven(busy)], deployments: [deployed('window'), deployed('oven', 1, limits)] });
  const isReady = async () => {
    const { items } = await bakery.client.list<Deployment>('deployments.apps');
    return items.find(({ metadata }) => metadata.name === 'oven')?.status?.readyReplicas === 1;
  };
  await bakery.until(async () => !(await isReady()), 120);
  const { items } = await bakery.client.list<KubeEvent>('events');
  const said = items.filter(({ reason }) => reason === 'Unhealthy').map(({ message }) => message);
  expect(said.join()).toContain('Client.Timeout exceeded while awaiting headers');
  bakery.traffic.setRate('customers', 2);
  await bakery.until(async () => (await isReady()) && bakery.okShare() > 0.99, 120);
});

test('a neighbour that takes all of the node makes slow what has requested too little, and not what has enough', async () => {
  const busy = { requests: { latency: 0.01, cpu: '20m' } };
  const hog = programNamed('hog', { cpu: '8' });
  const requesting = (cpu: string) =>
    deployed('oven', 1, { resources: { requests: { cpu, memory: '64Mi' }, limits: { memory: '128Mi' } } });
  const shop = deployed('window', 2, { resources: { requests: { cpu: '200m' } } });
  const times: number[] = [];
  for (const [cpu, neighbours] of [
    ['10m', 0],
    ['10m', 1],
    ['1', 1],
  ] as const) {
    const others = deployed('hog', neighbours, { resources: { requests: { cpu: '1500m' } } });
    await opened({ programs: [window(), oven(busy), hog], deployments: [shop, requesting(cpu), others] });
    times.push(report()?.median ?? 0);
    bakery.stop();
  }
  const [alone = 0, starved = 0, safe = 0] = times;
  expect(starved).toBeGreaterThan(5 * alone);
  expect(safe).toBeLessThan(2 * alone);
});
