import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { startLiveCluster } from '../../src/simulation/live_cluster.ts';
import { loadScenario } from '../../src/simulation/scenario/load.ts';
import { connectTools } from '../../src/tools/connect.ts';
import { connectPrometheus } from '../../src/tools/prometheus/connect.ts';
import { freePort } from '../support/free_port.ts';
import { createWorld } from '../tools/kubernetes/world.ts';
import { installed } from './prometheus.ts';

async function scraping(clusterUrl: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-query-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'prometheus.yaml');
  const scrape = {
    job_name: 'cluster',
    honor_labels: true,
    static_configs: [{ targets: [new URL(clusterUrl).host] }],
  };
  writeFileSync(file, JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: [scrape] }));
  const port = await freePort();
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
  ];
  const server = spawn(installed().prometheus, args, { stdio: 'ignore' });
  const ended = new Promise(resolve => server.once('exit', resolve));
  onTestFinished(() => {
    server.kill('SIGTERM');
    return ended.then(() => undefined);
  });
  return `http://127.0.0.1:${port}`;
}

test('a real Prometheus that scrapes a cluster answers in a few lines, also what it refuses', async () => {
  const cluster = await startLiveCluster({ scenario: loadScenario('bad-image-tag'), speed: 10 });
  onTestFinished(() => cluster.close());
  const prometheus = connectPrometheus({ url: await scraping(cluster.url), timeoutMs: 5_000 });
  onTestFinished(() => prometheus.close());
  const registry = await connectTools({
    clusterFor: () => createWorld([]),
    clock: { ...systemClock, sleep: async () => {} },
    log: silentLog,
    instruments: { prometheus },
  });
  onTestFinished(() => registry.close());
  // Each time another text, because answers are kept for some seconds.
  let asked = 0;
  const ask = async (query: string, more: object = {}) =>
    (await registry.call('query_prometheus', { query: `${query}${' '.repeat(asked++)}`, ...more })).text;

  const deployments = 'kube_deployment_spec_replicas{namespace="shop"}';
  await expect.poll(() => ask(`count(${deployments})`), { timeout: 60_000, interval: 500 }).toMatch(/value: 5$/);
  const { items } = await cluster.client.list<
    { spec: { replicas: number } } & import('../../src/kubernetes/objects.ts').KubeObject
  >('deployments.apps', { namespace: 'shop' });
  const now = await ask(deployments);
  expect(now).toMatch(/^5 series, all with kube_deployment_spec_replicas, .*namespace="shop".*:$/m);
  for (const { metadata, spec } of items) expect(now).toContain(`deployment="${metadata.name}": ${spec.replicas}`);

  const range = await ask(deployments, { minutes: 5 });
  expect(range).toMatch(/^5 series, over 5m, a point each 16s, all with /);
  expect(range).toMatch(/deployment="storefront": always \d+$/m);
  expect(await ask('sum by (', { minutes: 5 })).toMatch(/^Prometheus refused the query: .*parse error/);
  expect(await ask('no_such_metric')).toMatch(/^No series match now/);
});
