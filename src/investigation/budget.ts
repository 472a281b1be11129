/** What an investigation may cost at most. */
export interface Budget {
  turns: number;
  calls: number;
  tokens: number;
  seconds: number;
  /** Of one answer. */
  answerTokens: number;
}

export interface Spent {
  turns: number;
  calls: number;
  tokens: number;
  ms: number;
}

/** How long one more question may take. The last one, which is asked when the time is spent, gets a fifth of it. */
export function timeLeft(spent: Spent, { seconds }: Budget): number {
  return Math.max(seconds * 1000 - spent.ms, seconds * 200);
}

/** Which part of the budget is spent, in words; `undefined` while there is something left of each. */
export function exhausted(spent: Spent, budget: Budget): string | undefined {
  if (spent.turns >= budget.turns) return `All ${budget.turns} turns are spent.`;
  if (spent.calls >= budget.calls) return `All ${budget.calls} tool calls are spent.`;
  if (spent.tokens >= budget.tokens) return `All ${budget.tokens} tokens are spent.`;
  if (spent.ms >= budget.seconds * 1000) return `All ${budget.seconds} seconds are spent.`;
  return undefined;
}
