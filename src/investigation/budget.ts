/** What an investigation may cost at most. */
export interface Budget {
  turns: number;
  calls: number;
  tokens: number;
  seconds: number;
}

export interface Spent {
  turns: number;
  calls: number;
  tokens: number;
  ms: number;
}

/** Which part of the budget is spent, in words; `undefined` while there is something left of each. */
export function exhausted(spent: Spent, budget: Budget): string | undefined {
  if (spent.turns >= budget.turns) return `All ${budget.turns} turns are spent.`;
  if (spent.calls >= budget.calls) return `All ${budget.calls} tool calls are spent.`;
  if (spent.tokens >= budget.tokens) return `All ${budget.tokens} tokens are spent.`;
  if (spent.ms >= budget.seconds * 1000) return `All ${budget.seconds} seconds are spent.`;
  return undefined;
}
