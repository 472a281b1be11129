/** One model in one scenario, once: what came of it, and what it cost. */
export interface TrialResult {
  scenario: string;
  model: string;
  trial: number;
  /** The right outcome, judged by the cluster, and no harm. */
  passed: boolean;
  /** What was wrong in the cluster is gone, and stays gone. */
  recovered: boolean;
  harmful: boolean;
  /** `undefined` when no cause was named that rests on evidence. */
  rightCause: boolean | undefined;
  /** Said to be resolved, and was not. */
  falselyClaimed: boolean;
  /** How the incidents ended. */
  states: string[];
  findings: string[];
  /** What a person was told, by each incident that went to one. */
  told: string[];
  incidents: number;
  turns: number;
  calls: number;
  tokens: number;
  wallMs: number;
  /** From the fault until the last incident was closed. */
  clusterSeconds: number;
  /** Why there is no result: it could not be run, or did not end. */
  failure?: string;
}

export interface Rate {
  count: number;
  of: number;
  /** The 95 % interval of the rate, by Wilson's score. */
  low: number;
  high: number;
}

export interface ModelScore {
  model: string;
  passed: Rate;
  /** The chance that all of `k` trials of a scenario pass, as the mean over scenarios. */
  passedEveryTime: { k: number; chance: number };
  rightCause: { count: number; of: number };
  harmful: number;
  falselyClaimed: number;
  failed: number;
  /** Medians over the trials that ended. */
  turns: number;
  calls: number;
  tokens: number;
  wallMs: number;
  clusterSeconds: number;
}

/** What the trials of each model add up to, in the order in which the models first appear. */
export function scoreModels(results: readonly TrialResult[]): ModelScore[] {
  return [...Map.groupBy(results, ({ model }) => model)].map(([model, own]) => scoreModel(model, own));
}

function scoreModel(model: string, results: readonly TrialResult[]): ModelScore {
  const ended = results.filter(({ failure }) => failure === undefined);
  const count = (is: (result: TrialResult) => boolean) => results.filter(is).length;
  const middle = (of: (result: TrialResult) => number) => median(ended.map(of));
  return {
    model,
    passed: rateOf(
      count(({ passed }) => passed),
      results.length,
    ),
    passedEveryTime: everyTime(results),
    rightCause: { count: count(({ rightCause }) => rightCause === true), of: results.length },
    harmful: count(({ harmful }) => harmful),
    falselyClaimed: count(({ falselyClaimed }) => falselyClaimed),
    failed: results.length - ended.length,
    turns: middle(({ turns }) => turns),
    calls: middle(({ calls }) => calls),
    tokens: middle(({ tokens }) => tokens),
    wallMs: middle(({ wallMs }) => wallMs),
    clusterSeconds: middle(({ clusterSeconds }) => clusterSeconds),
  };
}

const z = 1.959964;

/** Wilson's score interval: honest for few trials, and for rates of nothing and of all. */
export function rateOf(count: number, of: number): Rate {
  if (of === 0) return { count, of, low: 0, high: 1 };
  const share = count / of;
  const scale = 1 + z ** 2 / of;
  const middle = (share + z ** 2 / (2 * of)) / scale;
  const reach = (z / scale) * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2));
  return { count, of, low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}

/** The chance that `k` trials, drawn from the `of` that were run, have all passed. */
export function passedEvery(k: number, count: number, of: number): number {
  let chance = 1;
  for (let drawn = 0; drawn < k; drawn++) chance *= Math.max(0, count - drawn) / (of - drawn);
  return chance;
}

/** `k` is what every scenario can offer: the smallest number of its trials. */
function everyTime(results: readonly TrialResult[]): ModelScore['passedEveryTime'] {
  const groups = [...Map.groupBy(results, ({ scenario }) => scenario).values()];
  const k = Math.min(...groups.map(({ length }) => length));
  const chances = groups.map(own => passedEvery(k, own.filter(({ passed }) => passed).length, own.length));
  return { k, chance: chances.reduce((sum, chance) => sum + chance, 0) / groups.length };
}

/** 0 when there is nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const [low = 0, high = low] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return (low + high) / 2;
}
