import { afterEach, expect, test, vi } from 'vitest';
import type { ClusterReader } from '../../src/kubernetes/cluster.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createVirtualClock } from '../../src/lib/virtual_clock.ts';
import { connectTools, type ToolRegistryOptions } from '../../src/tools/connect.ts';
import { tools } from '../../src/tools/kubernetes/tools.ts';
import { createWorld, namespace, pod, type World } from './kubernetes/world.ts';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A clock that moves only when the test says so. */
function handClock(): Clock & { move(ms: number): void } {
  let time = 1_000_000;
  return {
    now: () => time,
    sleep: () => new Promise(() => {}),
    busy: work => work(),
    move(ms) {
      time += ms;
    },
  };
}

async function registryOf({ cluster, ...options }: Partial<ToolRegistryOptions> & { cluster: ClusterReader }) {
  const registry = await connectTools({ clusterFor: () => cluster, clock: handClock(), log: silentLog, ...options });
  cleanups.push(() => registry.close());
  return registry;
}

const shop = () => createWorld([namespace('shop'), pod('web')]);
const args = { namespace: 'shop', name: 'web' };

/** A world whose reads wait until they are let go, and which counts those that were given up. */
function held(world: World) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const [begun, aborted] = [vi.fn(), vi.fn()];
  const cluster: ClusterReader = {
    ...world,
    async get(ref, signal) {
      begun();
      signal?.addEventListener('abort', aborted);
      await promise;
      return world.get(ref, signal);
    },
  };
  return { cluster, letGo: () => resolve(), begun, aborted };
}

test('the built-in tools are offered with a schema and one short line each', async () => {
  const registry = await registryOf({ cluster: shop() });
  expect(registry.offered().map(tool => tool.name)).toEqual(tools.filter(tool => !tool.needs).map(tool => tool.name));
  for (const tool of registry.offered()) {
    expect(tool.description.length).toBeLessThan(130);
    expect(tool.inputSchema).toMatchObject({ type: 'object', properties: expect.any(Object) });
  }
});

test('an answer is kept for its lifetime on the clock, says its age, and is read again after', async () => {
  const clock = handClock();
  const world = shop();
  const registry = await registryOf({ cluster: world, clock });
  const fresh = await registry.call('get_pod_status', args);
  expect(fresh).toMatchObject({ isError: false, ageMs: 0 });
  const cost = world.requests();

  clock.move(3_000);
  const kept = await registry.call('get_pod_status', { name: 'web', namespace: 'shop' });
  expect(kept).toMatchObject({ ageMs: 3_000, text: `${fresh.text}\n(read 3s ago)` });
  expect(world.requests()).toBe(cost);

  clock.move(2_000);
  expect(await registry.call('get_pod_status', args)).toMatchObject({ ageMs: 0, text: fresh.text });
  expect(world.requests()).toBe(2 * cost);
});

test('after invalidate nothing old is told, even what was being read meanwhile', async () => {
  const world = shop();
  const { cluster, letGo, begun } = held(world);
  const registry = await registryOf({ cluster });
  const before = registry.call('get_pod_status', args);
  await vi.waitFor(() => expect(begun).toHaveBeenCalled());
  registry.invalidate();
  const after = registry.call('get_pod_status', args);
  letGo();
  await Promise.all([before, after]);
  const cost = world.requests();
  // Alone each takes two. What the first began to ask before, the second asked for itself.
  expect(cost).toBe(3);
  await registry.call('get_pod_status', args);
  expect(world.requests()).toBe(cost);

  registry.invalidate();
  await registry.call('get_pod_status', args);
  expect(world.requests()).toBe(cost + 2);
});

test('fifty calls with the same arguments are one read', async () => {
  const world = shop();
  const { cluster, letGo } = held(world);
  const registry = await registryOf({ cluster });
  const calls = Array.from({ length: 50 }, () => registry.call('get_pod_status', args));
  letGo();
  const answers = await Promise.all(calls);
  expect(new Set(answers.map(answer => answer.text)).size).toBe(1);

  const alone = shop();
  await (await registryOf({ cluster: alone })).call('get_pod_status', args);
  expect(world.requests()).toBe(alone.requests());
});

test('one caller that leaves takes nothing from the others', async () => {
  const { cluster, letGo, aborted } = held(shop());
  const registry = await registryOf({ cluster });
  const leaver = new AbortController();
  const leaving = registry.call('get_pod_status', args, leaver.signal);
  const staying = registry.call('get_pod_status', args);
  leaver.abort(new Error('incident closed'));
  await expect(leaving).rejects.toThrow('incident closed');
  letGo();
  expect(await staying).toMatchObject({ isError: false });
  expect(aborted).not.toHaveBeenCalled();
});

test('a read that nobody waits for is taken back from the cluster', async () => {
  const { cluster, aborted } = held(shop());
  const started = vi.fn();
  const watched: ClusterReader = {
    ...cluster,
    get(ref, signal) {
      started();
      return cluster.get(ref, signal);
    },
  };
  const registry = await registryOf({ cluster: watched });
  const abort = new AbortController();
  const call = registry.call('get_pod_status', args, abort.signal);
  await vi.waitFor(() => expect(started).toHaveBeenCalled());
  abort.abort(new Error('no longer needed'));
  await expect(call).rejects.toThrow('no longer needed');
  await vi.waitFor(() => expect(aborted).toHaveBeenCalled());
});

test('an unknown tool and bad arguments come back as answers that help', async () => {
  const registry = await registryOf({ cluster: shop() });
  const unknown = await registry.call('kubectl_get', {});
  expect(unknown).toMatchObject({ isError: true, ageMs: 0 });
  expect(unknown.text).toContain('There is no tool "kubectl_get". The tools are: get_pod_status, list_pods');

  const missing = await registry.call('get_pod_logs', { pod: 'web' });
  expect(missing.isError).toBe(true);
  expect(missing.text).toContain(
    'namespace is required. It takes namespace, name, container, previous, grep, lines, since_minutes.',
  );
  const wrong = await registry.call('get_pod_logs', { ...args, lines: 'many' });
  expect(wrong.isError).toBe(true);
  expect(wrong.text).toContain('lines');
});

test('arguments may have other names, be in quotes or null; what is not used is said', async () => {
  const registry = await registryOf({ cluster: shop() });
  const loose = await registry.call('get_pod_status', {
    namespace: 'shop',
    pod_name: 'web',
    selector: null,
    kind: 'Pod',
  });
  expect(loose.isError).toBe(false);
  expect(loose.text).toContain('Pod web has no owner.');
  expect(loose.text).toContain('(not used: kind; get_pod_status takes namespace, name, selector)');
});

test('an error is believed for a moment, and then asked about again', async () => {
  const clock = handClock();
  const world = shop();
  let broken = true;
  const get: ClusterReader['get'] = (ref, signal) =>
    broken ? Promise.reject(new TypeError('a bug')) : world.get(ref, signal);
  const registry = await registryOf({ clock, cluster: { ...world, get } });
  expect(await registry.call('get_pod_status', args)).toMatchObject({ isError: true });
  broken = false;
  clock.move(1_000);
  expect(await registry.call('get_pod_status', args)).toMatchObject({ isError: true, cached: true });
  clock.move(1_000);
  expect(await registry.call('get_pod_status', args)).toMatchObject({ isError: false, ageMs: 0 });
});

test('a tool that takes too long is an error answer, in time', async () => {
  const registry = await registryOf({ cluster: held(shop()).cluster, limits: { callTimeoutMs: 40 } });
  const answer = await registry.call('get_pod_status', args);
  expect(answer.isError).toBe(true);
  expect(answer.text).toContain('get_pod_status gave no answer in time');
  expect(answer.ms).toBeLessThan(5_000);
});

test('a call works while a virtual clock stands still', async () => {
  const clock = createVirtualClock({ start: 1_000_000 });
  clock.start();
  cleanups.push(async () => clock.stop());
  const registry = await registryOf({ cluster: shop(), clock });
  expect(await clock.busy(() => registry.call('get_pod_status', args))).toMatchObject({ isError: false });
});

test('an answer says what it cost, and that it cost nothing when it was there already', async () => {
  const registry = await registryOf({ cluster: shop() });
  expect(await registry.call('get_pod_status', args)).toMatchObject({ cached: false, cost: { bytes: 0 } });
  expect(await registry.call('get_pod_status', args)).toMatchObject({ cached: true });
});

test('callers read each in their own name', async () => {
  const callers: string[] = [];
  const cluster = shop();
  const registry = await connectTools({
    clusterFor: caller => {
      callers.push(caller);
      return cluster;
    },
    clock: handClock(),
    log: silentLog,
  });
  cleanups.push(() => registry.close());
  await registry.call('get_pod_status', args, undefined, 'inc-1');
  await registry.call('list_events', {}, undefined, 'inc-2');
  expect(callers).toEqual(['inc-1', 'inc-2']);
});

test('after close a call is an error answer, and calls that wait are let go', async () => {
  const { cluster } = held(shop());
  const registry = await connectTools({ clusterFor: () => cluster, clock: handClock(), log: silentLog });
  const waiting = registry.call('get_pod_status', args);
  await registry.close();
  expect(await waiting).toMatchObject({ isError: true });
  expect(await registry.call('list_events', {})).toMatchObject({ isError: true });
});
