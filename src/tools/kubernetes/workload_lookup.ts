import type { CronJob, DaemonSet, Job, StatefulSet } from '../../kubernetes/kinds/workloads.ts';
import { kinds } from '../../kubernetes/kinds.ts';
import type { Deployment, Pod, PodTemplate, ReplicaSet } from '../../kubernetes/objects.ts';
import { isOwnedBy, selectorText } from '../../kubernetes/workload.ts';
import { nameLetters } from '../../lib/name_letters.ts';
import { bareName, controllerOf, mostPods, ownerOf } from './subject.ts';
import type { Senses } from './tool.ts';
import { unlessRefused } from './unless_refused.ts';

/** What makes pods, or a pod that nothing made. */
export type FoundWorkload =
  | { kind: 'Deployment'; object: Deployment }
  | { kind: 'StatefulSet'; object: StatefulSet }
  | { kind: 'DaemonSet'; object: DaemonSet }
  | { kind: 'ReplicaSet'; object: ReplicaSet }
  | { kind: 'Job'; object: Job }
  | { kind: 'CronJob'; object: CronJob }
  | { kind: 'Pod'; object: Pod };

type WorkloadKind = FoundWorkload['kind'];

const readable: Record<WorkloadKind, (typeof kinds)[keyof typeof kinds]> = {
  Deployment: kinds.deployment,
  StatefulSet: kinds.statefulSet,
  DaemonSet: kinds.daemonSet,
  ReplicaSet: kinds.replicaSet,
  Job: kinds.job,
  CronJob: kinds.cronJob,
  Pod: kinds.pod,
};

/** Where to look, the likely place first: one kind after the other would take long, all at once would cost the most. */
const byGivenName: WorkloadKind[][] = [
  ['Deployment'],
  ['StatefulSet', 'DaemonSet', 'CronJob'],
  ['Job', 'Pod', 'ReplicaSet'],
];
const byGeneratedName: WorkloadKind[][] = [
  ['Pod'],
  ['Deployment', 'Job', 'ReplicaSet'],
  ['StatefulSet', 'DaemonSet', 'CronJob'],
];
const generated = new RegExp(`-([${nameLetters}]{5,10}|\\d+)$`);

const shortNames: Record<string, WorkloadKind> = {
  deploy: 'Deployment',
  sts: 'StatefulSet',
  ds: 'DaemonSet',
  rs: 'ReplicaSet',
  cj: 'CronJob',
  po: 'Pod',
};

export interface WorkloadName {
  namespace: string;
  /** With or without its kind before it: "web", "deployment/web". */
  name: string;
  kind?: string | undefined;
}

/** What is called so; for a pod and for a ReplicaSet of a Deployment, what made it. */
export async function findWorkload(given: WorkloadName, senses: Senses): Promise<FoundWorkload | undefined> {
  const at = { namespace: given.namespace, name: bareName(given.name) };
  const kind = kindOf(given);
  if (kind) {
    const found = await read(kind, at, senses);
    return found && madeBy(found, senses);
  }
  for (const tier of generated.test(at.name) ? byGeneratedName : byGivenName) {
    // What we may not read of one kind may be readable as another.
    const found = await Promise.all(tier.map(each => read(each, at, senses).catch(unlessRefused)));
    const [first] = found.filter(each => each !== undefined);
    if (first) return madeBy(first, senses);
  }
  return undefined;
}

/** The kind that is asked for, in any spelling: "deployments", "Deployment.apps", "deploy". */
function kindOf({ name, kind }: WorkloadName): WorkloadKind | undefined {
  const said = (kind ?? (name.includes('/') ? name.trim().split('/').at(-2) : undefined))?.toLowerCase().split('.')[0];
  if (said === undefined) return undefined;
  const known = Object.keys(readable) as WorkloadKind[];
  return shortNames[said] ?? known.find(each => said === each.toLowerCase() || said === `${each.toLowerCase()}s`);
}

async function read(
  kind: WorkloadKind,
  at: { namespace: string; name: string },
  { cluster, signal }: Senses,
): Promise<FoundWorkload | undefined> {
  const object = await cluster.get({ ...readable[kind], ...at }, signal);
  return object && ({ kind, object } as FoundWorkload);
}

async function madeBy(found: FoundWorkload, senses: Senses): Promise<FoundWorkload> {
  if (found.kind !== 'Pod' && found.kind !== 'ReplicaSet') return found;
  const { namespace = '' } = found.object.metadata;
  for (const owner of ownersOf(found)) {
    const kind = (Object.keys(readable) as WorkloadKind[]).find(each => each === owner.kind);
    const maker = kind && (await read(kind, { namespace, name: owner.name }, senses));
    if (maker) return madeBy(maker, senses);
  }
  return found;
}

/** A pod's ReplicaSet need not be read where there is a Deployment that it is named after. */
function ownersOf(found: FoundWorkload & { kind: 'Pod' | 'ReplicaSet' }): { kind: string; name: string }[] {
  const controller = found.object.metadata.ownerReferences?.find(owner => owner.controller);
  if (!controller) return [];
  if (found.kind === 'ReplicaSet') return [controller];
  const { name, text } = ownerOf(found.object);
  return text === `Deployment ${name}` ? [{ kind: 'Deployment', name }, controller] : [controller];
}

/** What its pods are made from. */
export function templateOf({ kind, object }: FoundWorkload): PodTemplate {
  if (kind === 'CronJob') return object.spec.jobTemplate.spec.template;
  return kind === 'Pod' ? { metadata: object.metadata, spec: object.spec } : object.spec.template;
}

/** Its own pods; of a CronJob none, as those are its Jobs'. */
export async function podsOf(found: FoundWorkload, { cluster, signal }: Senses): Promise<Pod[]> {
  const { kind, object } = found;
  if (kind === 'Pod') return [object];
  if (kind === 'CronJob' || !object.spec.selector) return [];
  const { namespace = '', name, uid } = object.metadata;
  const query = { namespace, labelSelector: selectorText(object.spec.selector), limit: mostPods };
  const { items } = await cluster.list<Pod>(kinds.pod, query, signal);
  return items.filter(pod =>
    kind === 'Deployment' ? ownerOf(pod).text === `Deployment ${name}` : controllerOf(pod)?.uid === uid,
  );
}

/** The Jobs that a CronJob made and that are kept, the newest first. */
export async function jobsOf(cronJob: CronJob, { cluster, signal }: Senses): Promise<Job[]> {
  const { namespace = '' } = cronJob.metadata;
  const { items } = await cluster.list<Job>(kinds.job, { namespace, limit: 500 }, signal);
  const madeAt = ({ metadata }: Job) => metadata.creationTimestamp ?? '';
  return items.filter(job => isOwnedBy(job, cronJob)).toSorted((a, b) => (madeAt(a) < madeAt(b) ? 1 : -1));
}

/** A workload's own pods; of a CronJob those of its latest Job. */
export async function latestPodsOf(found: FoundWorkload, senses: Senses): Promise<Pod[]> {
  if (found.kind !== 'CronJob') return podsOf(found, senses);
  const [last] = await jobsOf(found.object, senses);
  return last ? podsOf({ kind: 'Job', object: last }, senses) : [];
}
