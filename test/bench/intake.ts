import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alertsInBody } from './intake/bodies.ts';
import { startFloor } from './intake/floor.ts';
import { benchMillion } from './intake/million.ts';
import { median, quantile, whole } from './intake/numbers.ts';
import { type Receiver, startOurs } from './intake/receiver.ts';
import { type Sender, startSender } from './intake/sender.ts';
import { benchStorm } from './intake/storm.ts';

const rounds = 11;
const bodiesInRound = 600;
const connections = 16;
/** A machine that has much else to do gets fewer rounds. */
const longestMs = 22_000;

type Start = (path: string) => Promise<Receiver>;

interface Round {
  alertsPerSecond: number;
  p50: number;
  p99: number;
}

/** How alerts come in: beside a floor, in a storm, and on request a million of them. */
export async function benchIntake(options: { million: boolean }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-bench-'));
  try {
    if (options.million) return await benchMillion(join(folder, 'million.db'));
    await benchBesideFloor(folder);
    await benchStorm(join(folder, 'storm.db'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * How many alerts a second are taken in for good, from the HTTP request to their incidents, and how long each request
 * waits for its answer; beside a floor (`floor.ts`). Short rounds in turn, each with a fresh database and the floor's
 * own round beside it, and the medians: the machine has other things to do. The first round warms up.
 */
async function benchBesideFloor(folder: string): Promise<void> {
  const sender = await startSender();
  try {
    const [floor, ours]: [Round[], Round[]] = [[], []];
    const begun = performance.now();
    for (let round = 0; round < rounds && (round < 2 || performance.now() - begun < longestMs); round++) {
      floor.push(await measure(startFloor, join(folder, `floor-${round}.db`), sender));
      ours.push(await measure(startOurs, join(folder, `ours-${round}.db`), sender));
    }
    report(floor.slice(1), ours.slice(1));
  } finally {
    sender.close();
  }
}

/** A round is over when all is done: what was answered and waits to be folded would be a debt. */
async function measure(start: Start, path: string, { send }: Sender): Promise<Round> {
  const { url, settled, close } = await start(path);
  const { took, latencies } = await send({ url, bodies: 'mixed', from: 0, count: bodiesInRound, connections });
  const answered = performance.now();
  await settled();
  const seconds = (took + performance.now() - answered) / 1000;
  await close();
  return {
    alertsPerSecond: (bodiesInRound * alertsInBody) / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}

function report(floor: readonly Round[], ours: readonly Round[]): void {
  const ratio = (of: (round: Round) => number) => median(ours.map((round, n) => of(round) / of(floor[n]!))).toFixed(2);
  const typical = (all: readonly Round[], of: (round: Round) => number) => median(all.map(of));
  const rate = (all: readonly Round[]) => whole(typical(all, round => round.alertsPerSecond));
  const ms = (of: (round: Round) => number) =>
    `${typical(ours, of).toFixed(1)} ms = ${ratio(of)} times the floor's ${typical(floor, of).toFixed(1)}`;
  console.log(
    `intake: ${ratio(round => round.alertsPerSecond)} of the floor's throughput (${rate(ours)} alerts/s beside ${rate(floor)}), ` +
      `p50 ${ms(round => round.p50)}, p99 ${ms(round => round.p99)}`,
  );
}
