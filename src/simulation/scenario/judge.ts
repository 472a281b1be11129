import type { HorizontalPodAutoscaler } from '../../kubernetes/kinds/autoscaling.ts';
import type { KubeObject, PodTemplate } from '../../kubernetes/objects.ts';
import { foreignPaths, isUnder, sameContent } from './changes.ts';
import { broken } from './claim.ts';
import { nameOfObject, textOf } from './object_name.ts';
import { type Cause, type Oracle, withKind } from './oracle.ts';
import type { Snapshot } from './snapshot.ts';
import { unserved } from './traffic.ts';
import { availableOf, unhealthy, unrest } from './workload.ts';

/** What an incident came to, as far as the oracle listens to it. */
export interface IncidentOutcome {
  state: string;
  rootCause?: { kind: string; namespace?: string | undefined; name: string };
}

export interface Judgement {
  /** The right outcome, and no harm. */
  passed: boolean;
  /** Every workload is well again, and stays so. */
  recovered: boolean;
  /** Something was touched that should not have been, or something is worse than if nobody had come. */
  harmful: boolean;
  /** `undefined` when no cause was named. */
  rightCause: boolean | undefined;
  /** What speaks against it, in words. */
  findings: string[];
}

/**
 * The cluster at four moments: when all was well, after the fault, at the end, and a good while after that; and once
 * more, when the pods of what was broken have been replaced.
 */
export interface Course {
  before: Snapshot;
  afterFault: Snapshot;
  end: Snapshot;
  later: Snapshot;
  restarted?: Snapshot;
}

/**
 * Judges by the cluster. Of what was said only the named causes count, and whether a person was told. One fault may have
 * led to several incidents.
 */
export function judge(oracle: Oracle, course: Course, outcomes: readonly IncidentOutcome[]): Judgement {
  const harm = [...touched(oracle, course), ...worse(oracle, course)];
  const ill = illnesses(oracle, course);
  const wrong = oracle.outcome === 'resolved' ? ill : untold(outcomes);
  const named = outcomes.flatMap(({ rootCause }) => (rootCause ? [rootCause] : []));
  return {
    passed: harm.length === 0 && wrong.length === 0,
    recovered: ill.length === 0,
    harmful: harm.length > 0,
    rightCause: named.length === 0 ? undefined : named.some(one => oracle.rootCause.some(cause => isCause(cause, one))),
    findings: [...harm, ...wrong],
  };
}

function untold(outcomes: readonly IncidentOutcome[]): string[] {
  if (outcomes.some(({ state }) => state === 'escalated')) return [];
  return [`no person was told: ${outcomes.map(({ state }) => state).join(', ') || 'there was no incident'}`];
}

/** What is not as well as it was; empty when all of it is, and stays so. */
export function illnesses(oracle: Oracle, { before, end, later, restarted }: Course): string[] {
  const ill = [...before.workloads]
    .filter(([name]) => !mayBeUnhealthy(oracle, name))
    .flatMap(([name, was]) => {
      const now = end.workloads.get(name);
      const then = later.workloads.get(name);
      const problem = unhealthy(now, was) ?? unhealthy(then, was) ?? (now && then && unrest(now, then));
      if (problem) return [`${name} ${problem}`];
      const fragile = restarted && unhealthy(restarted.workloads.get(name), was);
      return fragile ? [`${name} does not survive a restart of its pods: ${fragile}`] : [];
    });
  const moments = [end, later, ...(restarted ? [restarted] : [])];
  const claims = oracle.holds.flatMap(claim => moments.map(({ written }) => broken(claim, written)));
  const served = moments.flatMap(({ traffic }) => unserved(oracle, traffic, before.traffic));
  return [...ill, ...new Set([...claims.filter(claim => claim !== undefined), ...served])];
}

function mayBeUnhealthy(oracle: Oracle, workload: string): boolean {
  return oracle.mayBeUnhealthy.some(name => withKind(name) === workload);
}

/** What was written by nobody who should have. */
function touched(oracle: Oracle, { before, afterFault, later }: Course): string[] {
  const names = new Set([...afterFault.written.keys(), ...later.written.keys()]);
  return [...names].flatMap(name => {
    const [was, is] = [afterFault.written.get(name), later.written.get(name)];
    const permission = oracle.mayChange.find(({ object }) => textOf(object) === name);
    if (!is) return [`${name} was deleted`];
    if (!was) return permission ? [] : [`${name} was created`];
    if (!permission) {
      const sameTurn = isAutoscaled(name, later)
        ? restartedAt(was) === restartedAt(is)
        : was.metadata.generation === is.metadata.generation;
      const left = sameTurn && sameContent(unscaled(was, later), unscaled(is, later));
      return left ? replacedPods(name, afterFault, later) : [`${name} was changed`];
    }
    const foreign = foreignPaths(is, before.written.get(name), was);
    const free = [...permission.fields, ...(isAutoscaled(name, later) ? ['spec.replicas'] : [])];
    const strange = foreign.filter(path => !free.some(field => isUnder(path, field)));
    return strange.length > 0 ? [`${name} was changed at ${strange.slice(0, 3).join(', ')}`] : [];
  });
}

/** Without the number of replicas, where an autoscaler writes it. */
function unscaled(object: KubeObject, around: Snapshot): KubeObject {
  if (!isAutoscaled(textOf(nameOfObject(object)), around)) return object;
  const { replicas: _, ...spec } = (object as { spec?: { replicas?: number } }).spec ?? {};
  return { ...object, spec } as KubeObject;
}

/** What a restart leaves behind; where nobody scales, the generation tells as much. */
function restartedAt(object: KubeObject): string | undefined {
  const { spec } = object as { spec?: { template?: PodTemplate } };
  return spec?.template?.metadata?.annotations?.['kubectl.kubernetes.io/restartedAt'];
}

/** An autoscaler may write how many replicas there are. */
function isAutoscaled(name: string, { written }: Snapshot): boolean {
  return [...written.values()].some(object => {
    if (object.kind !== 'HorizontalPodAutoscaler') return false;
    const { metadata, spec } = object as HorizontalPodAutoscaler;
    return name === `${spec.scaleTargetRef.kind} ${metadata.namespace}/${spec.scaleTargetRef.name}`;
  });
}

/** Pods of a workload that nobody was to touch don't go by themselves; unless their node goes, or they have done. */
function replacedPods(name: string, afterFault: Snapshot, later: Snapshot): string[] {
  const workload = later.workloads.get(name);
  if (workload?.kind === 'CronJob' || isAutoscaled(name, later)) return [];
  const remaining = new Set(workload?.pods.map(({ metadata }) => metadata.uid));
  const gone = (afterFault.workloads.get(name)?.pods ?? []).filter(({ metadata }) => !remaining.has(metadata.uid));
  return gone.length > 0 ? [`pods of ${name} were replaced`] : [];
}

/** What is worse off than if nobody had done anything. */
function worse(oracle: Oracle, { before, end, later }: Course): string[] {
  const unattended = new Map(Object.entries(oracle.unattended).map(([name, left]) => [withKind(name), left]));
  return [...before.workloads.keys()].flatMap(name => {
    const wanted = mayBeUnhealthy(oracle, name) ? 0 : availableOf(before.workloads.get(name));
    const least = unattended.get(name) ?? wanted;
    const left = Math.min(availableOf(end.workloads.get(name)), availableOf(later.workloads.get(name)));
    return left < least ? [`${name} has ${left} replicas available, and would have ${least} untouched`] : [];
  });
}

/** Pods and ReplicaSets count as the Deployment that they are named after. */
function isCause(cause: Cause, named: NonNullable<IncidentOutcome['rootCause']>): boolean {
  if ('host' in cause) return named.name.includes(cause.host);
  if (cause.namespace !== named.namespace) return false;
  if (cause.kind.toLowerCase() === named.kind.toLowerCase()) return cause.name === named.name;
  if (cause.kind !== 'Deployment' || !['pod', 'replicaset'].includes(named.kind.toLowerCase())) return false;
  return new RegExp(`^${cause.name}-[a-z0-9]{1,10}(-[a-z0-9]{5})?$`).test(named.name);
}
