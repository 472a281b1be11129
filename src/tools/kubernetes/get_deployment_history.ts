import { z } from 'zod';
import type { PodSpec, ReplicaSet } from '../../kubernetes/objects.ts';
import { isOwnedBy, readWorkload, revisionOf, type WorkloadFacts } from '../../kubernetes/workload.ts';
import { type Answer, age, clip, enumerate, plural } from './answer.ts';
import { configMapLines, lastManager } from './outside_changes.ts';
import { scaleLines } from './scale_changes.ts';
import { findSubject, ownerOf } from './subject.ts';
import { templateChanges } from './template_changes.ts';
import { defineTool, type Senses } from './tool.ts';

export const getDeploymentHistory = defineTool({
  name: 'get_deployment_history',
  description: 'What changed in a Deployment: revisions newest first, scaling, ConfigMaps; when and by whom.',
  input: z.object({
    namespace: z.string(),
    name: z.string(),
    hours_back: z.number().min(0.1).max(8760).optional(),
  }),
  facts: z.object({
    revisions: z.number(),
    current: z.number().optional(),
    healthy: z.boolean(),
    last_good: z.number().optional(),
    changes_shown: z.number(),
  }),
  aliases: {
    deployment: 'name',
    workload: 'name',
    pod: 'name',
    deployment_name: 'name',
    workload_name: 'name',
    pod_name: 'name',
    hours: 'hours_back',
  },
  answer: ({ namespace, name, hours_back }, senses) => history(namespace, name, hours_back, senses),
});

interface Facts {
  revisions: number;
  current?: number | undefined;
  healthy: boolean;
  last_good?: number | undefined;
  changes_shown: number;
}

const mostChanges = 12;
const hourMs = 3_600_000;

async function history(
  namespace: string,
  name: string,
  hours: number | undefined,
  senses: Senses,
): Promise<Answer<Facts>> {
  const subject = await findSubject(namespace, name, senses);
  if (subject.kind === 'nothing') return { head: subject.answer.head };
  const owner = subject.kind === 'deployment' ? name : ownerOf(subject.pods[0]!).name;
  const facts =
    subject.kind === 'deployment'
      ? subject.facts
      : await readWorkload(senses.cluster, { namespace, name: owner }, senses.clock.now(), senses.signal);
  if (!facts) {
    return { head: [`${name} in ${namespace} belongs to no Deployment, so it has no revisions.`] };
  }
  const [configMaps, scaling] = await Promise.all([
    configMapLines(namespace, facts.workload.spec.template.spec, senses),
    scaleLines(facts.workload, senses),
  ]);
  const since = hours === undefined ? undefined : senses.clock.now() - hours * hourMs;
  return tell(facts, [...configMaps, ...scaling], since, senses.clock.now());
}

function tell(facts: WorkloadFacts, others: string[], since: number | undefined, now: number): Answer<Facts> {
  const { workload, replicaSets } = facts;
  const { namespace, name } = workload.metadata;
  const current = replicaSets.find(set => revisionOf(set) === revisionOf(workload));
  const older = replicaSets.filter(set => set !== current);
  const which = current ? `the current one is ${revisionOf(current)}` : 'the newest template has no ReplicaSet yet';
  const head = [`Deployment ${namespace}/${name} has ${plural(replicaSets.length, 'revision')}; ${which}.`];
  if (current) head.push(goodLine(facts, current, older));
  const manager = lastManager(workload);
  if (manager) head.push(`Last changed by ${manager.name}, ${age(manager.time, now)} ago.`);
  const recent = replicaSets.filter(set => since === undefined || madeAt(set) >= since);
  if (recent.length === 0)
    head.push(`No revision was made in the last ${age(new Date(since ?? now).toISOString(), now)}.`);
  const body = recent.map(set => revisionBlock(set, replicaSets[replicaSets.indexOf(set) + 1], facts, now));
  const good = [current, ...older].find(set => set && ready(set) > 0);
  return {
    facts: {
      revisions: replicaSets.length,
      current: current && revisionOf(current),
      healthy: current !== undefined && isHealthy(current),
      last_good: good && revisionOf(good),
      changes_shown: recent.length,
    },
    head: [...head, ...others],
    body,
    more: 'older revisions',
  };
}

const ready = (set: ReplicaSet): number => set.status?.readyReplicas ?? 0;

function isHealthy(set: ReplicaSet): boolean {
  const wanted = set.spec.replicas ?? 0;
  return ready(set) >= wanted && wanted > 0;
}

function madeAt({ metadata }: ReplicaSet): number {
  return Date.parse(metadata.creationTimestamp ?? '');
}

/** Which revision one would go back to, as far as the cluster can tell. */
function goodLine({ pods }: WorkloadFacts, current: ReplicaSet, older: ReplicaSet[]): string {
  const wanted = current.spec.replicas ?? 0;
  const own = pods.filter(pod => isOwnedBy(pod, current)).length;
  if (isHealthy(current))
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
