import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TargetRequest } from './protocol.ts';

/** Something outside every process that is killed. It keeps its own count, and knows who is at work on what. */
export interface CountingTarget {
  url: string;
  counts: ReadonlyMap<string, number>;
  /** Two actions at once on one target, in words. */
  overlaps: readonly string[];
  /** Asked before an act counts, where false loses it, and again when it has counted and is not answered yet. */
  onAct: (moment: 'before' | 'after') => boolean;
  /** Resolves when nothing that a dead worker has sent can still arrive. */
  quiet(): Promise<void>;
  close(): Promise<void>;
}

export async function startTarget(): Promise<CountingTarget> {
  const counts = new Map<string, number>();
  const holders = new Map<string, string>();
  const overlaps: string[] = [];
  const connections = new Set<Promise<void>>();

  function answer(request: TargetRequest): number {
    switch (request.ask) {
      case 'begin': {
        const holder = holders.get(request.target) ?? request.run;
        if (holder !== request.run) overlaps.push(`${request.run} began on ${request.target} during ${holder}`);
        holders.set(request.target, request.run);
        return 0;
      }
      case 'end':
        if (holders.get(request.target) === request.run) holders.delete(request.target);
        return 0;
      case 'look':
        return counts.get(request.key) ?? 0;
      case 'apply': {
        if (!target.onAct('before')) return 0;
        const count = (counts.get(request.key) ?? 0) + 1;
        counts.set(request.key, count);
        target.onAct('after');
        return count;
      }
    }
  }

  const server = createServer(async (request, response) => {
    const asked = JSON.parse(await textOf(request).catch(() => 'null')) as TargetRequest | null;
    if (asked) response.end(JSON.stringify({ count: answer(asked) }));
  });
  server.on('connection', socket => {
    const closed = new Promise<void>(resolve => socket.on('close', () => resolve()));
    connections.add(closed);
    closed.then(() => connections.delete(closed));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const target: CountingTarget = {
    url: `http://127.0.0.1:${port}/`,
    counts,
    overlaps,
    onAct: () => true,
    quiet: async () => void (await Promise.all(connections)),
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return target;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
