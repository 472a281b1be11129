import type { Cited, Decided, Named } from './decision.ts';
import type { Facts } from './facts.ts';
import type { Change, History } from './history.ts';
import type { ContainerStatus } from './status.ts';

export interface Finding {
  summary: string;
  /** Where the cause lies; the subject unless it is said. */
  object?: Named;
  evidence: (Cited | undefined)[];
}

export interface Rejected {
  option: string;
  rejectedBecause: string;
}

export function subjectOf({ subject }: Facts): Named {
  const { kind, namespace, name } = subject;
  const named =
    name === undefined ? { kind: 'Pod', name: subject.pod ?? 'unknown' } : { kind: kind ?? 'Workload', name };
  return { ...named, ...(namespace ? { namespace } : {}) };
}

export function escalate(facts: Facts, finding: Finding, reason: string, considered: Rejected[] = []): Decided {
  return { ...because(facts, finding), action: { name: 'escalate', reason }, considered };
}

/** Back to the good revision; a person decides when there is none, or when it isn't a Deployment. */
export function rollBack(facts: Facts, finding: Finding, considered: Rejected[]): Decided {
  const { history } = facts;
  const target = subjectOf(facts);
  if (target.kind !== 'Deployment' || target.namespace === undefined) {
    return escalate(
      facts,
      finding,
      `only a Deployment can be rolled back, and this is ${target.kind} ${target.name}`,
      considered,
    );
  }
  if (!history?.good) {
    const option = { option: 'rollback_workload', rejectedBecause: 'no earlier revision is known to have worked' };
    return escalate(facts, finding, 'there is no revision to go back to that is known to have worked', [
      option,
      ...considered,
    ]);
  }
  const { revision, because: proof } = history.good;
  const evidence = [...finding.evidence, { id: history.id, says: proof }];
  return {
    ...because(facts, { ...finding, evidence }),
    action: { name: 'rollback_workload', target, toRevision: revision },
    considered,
  };
}

export function because(facts: Facts, { summary, object, evidence }: Finding): Pick<Decided, 'rootCause' | 'evidence'> {
  const merged = Map.groupBy(
    evidence.filter(cited => cited !== undefined),
    ({ id }) => id,
  );
  return {
    rootCause: { summary, object: object ?? subjectOf(facts) },
    evidence: [...merged].map(([id, cited]) => ({ id, says: cited.map(({ says }) => says).join('; ') })),
  };
}

export function citeStatus({ id, container, state, lastExit }: ContainerStatus): Cited {
  return { id, says: `container ${container}: ${state}${lastExit ? `; ${lastExit}` : ''}` };
}

export function citeChanges({ id }: History, changes: readonly Change[]): Cited {
  return { id, says: `changed: ${changes.map(changeText).join(', ')}` };
}

export function changeText({ path, from, to }: Change): string {
  return `${path} from ${from || 'nothing'} to ${to || 'nothing'}`;
}

/** Changes since the good revision that the fault may come from: recent ones, or those of a rollout that is stuck. */
export function suspects({ history }: Facts): Change[] {
  if (!history) return [];
  const recent = 3_600;
  return history.stillServes || history.currentAge <= recent ? history.changes : [];
}

export const restartIsNoHelp = (why: string): Rejected => ({ option: 'restart_workload', rejectedBecause: why });
