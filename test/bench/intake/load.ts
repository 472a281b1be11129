import { Client } from 'undici';
import { bodyNumber, quietBody, stormBody } from './bodies.ts';

/** What the sender, a process of its own, is told to send. */
export interface Load {
  url: string;
  bodies: keyof typeof writers;
  from: number;
  count: number;
  connections: number;
  /** Bodies a second; as fast as they are answered when it is left out. */
  perSecond?: number;
}

/** What it saw, in milliseconds, and the latencies in rising order. */
export interface Sent {
  took: number;
  latencies: number[];
  refused: number;
}

const writers = { mixed: bodyNumber, storm: stormBody, quiet: quietBody };

/** Written beforehand, so that writing them takes nothing from the time of sending. Few at once: they are large. */
const written = 500;

process.on('message', (load: Load | 'ready?') => {
  if (load === 'ready?') process.send?.('ready');
  else void send(load).then(sent => process.send?.(sent));
});

async function send({ url, bodies, from, count, connections, perSecond }: Load): Promise<Sent> {
  const write = writers[bodies];
  const now = Date.now();
  const ahead = Array.from({ length: Math.min(count, written) }, (_, index) => Buffer.from(write(from + index, now)));
  const sent: Sent = { took: 0, latencies: [], refused: 0 };
  const begun = performance.now();
  let next = 0;

  async function sendOverOne(): Promise<void> {
    const client = new Client(url);
    for (let index = next++; index < count; index = next++) {
      const body = ahead[index] ?? write(from + index, now);
      await until(begun + (perSecond ? (index / perSecond) * 1000 : 0));
      const start = performance.now();
      const answer = await client.request({ method: 'POST', path: '/webhook', headers, body });
      await answer.body.dump();
      sent.latencies.push(performance.now() - start);
      if (answer.statusCode !== 200) sent.refused += 1;
    }
    await client.close();
  }

  await Promise.all(Array.from({ length: connections }, sendOverOne));
  sent.took = performance.now() - begun;
  sent.latencies.sort((a, b) => a - b);
  return sent;
}

const headers = { 'content-type': 'application/json', 'user-agent': 'Alertmanager/0.33.1' };

async function until(time: number): Promise<void> {
  const left = time - performance.now();
  if (left > 0) await new Promise(resolve => setTimeout(resolve, left));
}
