import { statSync } from 'node:fs';
import { alertsInBody } from './bodies.ts';
import { memory, whole } from './numbers.ts';
import { startOurs } from './receiver.ts';
import { startSender } from './sender.ts';

const stages = [10_000, 100_000, 500_000, 1_000_000];
const connections = 16;

/** Whether memory stays flat over a million alerts. It takes some minutes, and some gigabytes of disk. */
export async function benchMillion(path: string): Promise<void> {
  const sender = await startSender();
  const { url, settled, close } = await startOurs(path);
  try {
    console.log('\nmillion: what is held after so many alerts');
    let sent = 0;
    for (const alerts of stages) {
      const [from, count] = [sent / alertsInBody, (alerts - sent) / alertsInBody];
      const begun = performance.now();
      await sender.send({ url, bodies: 'mixed', from, count, connections });
      await settled();
      const rate = (alerts - sent) / ((performance.now() - begun) / 1000);
      sent = alerts;
      const size = statSync(path).size / 2 ** 20;
      console.log(`  ${whole(alerts).padStart(9)}  ${memory()}, ${whole(size)} MiB of disk, ${whole(rate)} alerts/s`);
    }
  } finally {
    await close();
    sender.close();
  }
}
