import { randomUUID } from 'node:crypto';
import { connectCluster } from '../../src/kubernetes/connect.ts';
import { createPodIndex } from '../../src/kubernetes/pod_index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createApiServer } from '../../src/simulation/api/server.ts';
import { connectTools } from '../../src/tools/connect.ts';
import { openInstruments } from '../../src/tools/instruments.ts';
import { collectGarbage, loadLarge, nodes, pods, timed } from './scale.ts';

const often = 20;

/** What room 5,000 nodes with 100,000 pods have: the first answer, the next ones, and what is kept for them. */
export async function benchCapacity(): Promise<void> {
  const server = createApiServer({ clock: systemClock, historyLimit: 20_000 });
  await loadLarge(server.client());
  const { url, close } = await server.listen();
  const cluster = await connectCluster({ server: url, requestTimeoutMs: 60_000 });
  const { instruments, close: closeInstruments } = openInstruments({ cluster, clock: systemClock, log: silentLog });
  let asked = 0;
  /** Anew each time: answers are kept for some seconds. */
  const ask = async () => {
    const registry = await connectTools({
      clusterFor: () => ({
        ...cluster,
        list: (...args) => {
          asked += 1;
          return cluster.list(...args);
        },
      }),
      ...{ clock: systemClock, log: silentLog, instruments, limits: { callTimeoutMs: 120_000 } },
    });
    const { text, ms } = await registry.call('check_node_capacity', { resource_type: 'memory', amount: '1Gi' });
    await registry.close();
    return { text, ms };
  };
  try {
    const cold = await timed(ask);
    asked = 0;
    const warm = [];
    for (let i = 0; i < often; i++) warm.push((await ask()).ms);
    const { text } = await ask();
    console.log(`
capacity of ${nodes} nodes with ${pods} pods
  first answer, all read           ${cold.toFixed(0)} ms
  median of the next ${often}            ${warm.sort((a, b) => a - b)[often / 2]} ms, the slowest ${warm.at(-1)} ms, with ${asked} requests
  memory that is kept              ${indexMemory().toFixed(1)} MiB
  tokens of the answer             ${Math.ceil(text.length / 4)}
${text.replaceAll(/^/gm, '    ')}`);
  } finally {
    await closeInstruments();
    await cluster.close();
    await close();
  }
}

/** Of an index of its own, because whoever plays the API server moves more memory than it takes. */
function indexMemory(): number {
  collectGarbage();
  const { heapUsed: heap, arrayBuffers } = process.memoryUsage();
  const index = createPodIndex();
  const room = { cpu: 32e9, memory: 2 ** 37, storage: 0, pods: 110 };
  for (let i = 0; i < nodes; i++) index.putNode({ name: `node-${i}`, allocatable: room, closed: [] });
  for (let i = 0; i < pods; i++) {
    // As text that comes over the wire: no string is shared with another.
    const { uid, node } = JSON.parse(JSON.stringify({ uid: randomUUID(), node: `node-${i % nodes}` }));
    index.putPod(uid, node, { cpu: 1e8 + (i % 20), memory: 2 ** 27, storage: 0, pods: 1 });
  }
  collectGarbage();
  const now = process.memoryUsage();
  if (index.size().pods !== pods) throw new Error(`expected ${pods} pods, got ${index.size().pods}`);
  return (now.heapUsed - heap + now.arrayBuffers - arrayBuffers) / 2 ** 20;
}
