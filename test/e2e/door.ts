import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Scene } from './scene.ts';

/** What happens to a delivery on its way, by its number from 1 on. */
export interface OnTheWay {
  /** Before alertwright gets it. */
  before?(count: number): Promise<void> | void;
  /** Once alertwright has all of it, before it has answered. */
  handed?(count: number): void;
  /** Before Alertmanager gets the answer. */
  answered?(count: number): Promise<void> | void;
}

export interface Door {
  /** How many deliveries have come. */
  count(): number;
}

/** Stands between Alertmanager and alertwright, and lets deliveries through as it is told. */
export async function openDoor(scene: Scene, port: number, onTheWay: OnTheWay): Promise<Door> {
  let count = 0;
  const server = createServer((incoming, response) => {
    count += 1;
    // Either side may be gone by now: then so is the connection, as it would be without a door.
    passOn(incoming, response, count).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  scene.keep(() => {
    server.closeAllConnections();
    server.close();
  });

  async function passOn(incoming: IncomingMessage, response: ServerResponse, number: number): Promise<void> {
    const body = await buffer(incoming);
    await onTheWay.before?.(number);
    const { method, url: path, headers } = incoming;
    const outgoing = request({ host: '127.0.0.1', port: scene.ports.alertwright, method, path, headers, agent: false });
    outgoing.on('error', () => response.destroy());
    outgoing.end(body, () => onTheWay.handed?.(number));
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    const text = await buffer(answer);
    await onTheWay.answered?.(number);
    response.writeHead(answer.statusCode ?? 502, answer.headers).end(text);
  }

  return { count: () => count };
}
