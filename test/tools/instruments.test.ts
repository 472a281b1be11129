import { expect, test } from 'vitest';
import type { ClusterReader } from '../../src/kubernetes/cluster.ts';
import type { ConnectedCluster } from '../../src/kubernetes/connect.ts';
import { silentLog } from '../../src/lib/log.ts';
import { openInstruments } from '../../src/tools/instruments.ts';
import { stillClock } from './kubernetes/ask.ts';
import { createWorld, node, pod } from './kubernetes/world.ts';

function connected(reader: ClusterReader): ConnectedCluster {
  const never = () => Promise.reject(new Error('expected no such call'));
  return {
    ...reader,
    patch: never,
    dryRun: never,
    create: never,
    discover: never,
    close: never,
    pages: async function* () {},
    watch: async function* () {},
  };
}

test('what room there is is looked at before anybody asks', async () => {
  const world = createWorld([node('node-a', { memory: '4Gi' }), pod('web')]);
  const { close } = openInstruments({ cluster: connected(world), clock: stillClock, log: silentLog });
  await close();
  expect(world.requests()).toBe(2);
});

test('closing does not wait for a cluster that does not answer', async () => {
  const silent: ClusterReader = {
    ...createWorld([]),
    list: (_kind, _query, signal) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
  };
  const { close } = openInstruments({ cluster: connected(silent), clock: stillClock, log: silentLog });
  await expect(close()).resolves.toBeUndefined();
});

test('a cluster that is away is no reason not to start', async () => {
  const away: ClusterReader = { ...createWorld([]), list: () => Promise.reject(new Error('refused')) };
  const { instruments, close } = openInstruments({ cluster: connected(away), clock: stillClock, log: silentLog });
  expect(instruments.nodeLoads).toBeDefined();
  await close();
});
