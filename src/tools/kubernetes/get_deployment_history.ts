import { z } from 'zod';
import { ClusterError } from '../../kubernetes/cluster.ts';
import { kinds } from '../../kubernetes/kinds.ts';
import type { ConfigMap, KubeObject, PodSpec, ReplicaSet } from '../../kubernetes/objects.ts';
import { isOwnedBy, readWorkload, revisionOf, type WorkloadFacts } from '../../kubernetes/workload.ts';
import { type Answer, age, clip, enumerate, plural } from './answer.ts';
import { findSubject, ownerOf } from './subject.ts';
import { templateChanges } from './template_changes.ts';
import { defineTool, type Senses } from './tool.ts';

export const getDeploymentHistory = defineTool({
  name: 'get_deployment_history',
  description: 'Shows the revisions of a Deployment, newest first: when, how many pods are ready, and what changed.',
  input: z.object({
    namespace: z.string().describe('namespace of the Deployment'),
    name: z.string().describe('the Deployment, or one of its pods'),
  }),
  facts: z.looseObject({}),
  aliases: {
    deployment: 'name',
    workload: 'name',
    pod: 'name',
    deployment_name: 'name',
    workload_name: 'name',
    pod_name: 'name',
  },
  answer: ({ namespace, name }, senses) => history(namespace, name, senses),
});

const mostChanges = 12;

async function history(namespace: string, name: string, senses: Senses): Promise<Answer> {
  const subject = await findSubject(namespace, name, senses);
  if (subject.kind === 'nothing') return subject.answer;
  const owner = subject.kind === 'deployment' ? name : ownerOf(subject.pods[0]!).name;
  const facts =
    subject.kind === 'deployment'
      ? subject.facts
      : await readWorkload(senses.cluster, { namespace, name: owner }, senses.clock.now(), senses.signal);
  if (!facts) {
    return { head: [`${name} in ${namespace} belongs to no Deployment, so it has no revisions.`] };
  }
  const configMaps = await configMapLines(namespace, facts.workload.spec.template.spec, senses);
  return tell(facts, configMaps, senses.clock.now());
}

function tell(facts: WorkloadFacts, configMaps: string[], now: number): Answer {
  const { workload, replicaSets } = facts;
  const { namespace, name } = workload.metadata;
  const current = replicaSets.find(set => revisionOf(set) === revisionOf(workload));
  const older = replicaSets.filter(set => set !== current);
  const which = current ? `the current one is ${revisionOf(current)}` : 'the newest template has no ReplicaSet yet';
  const head = [`Deployment ${namespace}/${name} has ${plural(replicaSets.length, 'revision')}; ${which}.`];
  if (current) head.push(goodLine(facts, current, older));
  const manager = lastManager(workload);
  if (manager) head.push(`Last changed by ${manager.name}, ${age(manager.time, now)} ago.`);
  const body = replicaSets.map((set, index) => revisionBlock(set, replicaSets[index + 1], facts, now));
  return { head: [...head, ...configMaps], body, more: 'older revisions' };
}

/** Which revision one would go back to, as far as the cluster can tell. */
function goodLine({ pods }: WorkloadFacts, current: ReplicaSet, older: ReplicaSet[]): string {
  const ready = (set: ReplicaSet) => set.status?.readyReplicas ?? 0;
  const wanted = current.spec.replicas ?? 0;
  const own = pods.filter(pod => isOwnedBy(pod, current)).length;
  if (ready(current) >= wanted && wanted > 0)
    return `Revision ${revisionOf(current)} is healthy: ${ready(current)} of ${wanted} pods ready.`;
  const state = `Revision ${revisionOf(current)} is not healthy: ${ready(current)} of ${wanted} pods ready, ${own} made`;
  const proven = older.find(set => ready(set) > 0);
  if (proven) return `${state}. The last good revision is ${revisionOf(proven)}: it still has ready pods.`;
  const before = older[0];
  if (!before) return `${state}. There is no older revision to go back to.`;
  return `${state}. The revision before it is ${revisionOf(before)}; none of its pods are left to show whether it was good.`;
}

function revisionBlock(set: ReplicaSet, before: ReplicaSet | undefined, facts: WorkloadFacts, now: number): string {
  const revision = revisionOf(set);
  const isCurrent = revision === revisionOf(facts.workload);
  const wanted = set.spec.replicas ?? 0;
  const pods = wanted === 0 ? 'scaled to 0' : `${set.status?.readyReplicas ?? 0} of ${wanted} pods ready`;
  const cause = set.metadata.annotations?.['kubernetes.io/change-cause'];
  const title = `revision ${revision}${isCurrent ? ' (current)' : ''}, made ${age(set.metadata.creationTimestamp, now)} ago, ${pods}`;
  const lines = [`${title}${cause ? `, because: ${clip(cause, 120)}` : ''}`];
  if (!before) lines.push(`  the oldest that is kept; ${images(set.spec.template.spec)}`);
  else {
    const changes = templateChanges(before.spec.template, set.spec.template);
    lines.push(
      `  changed from revision ${revisionOf(before)}: ${changes.length === 0 ? 'nothing in the template' : ''}`.trimEnd(),
    );
    lines.push(...changes.slice(0, mostChanges).map(change => `    ${change}`));
    if (changes.length > mostChanges) lines.push(`    and ${changes.length - mostChanges} more fields`);
  }
  return lines.join('\n');
}

function images({ containers }: PodSpec): string {
  return enumerate(
    containers.map(({ name, image }) => `container ${name} image ${image}`),
    4,
  );
}

/** Settings that live outside the template change without a revision, so say when they did. */
async function configMapLines(namespace: string, spec: PodSpec, senses: Senses): Promise<string[]> {
  const names = configMapNames(spec).slice(0, 4);
  return Promise.all(
    names.map(async name => {
      const found = await readConfigMap(namespace, name, senses);
      if (!found) return `It reads ConfigMap ${name}, which does not exist.`;
      if (found === 'not allowed') return `It reads ConfigMap ${name}, which we may not read.`;
      const manager = lastManager(found);
      const changed = manager
        ? `last changed ${age(manager.time, senses.clock.now())} ago by ${manager.name}`
        : `made ${age(found.metadata.creationTimestamp, senses.clock.now())} ago`;
      return `It reads ConfigMap ${name}, ${changed}; changes there make no revision.`;
    }),
  );
}

async function readConfigMap(namespace: string, name: string, { cluster, signal }: Senses) {
  try {
    return await cluster.get<ConfigMap>({ ...kinds.configMap, namespace, name }, signal);
  } catch (error) {
    if (error instanceof ClusterError && error.status === 403) return 'not allowed' as const;
    throw error;
  }
}

function configMapNames({ containers, volumes = [] }: PodSpec): string[] {
  const names = [
    ...containers.flatMap(({ env = [] }) => env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name)),
    ...containers.flatMap(({ envFrom = [] }) => envFrom.map(({ configMapRef }) => configMapRef?.name)),
    ...volumes.map(({ configMap }) => configMap?.name),
  ];
  return [...new Set(names.filter(name => name !== undefined))];
}

/** Who wrote the object last, apart from controllers that write its status. */
function lastManager({ metadata }: KubeObject): { name: string; time: string } | undefined {
  const entries = (metadata.managedFields ?? []).flatMap(entry => {
    if (typeof entry !== 'object' || entry === null || ('subresource' in entry && entry.subresource)) return [];
    if (!('manager' in entry) || !('time' in entry)) return [];
    return [{ name: String(entry.manager), time: String(entry.time) }];
  });
  return entries
    .filter(({ name }) => name !== 'kube-controller-manager')
    .toSorted((a, b) => (a.time < b.time ? 1 : -1))[0];
}
