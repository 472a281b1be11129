import type { ServerResponse } from 'node:http';
import type { KubeObject } from '../../../kubernetes/objects.ts';

export interface WatchedEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: KubeObject;
}

/** Sends events to one watcher, no faster than it reads. */
export interface WatchOutlet {
  send(event: WatchedEvent): void;
}

/** How far one may lag behind once it has read everything that was there at first. */
const mostWaiting = 10_000;

/**
 * What waits is not yet text: the objects are the store's own, so a slow watcher costs little. One that lags too far is
 * cut off all the same; it can come back and go on from the version it has, or list again.
 */
export function createWatchOutlet(response: ServerResponse, encode: (event: WatchedEvent) => object): WatchOutlet {
  let waiting: WatchedEvent[] = [];
  let sent = 0;
  let isFull = false;
  let allowed = Number.POSITIVE_INFINITY;

  function pump(): void {
    while (!isFull && sent < waiting.length && !response.writableEnded && !response.destroyed) {
      const event = waiting[sent++];
      if (event) isFull = !response.write(`${JSON.stringify({ type: event.type, object: encode(event) })}\n`);
    }
    if (sent === waiting.length) [waiting, sent] = [[], 0];
    if (isFull) response.once('drain', resume);
  }

  function resume(): void {
    isFull = false;
    pump();
  }

  // The first events come all at once, however many they are.
  queueMicrotask(() => {
    allowed = waiting.length - sent + mostWaiting;
  });
  return {
    send(event) {
      if (response.writableEnded || response.destroyed) return;
      waiting.push(event);
      if (waiting.length - sent > allowed) response.destroy();
      else if (!isFull) pump();
    },
  };
}
