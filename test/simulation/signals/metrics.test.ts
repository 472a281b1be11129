import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Deployment } from '../../../src/kubernetes/objects.ts';
import { packageRoot } from '../../../src/lib/package_root.ts';
import { exposition } from '../../../src/simulation/signals/exposition.ts';
import { createMeters, type Meters } from '../../../src/simulation/signals/meters.ts';
import { createMetrics } from '../../../src/simulation/signals/metrics.ts';
import { type Bakery, deployed, openBakery, oven, window } from '../traffic/bakery.ts';

let bakery: Bakery;
let meters: Meters;
afterEach(() => {
  meters.stop();
  bakery.stop();
});

async function opened(...options: Parameters<typeof openBakery>) {
  bakery = await openBakery(...options);
  const { client, world, traffic, clock } = bakery;
  meters = createMeters({ client, world, traffic, now: clock.now });
  const metrics = createMetrics({ client, meters, now: clock.now });
  await bakery.run(60);
  return async (page = '/metrics') => samplesOf((await metrics(page)) ?? '');
}

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

function samplesOf(text: string): Sample[] {
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
  return lines.map(line => {
    const [, name = '', pairs = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    const labels = Object.fromEntries(
      [...pairs.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text]),
    );
    return { name, labels, value: value === '+Inf' ? Infinity : Number(value) };
  });
}

function named(samples: readonly Sample[], name: string, labels: Record<string, string> = {}): Sample[] {
  return samples.filter(
    one => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value),
  );
}

test('what cAdvisor says has the names and labels that a real one has', async () => {
  const read = await opened();
  const real = samplesOf(readFileSync(join(packageRoot, 'test/fixtures/kubelet/cadvisor.txt'), 'utf8'));
  const ours = await read('/metrics/cadvisor');
  const shared = [
    'container_cpu_usage_seconds_total',
    'container_memory_working_set_bytes',
    'container_memory_rss',
    'container_memory_usage_bytes',
    'container_oom_events_total',
    'container_spec_cpu_period',
    'container_spec_memory_limit_bytes',
    'container_start_time_seconds',
  ];
  // Which node it is about, and which exporter: the scrape would say that.
  const added = ['node', 'job', 'metrics_path'];
  for (const name of shared) {
    const labels = (samples: Sample[]) =>
      Object.keys(named(samples, name)[0]?.labels ?? {}).filter(one => !added.includes(one));
    expect(labels(ours).sort(), name).toEqual(labels(real).sort());
  }
  const [main] = named(ours, 'container_memory_working_set_bytes', { container: 'main' });
  expect(main?.labels['id']).toMatch(/^\/kubepods\/burstable\/pod[0-9a-f-]+\/[0-9a-f]{64}$/);
});

test('the use of CPU grows with the requests, and no counter ever falls', async () => {
  const read = await opened();
  const use = (samples: Sample[]) => named(samples, 'container_cpu_usage_seconds_total', { container: 'main' });
  const total = (samples: Sample[]) => use(samples).reduce((sum, { value }) => sum + value, 0);
  const first = await read();
  await bakery.run(100);
  const second = await read();
  bakery.traffic.setRate('customers', 400);
  await bakery.run(100);
  const third = await read();
  expect(total(second) - total(first)).toBeGreaterThan(3);
  expect(total(third) - total(second)).toBeGreaterThan(3 * (total(second) - total(first)));
  const counted = /_total$|_bucket$|_count$|_sum$/;
  const key = ({ name, labels }: Sample) => `${name} ${JSON.stringify(labels)}`;
  const before = new Map(second.map(sample => [key(sample), sample.value]));
  const fallen = third.filter(sample => counted.test(sample.name) && sample.value < (before.get(key(sample)) ?? 0));
  expect(fallen).toEqual([]);
  expect(third.filter(({ name }) => counted.test(name)).length).toBeGreaterThan(50);
});

test('a histogram’s buckets are cumulative, and end with all', async () => {
  const read = await opened();
  const buckets = named(await read(), 'http_request_duration_seconds_bucket', { service: 'window' });
  const [pod] = buckets.map(({ labels }) => labels['pod']);
  const values = buckets.filter(({ labels }) => labels['pod'] === pod).map(({ value }) => value);
  expect(values).toEqual([...values].sort((a, b) => a - b));
  expect(values.at(-1)).toBeGreaterThan(300);
});

test('what kube-state-metrics says follows the objects', async () => {
  const read = await opened();
  const target = { resource: 'deployments.apps', name: 'window', namespace: 'default' };
  await bakery.client.patch<Deployment>(target, { type: 'merge', body: { spec: { replicas: 3 } } });
  const image = {
    spec: { template: { spec: { containers: [{ name: 'main', image: 'registry.example/window:9' }] } } },
  };
  await bakery.client.patch<Deployment>({ ...target, name: 'oven' }, { type: 'strategic', body: image });
  await bakery.run(60);
  const samples = await read('/metrics/kube-state-metrics');
  expect(named(samples, 'kube_deployment_spec_replicas', { deployment: 'window' })).toMatchObject([{ value: 3 }]);
  expect(named(samples, 'kube_deployment_status_replicas_available', { deployment: 'window' })).toMatchObject([
    { value: 3 },
  ]);
  const waiting = named(samples, 'kube_pod_container_status_waiting_reason');
  expect(waiting.map(({ labels }) => labels['reason'])).toEqual([
    expect.stringMatching(/^(ErrImagePull|ImagePullBackOff)$/),
  ]);
  const phases = named(samples, 'kube_pod_status_phase', { phase: 'Running' });
  expect(phases.reduce((sum, { value }) => sum + value, 0)).toBe(5);
  const limits = named(samples, 'kube_pod_container_resource_limits', { resource: 'memory' });
  expect(limits.map(({ value }) => value)).toEqual(limits.map(() => 128 * 2 ** 20));
});

test('a container that was ended for its memory is counted', async () => {
  const read = await opened({
    programs: [window(), oven({ memory: { base: '300Mi' } })],
    deployments: [deployed('window'), deployed('oven', 1)],
  });
  await bakery.until(
    async () => named(await read(), 'container_oom_events_total').some(({ value }) => value >= 2),
    120,
  );
});

test('text is escaped as Prometheus wants it', () => {
  const samples = [{ labels: { what: 'a "b"\\\n' }, value: Infinity }];
  expect(exposition([{ name: 'x', help: 'An x.', type: 'gauge', samples }])).toBe(
    '# HELP x An x.\n# TYPE x gauge\nx{what="a \\"b\\"\\\\\\n"} +Inf\n',
  );
});
