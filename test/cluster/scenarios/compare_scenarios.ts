import { Worker } from 'node:worker_threads';
import { stopwatch } from '../../../src/lib/clock.ts';
import { type Difference, differencesBetween } from '../comparison/difference.ts';
import { explain } from './differences.ts';
import type { Picture } from './picture.ts';
import type { Outcome } from './play.ts';
import { type PlayedForReal, playForReal } from './real_side.ts';

export interface ComparedScenario {
  name: string;
  real: PlayedForReal;
  embedded: Outcome;
  differences: Difference[];
  seconds: number;
}

interface Options {
  atOnce: number;
  onDone(compared: ComparedScenario): void;
  onFailure(name: string, error: unknown): void;
}

/** Plays each on both sides; several real ones at once, and the embedded ones beside them in a thread of their own. */
export async function compareScenarios(
  names: readonly string[],
  { atOnce, onDone, onFailure }: Options,
): Promise<void> {
  const embedded = playAllEmbedded(names);
  const left = [...names];
  const lane = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const playing = compareOne(name, embedded.outcomeOf(name));
      await playing.then(onDone, (error: unknown) => onFailure(name ?? '', error));
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, lane));
  } finally {
    await embedded.end();
  }
}

async function compareOne(name: string, playing: Promise<Outcome>): Promise<ComparedScenario> {
  const took = stopwatch();
  const embedded = await playing;
  const differ = (picture: Picture) => differencesBetween(name, picture, embedded.picture);
  const real = await playForReal(name, picture => differ(picture).every(explain));
  return { name, real, embedded, differences: differ(real.picture), seconds: Math.round(took() / 1000) };
}

interface Told {
  name: string;
  outcome?: Outcome;
  error?: Error;
}

/** The clocks of the real ones would stand still while an embedded one jumps. */
function playAllEmbedded(names: readonly string[]) {
  const promised = new Map(names.map(name => [name, Promise.withResolvers<Outcome>()]));
  for (const { promise } of promised.values()) promise.catch(() => undefined);
  const worker = new Worker(new URL('./embedded_thread.ts', import.meta.url), { workerData: names });
  const failAll = (error: Error) => {
    for (const { reject } of promised.values()) reject(error);
  };
  worker.on('message', ({ name, outcome, error }: Told) => {
    if (outcome) promised.get(name)?.resolve(outcome);
    else promised.get(name)?.reject(error);
  });
  worker.on('error', failAll);
  worker.on('exit', () => failAll(new Error('expected the embedded clusters to tell of each scenario')));
  return {
    outcomeOf: (name: string) => promised.get(name)?.promise ?? Promise.reject(new Error(`nobody plays ${name}`)),
    end: () => worker.terminate(),
  };
}
