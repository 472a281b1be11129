import { alertsInBody } from './bodies.ts';
import { memory, quantile } from './numbers.ts';
import { startOurs } from './receiver.ts';
import { startSender } from './sender.ts';

const stormBodies = 500;
const seconds = 10;
const probes = 100;

/** One node fails and all that was on it: 5,000 alerts in ten seconds. Meanwhile others have alerts too. */
export async function benchStorm(path: string): Promise<void> {
  const [storm, quiet] = await Promise.all([startSender(), startSender()]);
  const { store, url, settled, close } = await startOurs(path);
  try {
    const before = memory();
    const load = { url, from: 0 };
    const [sent, waited] = await Promise.all([
      storm.send({ ...load, bodies: 'storm', count: stormBodies, connections: 4, perSecond: stormBodies / seconds }),
      quiet.send({ ...load, bodies: 'quiet', count: probes, connections: 1, perSecond: probes / seconds }),
    ]);
    await settled();
    const incidents = store.incidents.list({ limit: 10_000 });
    const stormy = incidents.filter(({ namespaces }) => namespaces.every(name => name.startsWith('team-')));
    console.log(`
storm: ${stormBodies * alertsInBody} alerts of one node in ${seconds} s
  incidents                        ${stormy.length} (and ${incidents.length - stormy.length} of other namespaces)
  longest answer                   ${sent.latencies.at(-1)!.toFixed(1)} ms
  other namespaces waited          p50 ${quantile(waited.latencies, 0.5).toFixed(1)} ms, longest ${waited.latencies.at(-1)!.toFixed(1)} ms
  memory                           ${before}; after it ${memory()}`);
  } finally {
    await close();
    storm.close();
    quiet.close();
  }
}
