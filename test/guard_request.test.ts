import { expect, onTestFinished, test } from 'vitest';
import { openSqliteStore } from '../src/durable/sqlite/open_store.ts';
import { gatherGuardRequest } from '../src/guard_request.ts';
import type { IncidentEvent } from '../src/incidents/event.ts';
import { systemClock } from '../src/lib/clock.ts';
import { silentLog } from '../src/lib/log.ts';
import { labSettings } from '../src/settings.ts';
import { alertFor, cart, decisionFor, incidentWith, planFor } from './support/incidents.ts';

const decision = decisionFor({ name: 'rollback_workload', target: cart });
const cluster = {
  get: async () => undefined,
  list: () => Promise.reject(new Error('not listed')),
  logs: async () => '',
};

/** What the guard hears of an incident that was permitted to change the same target, and then went on like this. */
async function attemptsAfter(...ending: IncidentEvent[]): Promise<readonly string[]> {
  const { incidents, close } = openSqliteStore({ path: ':memory:', clock: systemClock, log: silentLog, workflows: {} });
  onTestFinished(close);
  const alerts = [alertFor({ namespace: 'shop' })];
  const events: IncidentEvent[] = [
    { type: 'opened', title: 't', subject: cart, foldKey: 'k', alerts },
    { type: 'investigation_started', model: 'm', tools: 1 },
    { type: 'decided', decision },
    { type: 'planned', plan: planFor() },
    { type: 'permitted', mode: 'auto', checks: [] },
    ...ending,
    { type: 'closed', state: 'escalated', summary: 'a person has it', learned: [] },
  ];
  incidents.appendAll(
    'inc-0',
    events.map((event, index) => ({ key: `${index}`, event })),
  );
  const reading = { cluster, incidents, policy: labSettings.policy, clock: systemClock };
  return (await gatherGuardRequest(decision, planFor(), incidentWith(), reading)).facts.failedAttempts;
}

const name = 'Deployment shop/cart';
const failed = { type: 'apply_failed', action: 'rollback_workload', target: name, reason: 'no answer' } as const;

test('a change that may have arrived, or that nobody could watch, counts as an attempt; one that was refused does not', async () => {
  expect(await attemptsAfter({ ...failed, unknown: true })).toEqual(['inc-0']);
  expect(
    await attemptsAfter({ type: 'applied', action: 'rollback_workload', target: name, changes: [], effect: 'e' }),
  ).toEqual(['inc-0']);
  expect(await attemptsAfter({ ...failed, unknown: false })).toEqual([]);
});
