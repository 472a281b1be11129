import { targetKey } from './actions/target.ts';
import type { GuardPolicy } from './guard/policy.ts';
import type { GuardRequest } from './guard/rules.ts';
import type { Decision } from './incidents/decision.ts';
import type { Incident } from './incidents/incident.ts';
import type { IncidentLog } from './incidents/log.ts';
import type { ActionPlan } from './incidents/plan.ts';
import type { ClusterReader } from './kubernetes/cluster.ts';

export interface GuardReading {
  cluster: ClusterReader;
  incidents: IncidentLog;
  policy: GuardPolicy;
}

/** Reads what the guard has to know. The guard itself reads nothing, so that its answer is a pure function. */
export async function gatherGuardRequest(
  decision: Decision,
  plan: ActionPlan,
  incident: Incident,
  { cluster, incidents, policy }: GuardReading,
): Promise<GuardRequest> {
  const { kind, namespace, name } = plan.target;
  const [target, home] = await Promise.all([
    cluster.get({ apiVersion: 'apps/v1', kind, namespace, name }),
    cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace }),
  ]);
  const facts = { target, namespace: home, actingIncidents: othersActing(plan, incident, incidents) };
  return { incident, decision, plan, facts, policy };
}

const acting: readonly Incident['state'][] = ['acting', 'verifying', 'undoing'];

function othersActing({ target }: ActionPlan, incident: Incident, incidents: IncidentLog): string[] {
  return incidents
    .list({ open: true })
    .filter(
      ({ id, state, plan }) =>
        id !== incident.id && acting.includes(state) && plan && targetKey(plan.target) === targetKey(target),
    )
    .map(({ id }) => id);
}
