import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Load, Sent } from './load.ts';

export interface Sender {
  send(load: Load): Promise<Sent>;
  close(): void;
}

/** In a process of its own, so that it takes no time from what is measured. It sends one load after the other. */
export async function startSender(): Promise<Sender> {
  const child = fork(join(import.meta.dirname, 'load.ts'));
  child.send('ready?');
  await once(child, 'message');
  return {
    async send(load) {
      child.send(load);
      const [sent] = (await once(child, 'message')) as [Sent];
      if (sent.refused > 0) throw new Error(`expected every body to be taken, got ${sent.refused} refused`);
      return sent;
    },
    close: () => void child.kill(),
  };
}
