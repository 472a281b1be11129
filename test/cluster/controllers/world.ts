import { Agent } from 'undici';
import type { Node } from '../../../src/kubernetes/objects.ts';
import { type Clock, systemClock } from '../../../src/lib/clock.ts';
import { createVirtualClock } from '../../../src/lib/virtual_clock.ts';
import { createHttpClient } from '../../../src/simulation/api/client_over_http.ts';
import { createApiServer } from '../../../src/simulation/api/server.ts';
import { startControllers } from '../../../src/simulation/controllers/controllers.ts';
import { createScheduler } from '../../../src/simulation/scheduler/scheduler.ts';
import { exchange } from '../comparison/exchange.ts';
import type { Side } from '../comparison/side.ts';
import { startControlPlane, userTokens } from '../control_plane.ts';
import { startFakeKubelet } from './fake_kubelet.ts';

/** A control plane with all its controllers, a scheduler, and two nodes on which nothing takes time. */
export interface World {
  side: Side;
  /** Lets a second pass, of whatever time this world has. */
  second(): Promise<void>;
  stop(): Promise<void>;
}

export const nodeNames = ['node-a', 'node-b'] as const;

export async function realWorld(): Promise<World> {
  return untilWelcoming(await startRealWorld());
}

/** A node keeps pods away until a controller has seen that it is ready. */
async function untilWelcoming(world: World): Promise<World> {
  for (let waited = 0; waited < 60; waited++) {
    const { body } = await exchange(world.side, { method: 'GET', path: '/api/v1/nodes' });
    const { items } = body as { items: Node[] };
    if (items.length === nodeNames.length && items.every(({ spec }) => !spec?.taints?.length)) return world;
    await world.second();
  }
  await world.stop();
  throw new Error('expected the nodes to be without taints within 60 s');
}

async function startRealWorld(): Promise<World> {
  const plane = await startControlPlane();
  const client = createHttpClient({ ...plane, clock: systemClock, manager: 'kubelet' });
  const kubelet = await startFakeKubelet({ client, clock: systemClock }, nodeNames);
  const dispatcher = new Agent({ connect: { ca: plane.certificate } });
  return {
    side: { url: plane.url, dispatcher, close: () => dispatcher.destroy() },
    second: () => systemClock.sleep(1000),
    async stop() {
      kubelet.stop();
      await client.close();
      await dispatcher.destroy();
      await plane.stop();
    },
  };
}

export async function embeddedWorld(): Promise<World> {
  return untilWelcoming(await startEmbeddedWorld());
}

async function startEmbeddedWorld(): Promise<World> {
  const clock = createVirtualClock({ start: Date.parse('2026-03-01T10:00:10Z') });
  const server = createApiServer({ clock, tokens: userTokens });
  const as = (manager: string): { client: ReturnType<typeof server.client>; clock: Clock } => ({
    client: server.client({ manager }),
    clock,
  });
  const parts = [startControllers(as('kube-controller-manager')), createScheduler(as('kube-scheduler'))];
  const kubelet = await startFakeKubelet(as('kubelet'), nodeNames);
  const { url, close } = await server.listen();
  const dispatcher = new Agent();
  return {
    side: { url, dispatcher, close: () => dispatcher.destroy() },
    async second() {
      clock.start();
      await clock.sleep(1000);
      clock.stop();
    },
    async stop() {
      for (const part of [kubelet, ...parts]) part.stop();
      clock.stop();
      await dispatcher.destroy();
      await close();
    },
  };
}
