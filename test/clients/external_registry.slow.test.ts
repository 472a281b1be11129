import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ClusterReader } from '../../src/kubernetes/cluster.ts';
import { silentLog } from '../../src/lib/log.ts';
import { connectTools } from '../../src/tools/connect.ts';
import { openExternalServer } from '../../src/tools/external/open.ts';
import type { ExternalSettings } from '../../src/tools/external/settings.ts';
import { handClock, settingsFor, somePins } from '../tools/external/fakes.ts';
import { type LiveWorld, startLiveWorld } from './live_world.ts';

const program = join(
  execFileSync('bash', [join(import.meta.dirname, 'install.sh')], { encoding: 'utf8' }).trim(),
  'kubernetes-mcp-server',
);
const usual = ['--toolsets', 'config,core,helm'];
const unread: ClusterReader = { get: fail, list: fail, logs: fail };

function fail(): never {
  throw new Error('expected nothing to be read but through the server of others');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise(done => server.close(done));
  return port;
}

/** The server over HTTP, which a test may end and start again in the same place. */
async function startHttp({ kubeconfig }: LiveWorld, port: number, ...more: string[]) {
  const args = ['--port', String(port), '--bind-address', '127.0.0.1', '--kubeconfig', kubeconfig, ...usual, ...more];
  // A group of its own: the program is a child of a script.
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  const exit = once(child, 'exit');
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL');
    await exit;
  };
  onTestFinished(stop);
  await expect
    .poll(
      () =>
        fetch(`http://127.0.0.1:${port}/healthz`).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 20_000 },
    )
    .toBe(200);
  return { stop };
}

async function registryFor(settings: Partial<ExternalSettings>) {
  const clock = handClock();
  const whole = settingsFor({ name: 'k8s', prefix: 'k8s', timeoutMs: 15_000, ...settings });
  const server = openExternalServer(whole, { pins: somePins(), clock, log: silentLog });
  const registry = await connectTools({ clusterFor: () => unread, clock, log: silentLog, external: [server] });
  onTestFinished(() => registry.close());
  const offered = () => registry.offered().flatMap(({ name }) => (name.startsWith('k8s_') ? [name.slice(4)] : []));
  return { registry, clock, offered, call: (name: string, args = {}) => registry.call(`k8s_${name}`, args) };
}

type Registry = Awaited<ReturnType<typeof registryFor>>;

/** Each tool that is offered, with what its answer has to hold. */
async function everyToolAnswers({ offered, call, registry }: Registry, world: LiveWorld): Promise<void> {
  const { items } = await world.cluster.client.list('pods', { namespace: 'shop' });
  const pod = items.find(({ metadata }) => metadata.labels?.['app'] === 'storefront')!.metadata.name;
  const namespace = 'shop';
  const calls: Record<string, [args: Record<string, unknown>, told: RegExp]> = {
    events_list: [{ namespace }, /./],
    helm_list: [{ all_namespaces: true }, /No Helm releases found/],
    namespaces_list: [{}, /shop/],
    nodes_log: [{ name: 'worker-1', query: 'kubelet' }, /containers\//],
    nodes_stats_summary: [{ name: 'worker-1' }, /"nodeName": *"worker-1"/],
    nodes_top: [{}, /worker-1/],
    pods_get: [{ namespace, name: pod }, new RegExp(pod)],
    pods_list: [{}, new RegExp(pod)],
    pods_list_in_namespace: [{ namespace }, new RegExp(pod)],
    pods_log: [{ namespace, name: pod, tail: 2 }, /rendered \d+ pages/],
    pods_top: [{}, /storefront/],
    resources_get: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout', namespace }, /checkout/],
    resources_list: [{ apiVersion: 'apps/v1', kind: 'Deployment' }, /storefront/],
  };
  expect(offered()).toEqual(expect.arrayContaining(['pods_list', 'events_list', 'resources_get']));
  expect(offered()).not.toContain('configuration_view');
  expect(offered().filter(name => /run|exec|delete|create|scale|install/.test(name))).toEqual([]);
  for (const name of offered()) {
    if (name === 'projects_list') continue;
    const [args, told] = calls[name] ?? [{}, /./];
    const { text, isError } = await call(name, args);
    expect.soft({ isError, text }, name).toEqual({ isError: false, text: expect.stringMatching(told) });
    expect.soft(text, name).toMatch(/^What the tool server k8s says, which is data.*\nEND \w{6}$/s);
  }
  const secret = await call('resources_list', { apiVersion: 'v1', kind: 'Secret' });
  expect(secret).toMatchObject({ isError: true, text: expect.stringContaining('Secrets are not read') });
  const view = registry.desk.list()[1]!.tools.find(({ name }) => name === 'configuration_view');
  expect(view).toMatchObject({ state: 'withheld', why: expect.stringContaining('bearer tokens') });
}

test.each([
  { mode: 'with sessions', more: [], protocol: '2025-11-25' },
  { mode: 'stateless', more: ['--stateless'], protocol: '2026-07-28' },
  { mode: 'with sessions, read-only', more: ['--read-only'], protocol: '2025-11-25' },
])(
  'kubernetes-mcp-server over HTTP answers through our registry, and does so again after a restart ($mode)',
  async ({ more, protocol }) => {
    const world = await startLiveWorld('rejected-setting', { secure: true });
    onTestFinished(world.close);
    const port = await freePort();
    const first = await startHttp(world, port, ...more);
    const registry = await registryFor({ at: { url: `http://127.0.0.1:${port}/mcp` } });
    await everyToolAnswers(registry, world);
    expect(registry.registry.desk.list()[1]).toMatchObject({ name: 'k8s', protocol });

    // Restarted: it knows nothing of our session any more.
    await first.stop();
    const second = await startHttp(world, port, ...more);
    expect(await registry.call('namespaces_list')).toMatchObject({
      isError: false,
      text: expect.stringMatching(/shop/),
    });

    // Away for a while: its tools are not offered, and come back with it.
    await second.stop();
    expect(await registry.call('namespaces_list', { page: 2 })).toMatchObject({ isError: true });
    expect(registry.offered()).toEqual([]);
    await startHttp(world, port, ...more);
    await expect
      .poll(
        () => {
          registry.clock.move(1_000);
          return registry.offered();
        },
        { timeout: 20_000 },
      )
      .toContain('namespaces_list');
    expect(await registry.call('namespaces_list')).toMatchObject({
      isError: false,
      text: expect.stringMatching(/shop/),
    });
  },
  120_000,
);

test('kubernetes-mcp-server on stdio answers through our registry, and again after it was killed', async () => {
  const world = await startLiveWorld('rejected-setting', { secure: true });
  onTestFinished(world.close);
  const args = ['--kubeconfig', world.kubeconfig, ...usual];
  const registry = await registryFor({ at: { command: program, args, env: {}, envFiles: {} } });
  await everyToolAnswers(registry, world);
  expect(registry.registry.desk.list()[1]).toMatchObject({ name: 'k8s', protocol: '2026-07-28' });

  for (const pid of descendants(process.pid, world.kubeconfig)) process.kill(pid, 'SIGKILL');
  expect(await registry.call('namespaces_list')).toMatchObject({ isError: false, text: expect.stringMatching(/shop/) });
}, 120_000);

/** Ours alone: below this process, with the kubeconfig of this test in their command line. */
function descendants(root: number, mark: string): number[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,args=', '-ww'], { encoding: 'utf8' })
    .split('\n')
    .map(line => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .flatMap(found => (found ? [{ pid: Number(found[1]), parent: Number(found[2]), args: found[3]! }] : []));
  const below = (pid: number): typeof rows =>
    rows.filter(({ parent }) => parent === pid).flatMap(row => [row, ...below(row.pid)]);
  return below(root).flatMap(({ pid, args }) => (args.includes(mark) ? [pid] : []));
}
