/** Why a call came back without an answer. */
export type Silence = 'timeout' | 'refused' | 'no_such_host';

/** What becomes of many like requests. The shares of statuses and silences add up to 1. */
export interface Answers {
  statuses: ReadonlyMap<number, number>;
  silences: ReadonlyMap<Silence, number>;
  /** Seconds on average; of those that are answered. */
  mean: number;
}

export const noAnswers: Answers = { statuses: new Map(), silences: new Map(), mean: 0 };

/** The share that came back as it should. */
export function okShare({ statuses }: Answers): number {
  let sum = 0;
  for (const [status, share] of statuses) if (status < 400) sum += share;
  return sum;
}

export function shareOf<T>(shares: ReadonlyMap<T, number>): number {
  let sum = 0;
  for (const share of shares.values()) sum += share;
  return sum;
}

export function add<T>(shares: Map<T, number>, key: T, amount: number): void {
  if (amount > 0) shares.set(key, (shares.get(key) ?? 0) + amount);
}

/** Each of several in its part. */
export function mix(parts: readonly { part: number; answers: Answers }[]): Answers {
  const statuses = new Map<number, number>();
  const silences = new Map<Silence, number>();
  let time = 0;
  let answered = 0;
  for (const { part, answers } of parts) {
    for (const [status, share] of answers.statuses) add(statuses, status, part * share);
    for (const [why, share] of answers.silences) add(silences, why, part * share);
    const own = part * shareOf(answers.statuses);
    time += own * answers.mean;
    answered += own;
  }
  return { statuses, silences, mean: answered > 0 ? time / answered : 0 };
}
