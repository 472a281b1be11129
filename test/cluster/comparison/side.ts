import { Agent, type Dispatcher } from 'undici';
import { systemClock } from '../../../src/lib/clock.ts';
import { createApiServer } from '../../../src/simulation/api/server.ts';
import { startControlPlane, userTokens } from '../control_plane.ts';
import { type Reachable, sharedServer } from '../shared.ts';
import { exchange } from './exchange.ts';

/** One of the two API servers that are compared. */
export interface Side {
  url: string;
  dispatcher: Dispatcher;
  close(): Promise<void>;
}

/** Ours, as a client sees it: over HTTP, without any controller. */
export async function ourSide(): Promise<Side> {
  const { url, close } = await createApiServer({ clock: systemClock, tokens: userTokens }).listen();
  const dispatcher = new Agent();
  return {
    url,
    dispatcher,
    async close() {
      await dispatcher.destroy();
      await close();
    },
  };
}

/** The one that up.ts has started, if it answers; or one of our own, that ends with us. */
export async function realSide(options: { fresh?: boolean } = {}): Promise<Side> {
  const shared = options.fresh ? undefined : sharedServer();
  if (shared) {
    const side = sideAt(shared);
    if (await isReady(side)) return side;
    await side.close();
  }
  const plane = await startControlPlane({ controllers: false });
  const side = sideAt(plane);
  return {
    ...side,
    async close() {
      await side.close();
      await plane.stop();
    },
  };
}

function sideAt({ url, certificate }: Reachable): Side {
  const dispatcher = new Agent({ connect: { ca: certificate } });
  return { url, dispatcher, close: () => dispatcher.destroy() };
}

async function isReady(side: Side): Promise<boolean> {
  try {
    return (await exchange(side, { method: 'GET', path: '/readyz' })).code === 200;
  } catch {
    return false;
  }
}
