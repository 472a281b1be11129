import type { ControllerRevision, DaemonSet, Job, StatefulSet } from '../../kubernetes/kinds/workloads.ts';
import { kinds } from '../../kubernetes/kinds.ts';
import type { Deployment, Pod, PodTemplate, ReplicaSet } from '../../kubernetes/objects.ts';
import { isOwnedBy, revisionOf, selectorText } from '../../kubernetes/workload.ts';
import { plural } from './answer.ts';
import { isHealthy } from './pod_groups.ts';
import type { Senses } from './tool.ts';
import type { FoundWorkload } from './workload_lookup.ts';

/** One state that the pod template of a workload was in. */
export interface Revision {
  /** "revision 4", or "Job settle-293". */
  title: string;
  number?: number;
  template: PodTemplate;
  madeAt?: string | undefined;
  cause?: string | undefined;
  /** What shows that it was well; none when nothing is left to show it. */
  proof?: string | undefined;
}

export interface Revisions {
  current: Revision;
  /** The last before it that is known to have been well, or else the one before it. */
  before?: Revision;
  /** When the current one was seen to have been rolled out completely; it failed after that. */
  completedAt?: string;
}

/** `undefined` where a workload keeps none. */
export async function readRevisions(
  found: FoundWorkload,
  { pods, jobs }: { pods: readonly Pod[]; jobs: readonly Job[] },
  senses: Senses,
): Promise<Revisions | undefined> {
  const { cluster, signal } = senses;
  const { namespace = '' } = found.object.metadata;
  if (found.kind === 'Deployment') {
    const query = { namespace, labelSelector: selectorText(found.object.spec.selector) };
    const { items } = await cluster.list<ReplicaSet>(kinds.replicaSet, query, signal);
    return ofDeployment(
      found.object,
      items.filter(set => isOwnedBy(set, found.object)),
    );
  }
  if (found.kind === 'StatefulSet' || found.kind === 'DaemonSet') {
    const query = { namespace, labelSelector: selectorText(found.object.spec.selector) };
    const { items } = await cluster.list<ControllerRevision>(kinds.controllerRevision, query, signal);
    const own = items.filter(each => isOwnedBy(each, found.object));
    return ofControllerRevisions(found, own, pods);
  }
  return found.kind === 'CronJob' ? ofJobs(found.object.spec.jobTemplate.spec.template, jobs) : undefined;
}

const causeKey = 'kubernetes.io/change-cause';

function ofDeployment(workload: Deployment, sets: ReplicaSet[]): Revisions {
  const newestFirst = sets.toSorted((a, b) => revisionOf(b) - revisionOf(a));
  const now = newestFirst.find(set => revisionOf(set) === revisionOf(workload));
  const older = newestFirst.filter(set => set !== now);
  const before = older.find(set => (set.status?.readyReplicas ?? 0) > 0) ?? older[0];
  const completed = workload.status?.conditions?.find(
    ({ reason, message }) => reason === 'NewReplicaSetAvailable' && now && message?.includes(`"${now.metadata.name}"`),
  );
  const completedAt = completed?.lastUpdateTime ?? completed?.lastTransitionTime;
  return {
    current: now ? replicaSetRevision(now) : { title: 'the newest template', template: workload.spec.template },
    ...(before ? { before: replicaSetRevision(before) } : {}),
    ...(completedAt ? { completedAt } : {}),
  };
}

function replicaSetRevision(set: ReplicaSet): Revision {
  const ready = set.status?.readyReplicas ?? 0;
  return {
    title: `revision ${revisionOf(set)}`,
    number: revisionOf(set),
    template: set.spec.template,
    madeAt: set.metadata.creationTimestamp,
    cause: set.metadata.annotations?.[causeKey],
    proof: ready > 0 ? `it still has ${plural(ready, 'ready pod')}` : undefined,
  };
}

function ofControllerRevisions(
  { kind, object }: { kind: 'StatefulSet'; object: StatefulSet } | { kind: 'DaemonSet'; object: DaemonSet },
  all: ControllerRevision[],
  pods: readonly Pod[],
): Revisions {
  const newestFirst = all.toSorted((a, b) => b.revision - a.revision);
  const [wanted, rolledOut] =
    kind === 'StatefulSet' ? [object.status?.updateRevision, object.status?.currentRevision] : [];
  const now = newestFirst.find(({ metadata }) => metadata.name === wanted) ?? newestFirst[0];
  const revisionFrom = (each: ControllerRevision): Revision => {
    const ready = pods.filter(pod => isOf(pod, each) && isHealthy(pod)).length;
    const complete = each.metadata.name === rolledOut ? 'the last that was rolled out completely' : undefined;
    return {
      title: `revision ${each.revision}`,
      number: each.revision,
      template: each.data?.spec?.template ?? object.spec.template,
      madeAt: each.metadata.creationTimestamp,
      cause: each.metadata.annotations?.[causeKey],
      proof: complete ?? (ready > 0 ? `it still has ${plural(ready, 'ready pod')}` : undefined),
    };
  };
  const older = newestFirst.filter(each => each !== now).map(revisionFrom);
  const before = older.find(({ proof }) => proof !== undefined) ?? older[0];
  const current = now ? revisionFrom(now) : { title: 'the newest template', template: object.spec.template };
  return { current, ...(before ? { before } : {}) };
}

function isOf({ metadata }: Pod, { metadata: revision }: ControllerRevision): boolean {
  const hash = metadata.labels?.['controller-revision-hash'];
  return hash !== undefined && [revision.name, revision.labels?.['controller-revision-hash']].includes(hash);
}

/** A CronJob keeps no revisions; its Jobs, the newest first, show what it was like when they were made. */
function ofJobs(template: PodTemplate, jobs: readonly Job[]): Revisions {
  const succeeded = jobs.find(({ status }) =>
    status?.conditions?.some(({ type, status: is }) => type === 'Complete' && is === 'True'),
  );
  const current = { title: 'its template', template };
  if (!succeeded) return { current };
  const { name, creationTimestamp } = succeeded.metadata;
  const before = {
    title: `Job ${name}`,
    template: withoutJobLabels(succeeded.spec.template),
    madeAt: creationTimestamp,
    proof: 'it succeeded',
  };
  return { current, before };
}

function withoutJobLabels({ metadata, spec }: PodTemplate): PodTemplate {
  const labels = Object.entries(metadata?.labels ?? {}).filter(
    ([key]) => !/(^|\/)(controller-uid|job-name)$/.test(key),
  );
  return { metadata: { ...metadata, labels: Object.fromEntries(labels) }, spec };
}
