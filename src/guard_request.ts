import { targetKey } from './actions/target.ts';
import type { GuardPolicy } from './guard/policy.ts';
import type { GuardFacts, GuardRequest } from './guard/rules.ts';
import type { Decision } from './incidents/decision.ts';
import type { Incident } from './incidents/incident.ts';
import type { IncidentLog } from './incidents/log.ts';
import type { ActionPlan } from './incidents/plan.ts';
import type { ClusterReader } from './kubernetes/cluster.ts';
import { kinds } from './kubernetes/kinds.ts';
import type { KubeObject } from './kubernetes/objects.ts';
import type { Clock } from './lib/clock.ts';

export interface GuardReading {
  cluster: ClusterReader;
  incidents: IncidentLog;
  policy: GuardPolicy;
  clock: Clock;
}

/** Reads what the guard has to know. The guard itself reads nothing, so that its answer is a pure function. */
export async function gatherGuardRequest(
  decision: Decision,
  plan: ActionPlan,
  incident: Incident,
  reading: GuardReading,
): Promise<GuardRequest> {
  const { cluster, policy } = reading;
  const { kind, namespace, name } = plan.target;
  const [target, home] = await Promise.all([
    cluster.get({ apiVersion: 'apps/v1', kind, namespace, name }),
    readNamespace(namespace, cluster),
  ]);
  // What the guard asks of alerts is counted in the incident; they need not be journaled.
  const facts = { target, namespace: home, ...othersOn(plan, incident, reading) };
  return { incident: { ...incident, alerts: [] }, decision, plan, facts, policy };
}

export function readNamespace(name: string, cluster: ClusterReader): Promise<KubeObject | undefined> {
  return cluster.get({ ...kinds.namespace, name });
}

const acting: readonly Incident['state'][] = ['acting', 'verifying', 'undoing'];

/** More incidents than these are not looked through. */
const mostIncidents = 1000;

/** What other incidents do to the same target, or did to it lately in vain. */
function othersOn(
  { target }: ActionPlan,
  incident: Incident,
  { incidents, policy, clock }: GuardReading,
): Pick<GuardFacts, 'actingIncidents' | 'failedAttempts'> {
  const since = clock.now() - policy.coolDownSeconds * 1000;
  const others = incidents
    .list({ limit: mostIncidents })
    .filter(({ id, plan }) => id !== incident.id && plan && targetKey(plan.target) === targetKey(target));
  const inVain = others.filter(
    ({ state, health, changed, closedAt }) =>
      state === 'escalated' && (health || changed) && Date.parse(closedAt ?? '') >= since,
  );
  return {
    actingIncidents: others.filter(({ state }) => acting.includes(state)).map(({ id }) => id),
    failedAttempts: inVain.map(({ id }) => id),
  };
}
