import type { Run } from '../durable/engine.ts';
import type { Incident } from '../incidents/incident.ts';
import { alertLines } from './incident_text.ts';
import type { Prompts } from './prompts.ts';

export interface NewsDesk {
  /** What is to be said of alerts that have come since it was asked last; `undefined` when none has. */
  latest(): Promise<string | undefined>;
}

/** An incident gets more alerts while it is looked into. Each look is journaled, so that a replay hears the same. */
export function createNewsDesk(
  { incident, run, current }: { incident: Incident; run: Run; current(): Incident },
  prompts: Prompts,
): NewsDesk {
  let told = incident.alertCount;
  return {
    async latest() {
      const { total, text } = await run.step('news', () => newsSince(told, current(), prompts));
      told = total;
      return text ?? undefined;
    },
  };
}

const mostTold = 3;

function newsSince(told: number, incident: Incident, prompts: Prompts): { total: number; text: string | null } {
  const { alertCount: total, firing, alerts } = incident;
  const count = total - told;
  if (count <= 0) return { total, text: null };
  const latest = alerts.slice(-Math.min(count, mostTold));
  const values = { count: `${count}`, firing: `${firing}`, total: `${total}`, alerts: alertLines(latest, count) };
  return { total, text: prompts('news', values) };
}
