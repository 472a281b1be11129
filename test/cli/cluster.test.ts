import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { json, text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import type { ConfigMap, Deployment } from '../../src/kubernetes/objects.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { loadScenario, scenarioNames } from '../../src/simulation/scenario/load.ts';
import { cli, startCli } from './run_cli.ts';

interface Ready {
  url: string;
  kubeconfig: string;
  scenario: string;
  well: boolean;
}

/** A folder of its own, also for what the command leaves in the folder for temporary files. */
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'alertwright-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Starts a cluster and waits for its one line. */
async function start(...args: string[]) {
  const temporary = folder();
  const { child, exit } = startCli(['cluster', ...args], { env: { TMPDIR: temporary } });
  const lines: string[] = [];
  const output = createInterface(child.stdout).on('line', line => lines.push(line));
  await Promise.race([once(output, 'line'), exit]);
  const stop = async (signal: NodeJS.Signals = 'SIGINT') => {
    child.kill(signal);
    return { code: await exit, lines, left: readdirSync(temporary) };
  };
  return { line: lines[0] ?? '', stop };
}

async function startReady(...args: string[]) {
  const { line, stop } = await start('--json', ...args);
  return { ready: JSON.parse(line) as Ready, stop };
}

async function read<T>(url: string, path: string): Promise<T[]> {
  const response = await fetch(`${url}${path}`);
  expect(response.status).toBe(200);
  return ((await response.json()) as { items: T[] }).items;
}

const deployments = (url: string) => read<Deployment>(url, '/apis/apps/v1/deployments');

function isWell({ spec, status }: Deployment): boolean {
  return status?.availableReplicas === spec.replicas && status?.updatedReplicas === spec.replicas;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = systemClock.now() + 15_000;
  while (!(await condition())) {
    if (systemClock.now() > deadline) throw new Error('expected the condition to hold within 15 seconds');
    await systemClock.sleep(50);
  }
}

test.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])(
  'says in one line that it is ready, answers, and leaves nothing behind after %s',
  async signal => {
    const { line, stop } = await start('--well');
    const [, url, file] = /^The cluster is ready at (\S+): export KUBECONFIG=(\S+)$/.exec(line) ?? [];
    expect(parse(readFileSync(file!, 'utf8'))).toMatchObject({ clusters: [{ cluster: { server: url } }] });
    expect(statSync(file!).mode & 0o777).toBe(0o600);
    expect((await deployments(url!)).filter(one => !isWell(one))).toEqual([]);
    expect(await stop(signal)).toEqual({ code: 0, lines: [line], left: [] });
    await expect(fetch(url!)).rejects.toThrow();
  },
);

test('the fault happens at once, and its consequences at the speed that was asked for', async () => {
  const { ready, stop } = await startReady('--speed', '600');
  expect(ready).toMatchObject({ scenario: scenarioNames()[0], well: false });
  await until(async () => !(await deployments(ready.url)).every(isWell));
  expect((await stop()).code).toBe(0);
});

test('its clock is the one on the wall', async () => {
  const { ready, stop } = await startReady('--well');
  const created = await fetch(`${ready.url}/api/v1/namespaces/default/configmaps`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ metadata: { name: 'now' } }),
  });
  const { metadata } = (await created.json()) as ConfigMap;
  expect(Math.abs(Date.parse(metadata.creationTimestamp ?? '') - systemClock.now())).toBeLessThan(20_000);
  await stop();
});

test('a scenario of one’s own, a port of one’s own, and a kubeconfig that stays and may be written again', async () => {
  const place = folder();
  const kubeconfig = join(place, 'kubeconfig');
  const scenario = join(place, 'mine.yaml');
  const text = readFileSync(join(import.meta.dirname, '../../eval/scenarios/rejected-setting.yaml'), 'utf8');
  const world = join(import.meta.dirname, '../../eval/scenarios/worlds/shop.yaml');
  writeFileSync(join(place, 'shop.yaml'), readFileSync(world));
  writeFileSync(scenario, text.replace('worlds/shop.yaml', 'shop.yaml'));
  expect(loadScenario(scenario).name).toBe('mine');
  for (const well of [[], ['--well']]) {
    const { ready, stop } = await startReady('--scenario', scenario, '--kubeconfig', kubeconfig, ...well);
    expect(ready).toMatchObject({ scenario: 'mine', kubeconfig });
    expect(readFileSync(kubeconfig, 'utf8')).toContain(ready.url);
    expect(statSync(kubeconfig).mode & 0o777).toBe(0o600);
    expect(await stop()).toMatchObject({ code: 0, left: [] });
  }
  expect(existsSync(kubeconfig)).toBe(true);
});

test('a kubeconfig of somebody else is left alone', async () => {
  const file = join(folder(), 'config');
  const theirs = `apiVersion: v1\nkind: Config\nclusters: [{ name: prod, cluster: { server: "https://prod.example" } }]\n`;
  writeFileSync(file, theirs);
  const { code, out, err } = await cli(['cluster', '--kubeconfig', file]);
  expect([code, out]).toEqual([73, '']);
  expect(err).toMatch(/^error: expected to write the kubeconfig .* holds something else.*\n→ Name a file .*\n$/);
  expect(readFileSync(file, 'utf8')).toBe(theirs);
});

test('a busy port, a folder that is not there, and wrong options are a sentence each', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const busy = await cli(['cluster', '--port', String(port)]);
  expect(busy).toMatchObject({ code: 69, out: '' });
  expect(busy.err).toMatch(new RegExp(`^error: expected port ${port} to be free .*\\n→ Name another port.*\\n$`));
  const nowhere = await cli(['cluster', '--kubeconfig', join(folder(), 'none', 'kubeconfig')]);
  expect([nowhere.code, nowhere.err.split('\n')[1]]).toEqual([73, expect.stringContaining('→ Name a file')]);
  const wrong = [
    ['--speed', '0'],
    ['--port', '65536'],
    ['--listen', '65536'],
    ['--listen', '0.0.0.0:8001', '--port', '8001'],
    ['--alert-to', 'ftp://a.example'],
  ];
  for (const args of wrong) expect(await cli(['cluster', ...args])).toMatchObject({ code: 2, out: '' });
});

test('others may reach it where it listens for them, under any name, and everybody is told what that means', async () => {
  const { child, exit } = startCli(['cluster', '--well', '--listen', '0.0.0.0:0'], { env: { TMPDIR: folder() } });
  const told = createInterface(child.stderr);
  const [[line], [warning]] = await Promise.all([once(createInterface(child.stdout), 'line'), once(told, 'line')]);
  expect(warning).toMatch(/^!!! WARNING EVERYBODY who reaches 0\.0\.0\.0:[1-9]\d* may do everything .* make-believe/);
  const [, port] = /http:\/\/127\.0\.0\.1:(\d+)/.exec(line) ?? [];
  const asked = get({ port, path: '/api/v1/namespaces/shop', headers: { host: 'cluster:8001' } });
  const [response] = await once(asked, 'response');
  expect(await json(response)).toMatchObject({ kind: 'Namespace', metadata: { name: 'shop' } });
  child.kill('SIGTERM');
  expect(await exit).toBe(0);
});

test('who listens on loopback, or asks for a token, is not warned', async () => {
  for (const where of [
    ['--listen', '127.0.0.1:0'],
    ['--listen', '0.0.0.0:0', '--secure'],
  ]) {
    const { child, exit } = startCli(['cluster', '--well', ...where], { env: { TMPDIR: folder() } });
    const [said] = await Promise.all([
      text(child.stderr),
      once(child.stdout, 'data').then(() => child.kill('SIGTERM')),
    ]);
    expect([await exit, said]).toEqual([0, '']);
  }
});

test('alerts are posted as Alertmanager posts them', async () => {
  const bodies: unknown[] = [];
  const webhook = createServer(async (request, response) => {
    bodies.push(await json(request));
    response.end();
  }).listen(0, '127.0.0.1');
  await once(webhook, 'listening');
  onTestFinished(() => void webhook.close());
  const url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/`;
  const { stop } = await startReady('--speed', '600', '--alert-to', url);
  await until(async () => bodies.length > 0);
  expect(bodies[0]).toMatchObject({ version: '4', status: 'firing' });
  await stop();
});
