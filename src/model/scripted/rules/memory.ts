import type { Decided } from '../decision.ts';
import type { Facts } from '../facts.ts';
import { bytesOf, doubled, memoryIn } from '../memory.ts';
import type { ContainerStatus } from '../status.ts';
import { isOutOfMemory } from '../symptoms.ts';
import {
  because,
  citeChanges,
  citeStatus,
  escalate,
  type Finding,
  type Rejected,
  rollBack,
  subjectOf,
  suspects,
} from '../verdict.ts';

/** A container that fills its memory so slowly that it lives this long, on average, may be leaking. */
const leakSeconds = 1_200;

/** A container is killed again and again at a limit that is below its need. */
export function memoryIsShort(facts: Facts): Decided | undefined {
  const broken = facts.broken.find(isOutOfMemory);
  if (!broken) return undefined;
  const limit = memoryIn(broken.settings, 'limits');
  const finding: Finding = {
    summary: `Container ${broken.container} is killed because it needs more memory than ${limit ?? 'the node has'}.`,
    evidence: [citeStatus(broken)],
  };
  const restart = { option: 'restart_workload', rejectedBecause: 'the new containers would need as much memory' };
  const lowered = suspects(facts).find(({ path, from, to }) => isMemoryLimit(path, broken) && below(to, from));
  if (facts.history && lowered) {
    const evidence = [...finding.evidence, citeChanges(facts.history, [lowered])];
    const summary = `${finding.summary} The last rollout lowered that limit from ${lowered.from}.`;
    return rollBack(facts, { summary, evidence }, [restart]);
  }
  return raiseLimit(facts, { broken, limit, finding, considered: [restart] });
}

interface Shortage {
  broken: ContainerStatus;
  limit: string | undefined;
  finding: Finding;
  considered: Rejected[];
}

function raiseLimit(facts: Facts, { broken, limit, finding, considered }: Shortage): Decided {
  const bytes = bytesOf(limit ?? '');
  const target = subjectOf(facts);
  const stop = (reason: string) => {
    const rejected = { option: 'set_resources', rejectedBecause: reason };
    const seen = facts.room ? [...finding.evidence, { id: facts.room.id, says: facts.room.says }] : finding.evidence;
    return escalate(facts, { ...finding, evidence: seen }, reason, [...considered, rejected]);
  };
  if (!bytes) return stop('no memory limit was seen that could be raised');
  if (broken.restarts < 2) return stop('it was killed once, which may have been a moment of load');
  if (mayLeak(broken)) return stop('it lives long before it is killed: it may be a leak, which no limit holds');
  if (target.kind !== 'Deployment' || !target.namespace)
    return stop(`expected a Deployment, got ${target.kind} ${target.name}`);
  if (!facts.room?.fits)
    return stop(facts.room ? 'no node has room for more' : 'it is not known whether a node has room');
  return {
    ...because(facts, { ...finding, evidence: [...finding.evidence, { id: facts.room.id, says: facts.room.says }] }),
    action: { name: 'set_resources', target, container: broken.container, memoryLimit: doubled(bytes) },
    considered: [
      ...considered,
      { option: 'rollback_workload', rejectedBecause: 'no recent change lowered the memory limit' },
    ],
  };
}

function mayLeak({ age, restarts }: ContainerStatus): boolean {
  return age !== undefined && age / restarts > leakSeconds;
}

function isMemoryLimit(path: string, { container }: ContainerStatus): boolean {
  return path === `container ${container} resources.limits.memory`;
}

/** A limit where there was none is lower, too. */
function below(to: string, from: string): boolean {
  const after = bytesOf(to);
  return after !== undefined && after < (bytesOf(from) ?? Number.POSITIVE_INFINITY);
}
