import type { ChildProcess } from 'node:child_process';
import { systemClock } from '../../../../src/lib/clock.ts';
import { beginWorkerLife, type Life } from './life.ts';
import type { IncidentInput, Report } from './protocol.ts';
import { createReferee, type Referee } from './referee.ts';
import { type CountingTarget, startTarget } from './target.ts';

export interface TrialOptions {
  /** Starts a process that calls `work` of worker.ts on the same store every time. */
  spawnWorker: () => ChildProcess;
  incidents: number;
  kills: number;
  /** Uniform in [0, 1). */
  random: () => number;
}

export interface TrialResult extends Pick<Referee, 'violations' | 'accepted' | 'results'> {
  overlaps: readonly string[];
  counts: ReadonlyMap<string, number>;
  /** How many lives ended at which moment. */
  deaths: Record<Moment, number>;
}

/** When a worker is killed: at any time, between an intent and its act, or between an act and its end. */
type Moment = 'any time' | 'before act' | 'after act';

const moments: readonly Moment[] = ['any time', 'before act', 'any time', 'after act'];
/** Enough for an act to come, also on a slow machine. */
const longestWaitForActMs = 5000;
const targets = ['cart', 'orders', 'payments', 'search'];
const longestLifeMs = 30_000;

/** Workers run incidents and are killed again and again; the last one is let live until everything has ended. */
export async function runTrial(options: TrialOptions): Promise<TrialResult> {
  const target = await startTarget();
  const trial = createTrial(options, target);
  try {
    for (let kill = 0; kill < options.kills; kill++) {
      await trial.liveAndDie(
        moments[kill % moments.length]!,
        Math.ceil((options.incidents * (kill + 1)) / options.kills),
      );
    }
    await trial.liveToTheEnd();
    const { violations, accepted, results } = trial.referee;
    return { violations, accepted, results, overlaps: target.overlaps, counts: target.counts, deaths: trial.deaths };
  } finally {
    trial.killAll();
    await target.close();
  }
}

function createTrial({ spawnWorker, incidents, random }: TrialOptions, target: CountingTarget) {
  const referee = createReferee();
  const deaths: Record<Moment, number> = { 'any time': 0, 'before act': 0, 'after act': 0 };
  const inputs = new Map<string, IncidentInput>();
  const wantApproval = new Set<string>();
  const living = new Set<Life>();

  function between(least: number, most: number): number {
    return Math.floor(least + random() * (most - least + 1));
  }

  function sendUpTo(count: number): void {
    while (inputs.size < count) {
      const input = { url: target.url, target: targets[between(0, targets.length - 1)]!, timerMs: between(10, 120) };
      inputs.set(`incident ${inputs.size + 1}`, input);
    }
  }

  /** Whoever sends does not know what the last life took in: it sends again. */
  function sendEverything(life: Life): void {
    for (const [run, input] of inputs) {
      if (!referee.accepted.has(run)) life.tell({ do: 'accept', run, input });
      else if (wantApproval.has(run) && !referee.results.has(run)) life.tell({ do: 'approve', run });
    }
  }

  function hear(report: Report, life: Life): void {
    referee.hear(report);
    if (report.says === 'ready') sendEverything(life);
    if (report.says === 'accepted') life.tell({ do: 'await', run: report.run });
    if (report.says !== 'wants_approval') return;
    wantApproval.add(report.run);
    life.tell({ do: 'approve', run: report.run });
  }

  async function live(alsoHear: (report: Report, life: Life) => void, untilDead: (life: Life) => void): Promise<void> {
    const life = beginWorkerLife(spawnWorker(), (report, self) => {
      hear(report, self);
      alsoHear(report, self);
    });
    living.add(life);
    const tooLong = new AbortController();
    const deadline = systemClock.sleep(longestLifeMs, tooLong.signal).then(
      () => Promise.reject(new Error(`expected a worker to come to its end within ${longestLifeMs} ms`)),
      () => {},
    );
    untilDead(life);
    await Promise.race([life.dead, deadline]);
    tooLong.abort();
    living.delete(life);
    await target.quiet();
  }

  function killLater(life: Life, ms: number): void {
    void systemClock.sleep(ms).then(life.kill);
  }

  return {
    referee,
    deaths,
    killAll: () => living.forEach(life => void life.kill()),
    async liveAndDie(plan: Moment, incidentsSoFar: number): Promise<void> {
      sendUpTo(incidentsSoFar);
      let acts = between(1, 3);
      let moment: Moment = 'any time';
      const onReady = (report: Report, life: Life) => {
        if (report.says === 'ready') killLater(life, plan === 'any time' ? between(0, 300) : longestWaitForActMs);
      };
      await live(onReady, life => {
        target.onAct = now => {
          if (plan !== `${now} act` || --acts !== 0) return true;
          moment = plan;
          life.kill();
          return false;
        };
      });
      deaths[moment] += 1;
      target.onAct = () => true;
    },
    async liveToTheEnd(): Promise<void> {
      sendUpTo(incidents);
      const again = new Set<string>();
      await live(
        (report, life) => {
          if (report.says === 'ready') for (const run of referee.accepted) life.tell({ do: 'await', run });
          if (report.says === 'result') again.add(report.run);
          if (again.size === incidents) life.kill();
        },
        () => {},
      );
    },
  };
}
