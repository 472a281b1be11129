import { parentPort, workerData } from 'node:worker_threads';
import { playEmbedded } from './embedded_side.ts';

/** A thread that plays scenarios on embedded clusters, one after the other, and tells what came of each. */
for (const name of workerData as string[]) {
  const told = await playEmbedded(name).then(
    outcome => ({ name, outcome }),
    (error: unknown) => ({ name, error }),
  );
  parentPort?.postMessage(told);
}
