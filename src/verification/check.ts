import type { Proof } from '../actions/action.ts';
import { type Action, actionType } from '../actions/catalogue.ts';
import type { Incident } from '../incidents/incident.ts';
import type { ClusterReader } from '../kubernetes/cluster.ts';
import { readWorkload } from '../kubernetes/workload.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';

/** One look at what the change did. */
export interface Check {
  at: number;
  workload: Proof | { state: 'unknown'; says: string };
  alertsFiring: number;
}

export interface VerificationDeps {
  cluster: ClusterReader;
  clock: Clock;
  /** The incident as its log has it now: alerts resolve while we watch. */
  incident(id: string): Incident | undefined;
}

export async function check(
  action: Action,
  incident: string,
  changedAt: number,
  deps: VerificationDeps,
): Promise<Check> {
  return {
    at: deps.clock.now(),
    workload: await proofOf(action, changedAt, deps),
    alertsFiring: deps.incident(incident)?.firing ?? 0,
  };
}

async function proofOf(
  action: Action,
  changedAt: number,
  { cluster, clock }: VerificationDeps,
): Promise<Check['workload']> {
  try {
    const facts = await readWorkload(cluster, action.target, clock.now());
    return facts
      ? actionType(action).prove(action, facts, changedAt)
      : { state: 'failing', says: 'the workload is gone' };
  } catch (error) {
    return { state: 'unknown', says: `the cluster could not be read: ${messageOf(error)}` };
  }
}
