import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startLiveCluster } from '../../src/simulation/live_cluster.ts';
import { loadScenario } from '../../src/simulation/scenario/load.ts';
import { freePort } from '../support/free_port.ts';
import { installed, rulesFile } from './prometheus.ts';

/** Scrapes every second, and has no patience: its time is the wall's, and the cluster's is faster. */
function configure(folder: string, clusterUrl: string): string {
  const rules = readFileSync(rulesFile, 'utf8').replaceAll(/^( +for: ).*$/gm, '$12s');
  writeFileSync(join(folder, 'rules.yaml'), rules);
  const { host } = new URL(clusterUrl);
  const file = join(folder, 'prometheus.yaml');
  const scrape = { job_name: 'cluster', honor_labels: true, static_configs: [{ targets: [host] }] };
  const global = { scrape_interval: '1s', evaluation_interval: '1s' };
  writeFileSync(file, JSON.stringify({ global, rule_files: ['rules.yaml'], scrape_configs: [scrape] }));
  return file;
}

interface PromAlert {
  labels: Record<string, string>;
  state: string;
}

test('a real Prometheus scrapes a live cluster, and its alerts fire and end', async () => {
  const kept: (() => unknown)[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-prometheus-'));
  try {
    const cluster = await startLiveCluster({ scenario: loadScenario('bad-image-tag'), speed: 10 });
    kept.push(() => cluster.close());
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const args = [
      `--config.file=${configure(folder, cluster.url)}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ];
    const server = spawn(installed().prometheus, args, { stdio: 'ignore' });
    const ended = new Promise(resolve => server.once('exit', resolve));
    kept.push(() => {
      server.kill('SIGTERM');
      return ended;
    });
    const get = async (path: string) => {
      const response = await fetch(`${url}/api/v1/${path}`).catch(() => undefined);
      return response?.ok
        ? ((await response.json()) as { data: { result: unknown[]; alerts: PromAlert[] } }).data
        : undefined;
    };
    const names = async () =>
      new Set(
        (await get('alerts'))?.alerts.filter(({ state }) => state === 'firing').map(one => one.labels['alertname']),
      );
    const until = async (condition: () => Promise<boolean>) => {
      for (let tries = 0; !(await condition()); tries++) {
        if (tries > 240) throw new Error(`expected the condition to hold within a minute, got ${[...(await names())]}`);
        await pause(250);
      }
    };
    await until(async () => ((await get('query?query=up==1'))?.result.length ?? 0) > 0);
    await until(async () => ((await get('query?query=kube_deployment_spec_replicas'))?.result.length ?? 0) >= 6);
    expect([...(await names())]).toEqual([]);
    await cluster.injectFault();
    await until(async () => (await names()).has('KubeContainerWaiting') && (await names()).has('KubePodNotReady'));
    const container = { name: 'storefront', image: 'registry.example/shop/storefront:2.14.1' };
    await cluster.client.patch(
      { resource: 'deployments.apps', name: 'storefront', namespace: 'shop' },
      { type: 'strategic', body: { spec: { template: { spec: { containers: [container] } } } } },
    );
    await until(async () => (await names()).size === 0);
  } finally {
    for (const end of kept.reverse()) await end();
    rmSync(folder, { recursive: true, force: true });
  }
});
