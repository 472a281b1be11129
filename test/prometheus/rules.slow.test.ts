import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createVirtualClock } from '../../src/lib/virtual_clock.ts';
import { startEmbeddedCluster } from '../../src/simulation/embedded_cluster.ts';
import { loadScenario, scenarioNames } from '../../src/simulation/scenario/load.ts';
import { alertRules } from '../../src/simulation/signals/rules.ts';
import { deployed, oven, policy, window } from '../simulation/traffic/bakery.ts';
import { installed, rulesFile } from './prometheus.ts';
import { promtoolTest, record } from './recording.ts';
import { runningIn, states, writer } from './states.ts';
import { toldCluster, watchedBakery } from './worlds.ts';

interface RulesFile {
  groups: { name: string; rules: { alert: string; expr: string; annotations?: unknown }[] }[];
}

const names = alertRules.map(({ name }) => name);
let folder = '';
let rules = '';
let used = /^$/;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'alertwright-rules-'));
  const file = parse(readFileSync(rulesFile, 'utf8')) as RulesFile;
  // What is said to people isn't compared.
  for (const { rules: list } of file.groups) for (const rule of list) delete rule.annotations;
  rules = join(folder, 'rules.yaml');
  writeFileSync(rules, JSON.stringify(file));
  const text = file.groups.flatMap(group => group.rules.map(({ expr }) => expr)).join(' ');
  const metrics = new Set(text.match(/\b(kube|kubelet|container|http|nginx)_[a-z_]+/g));
  used = new RegExp(`^(${[...metrics].join('|')})(\\{|$)`);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Lets Prometheus say what it makes of a recording; returns the alerts that fired in it, and those that ended. */
async function compare(cluster: Parameters<typeof record>[0], looks: number, alerts = names) {
  const recording = await record(cluster, looks);
  const file = join(folder, 'test.json');
  writeFileSync(file, JSON.stringify(promtoolTest(recording, { rules, alerts, used })));
  execFileSync(installed().promtool, ['test', 'rules', file], { maxBuffer: 1 << 26 });
  const seen = (look: readonly Record<string, string>[] = []) => new Set(look.map(labels => labels['alertname'] ?? ''));
  const fired = new Set(recording.firing.flatMap(look => [...seen(look)]));
  const left = seen(recording.firing.at(-1));
  return { fired: [...fired].sort(), left: [...left].sort() };
}

test('promtool takes the file', () => {
  const said = execFileSync(installed().promtool, ['check', 'rules', rulesFile], { encoding: 'utf8' });
  expect(said).toContain(`SUCCESS: ${names.length} rules found`);
});

test('promtool takes the metrics', async () => {
  const cluster = await watchedBakery({});
  try {
    await cluster.clock.sleep(60_000);
    const text = (await cluster.metrics('/metrics')) ?? '';
    // The ingress controller calls a counter otherwise than promtool would.
    const input = text.replaceAll(/^.*nginx_ingress_controller_requests.*\n/gm, '');
    expect(input.split('\n').length).toBeGreaterThan(200);
    execFileSync(installed().promtool, ['check', 'metrics'], { input, stdio: ['pipe', 'pipe', 'inherit'] });
  } finally {
    cluster.stop();
  }
});

test.each(states)(
  '$alerts: Prometheus says the same of an object in such a state, and when it is well again',
  async ({ alerts, ill, well, minutes }) => {
    const cluster = await toldCluster();
    try {
      await ill(cluster.client, cluster.clock.now());
      const healing = cluster.clock.sleep(minutes * 60_000 - 20_000).then(() => well(cluster.client));
      const { fired, left } = await compare(cluster, (minutes + 5) * 2);
      await healing;
      expect(fired).toEqual([...alerts].sort());
      expect(left).toEqual([]);
    } finally {
      cluster.stop();
    }
  },
);

const namespace = 'default';
const policies = 'networkpolicies.networking.k8s.io';

test('Prometheus says the same of a shop that is cut off from those whom it calls', async () => {
  const cluster = await watchedBakery({});
  const { clock, client } = cluster;
  try {
    await clock.sleep(120_000);
    const faults = (async () => {
      await clock.sleep(4.3 * 60_000);
      await client.create(policies, policy('closed', { podSelector: { matchLabels: { app: 'oven' } } }));
      await clock.sleep(6 * 60_000);
      await client.delete({ resource: policies, name: 'closed', namespace });
    })();
    const { fired, left } = await compare(cluster, 40);
    await faults;
    expect(fired).toEqual(['DependencyErrorRate', 'HighErrorRate', 'HighLatency', 'IngressHighErrorRate']);
    expect(left).toEqual([]);
  } finally {
    cluster.stop();
  }
});

test('Prometheus says the same of an oven that is held back by its limit, and of one that crashes', async () => {
  const busy = oven({ requests: { latency: 0.01, cpu: '20m' } });
  const limits = (cpu: string) => ({ resources: { limits: { cpu, memory: '128Mi' } } });
  const exec = { readinessProbe: { exec: { command: ['/oven'] } } };
  const cluster = await watchedBakery({
    programs: [window(), busy],
    deployments: [deployed('window'), deployed('oven', 1, { ...limits('1'), ...exec })],
  });
  const { clock, client } = cluster;
  const change = (container: object) =>
    client.patch(
      { resource: 'deployments.apps', name: 'oven', namespace },
      { type: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'main', ...container }] } } } } },
    );
  try {
    await clock.sleep(120_000);
    const faults = (async () => {
      await clock.sleep(3.3 * 60_000);
      await change(limits('430m'));
      await clock.sleep(12 * 60_000);
      await change({ ...limits('1'), image: 'registry.example/oven:3' });
      await clock.sleep(8 * 60_000);
      await change({ image: 'registry.example/oven:1', command: ['/nope'] });
      await clock.sleep(8 * 60_000);
      await change({ command: ['/oven'] });
    })();
    const { fired, left } = await compare(cluster, 90);
    await faults;
    expect(fired).toEqual(expect.arrayContaining(['CPUThrottlingHigh', 'KubeContainerWaiting', 'KubePodNotReady']));
    expect(left).toEqual([]);
  } finally {
    cluster.stop();
  }
});

test('KubePersistentVolumeFillingUp: Prometheus says the same of a volume that fills, and of one that was made larger', async () => {
  const cluster = await toldCluster();
  const { client, clock, world } = cluster;
  const claim = { resource: 'persistentvolumeclaims', name: 'data', namespace };
  const sized = (storage: string) =>
    client.patch(claim, {
      type: 'merge',
      body: { status: { phase: 'Bound', capacity: { storage } } },
      subresource: 'status',
    });
  try {
    const pod = await writer(client);
    await sized('1Gi');
    world.running.set('10.244.0.9', [runningIn(pod, clock.now())]);
    const healing = clock.sleep(15 * 60_000 - 20_000).then(() => sized('10Gi'));
    const { fired, left } = await compare(cluster, 40);
    await healing;
    expect(fired).toEqual(['KubePersistentVolumeFillingUp']);
    expect(left).toEqual([]);
  } finally {
    cluster.stop();
  }
});

/**
 * A rate that comes near its threshold passes it a look earlier here and a look later there. Those rules are compared
 * in the worlds above, where nothing hangs on a hair.
 */
const ofRates = ['CPUThrottlingHigh', 'HighErrorRate', 'IngressHighErrorRate', 'DependencyErrorRate', 'HighLatency'];
const ofStates = names.filter(name => !ofRates.includes(name));

test.each(scenarioNames())('Prometheus says the same of the scenario %s', async name => {
  const scenario = loadScenario(name);
  const start = Date.parse('2026-03-03T02:00:00Z');
  const clock = createVirtualClock({ start });
  clock.start();
  const cluster = await startEmbeddedCluster({ scenario, clock });
  try {
    await cluster.settle();
    // The built-in evaluator looks twice in a minute, from the start on.
    await clock.sleep(30_000 - ((clock.now() - start) % 30_000));
    const { metrics, firingAlerts: firing } = cluster;
    // Not in the same instant as a look: which of the two would come first is nobody's business.
    const fault = clock.sleep(40_137).then(cluster.injectFault);
    const { fired } = await compare({ clock, metrics, firing }, 40, ofStates);
    await fault;
    expect(fired).not.toEqual([]);
  } finally {
    await cluster.close();
    clock.stop();
  }
});

test('every rule was tried', () => {
  const told = states.flatMap(({ alerts }) => alerts);
  const run = [
    'KubePersistentVolumeFillingUp',
    'DependencyErrorRate',
    'HighErrorRate',
    'HighLatency',
    'IngressHighErrorRate',
    'CPUThrottlingHigh',
  ];
  expect(names.filter(name => !told.includes(name) && !run.includes(name))).toEqual([]);
});
