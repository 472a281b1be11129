import { z } from 'zod';
import { kinds } from '../../kubernetes/kinds.ts';
import type { Container, KubeEvent, Pod } from '../../kubernetes/objects.ts';
import { type Answer, plural } from './answer.ts';
import { eventLines } from './event_lines.ts';
import { managedBy } from './managed_by.ts';
import { isHealthy } from './pod_groups.ts';
import { troubleLines } from './pod_trouble.ts';
import { type Revisions, readRevisions } from './revisions.ts';
import { findSubject } from './subject.ts';
import { templateChanges } from './template_changes.ts';
import { defineTool, type Senses } from './tool.ts';
import { changeText } from './workload_changes.ts';
import { type FoundWorkload, findWorkload, jobsOf, podsOf, templateOf, type WorkloadName } from './workload_lookup.ts';
import { workloadState, wrongConditions } from './workload_state.ts';

const Facts = z.object({
  kind: z.string(),
  healthy: z.boolean(),
  wanted: z.number().optional(),
  ready: z.number().optional(),
  updated: z.number().optional(),
  available: z.number().optional(),
  revision: z.number().optional(),
  last_good_revision: z.number().optional(),
  fields_changed: z.number().optional(),
  managed_by: z.string().optional(),
});
type Facts = z.infer<typeof Facts>;

export const getWorkload = defineTool({
  name: 'get_workload',
  description: 'Shows a workload of any kind: is it well, and what changed since it last was.',
  input: z.object({ namespace: z.string(), name: z.string(), kind: z.string().optional() }),
  facts: Facts,
  aliases: {
    workload: 'name',
    deployment: 'name',
    workload_name: 'name',
    resource_type: 'kind',
    workload_kind: 'kind',
  },
  answer: (args, senses) => workload(args, senses),
});

async function workload(given: WorkloadName, senses: Senses): Promise<Answer<Facts>> {
  const found = await findWorkload(given, senses);
  if (!found) return noWorkload(given, senses);
  if (found.kind === 'Pod')
    return { head: [`Pod ${found.object.metadata.name} was made by no workload that is left: see get_pod_status.`] };
  const [{ pods, revisions }, warnings] = await Promise.all([read(found, senses), warningsAbout(found, senses)]);
  return tell({ found, pods, revisions, warnings }, senses.clock.now());
}

/** A CronJob's pods are those of its latest Job. */
async function read(found: FoundWorkload, senses: Senses): Promise<Pick<Seen, 'pods' | 'revisions'>> {
  const jobs = found.kind === 'CronJob' ? await jobsOf(found.object, senses) : [];
  const [last] = jobs;
  const own = podsOf(last ? { kind: 'Job', object: last } : found, senses);
  if (found.kind !== 'StatefulSet' && found.kind !== 'DaemonSet') {
    const [pods, revisions] = await Promise.all([own, readRevisions(found, { pods: [], jobs }, senses)]);
    return { pods, revisions };
  }
  const pods = await own;
  return { pods, revisions: await readRevisions(found, { pods, jobs }, senses) };
}

interface Seen {
  found: FoundWorkload;
  pods: Pod[];
  revisions: Revisions | undefined;
  warnings: KubeEvent[];
}

function tell({ found, pods, revisions, warnings }: Seen, now: number): Answer<Facts> {
  const { kind, object } = found;
  const state = workloadState(found, now);
  const healthy = state.healthy && !(kind === 'CronJob' && pods.some(pod => isStuck(pod, now)));
  const keeper = managedBy(object);
  const changes = revisions?.before
    ? templateChanges(revisions.before.template, revisions.current.template)
    : undefined;
  const title = `${kind} ${object.metadata.namespace}/${object.metadata.name} is ${healthy ? 'healthy' : 'NOT healthy'}`;
  const containers = templateOf(found).spec.containers.map(containerText);
  const change = revisions ? changeText(found, revisions, { healthy, changes: changes ?? [], now }) : [];
  return {
    facts: {
      kind,
      healthy,
      ...state.counts,
      revision: revisions?.current.number,
      last_good_revision: revisions?.before?.proof ? revisions.before.number : undefined,
      fields_changed: changes?.length,
      managed_by: keeper,
    },
    head: [`${title}: ${state.said}.`, ...wrongConditions(found, now)],
    body: [
      ...(change.length > 0 ? [change.join('\n')] : []),
      ...troubleLines(pods.filter(worthTelling), now),
      ...eventLines(warnings, now).slice(0, 3),
      `Runs ${containers.join('; ')}. ${state.manner}.`,
      ...(keeper ? [`Managed by ${keeper}, which may undo what is changed by hand.`] : []),
    ],
  };
}

/** A pod of a Job that failed, or ought to run by now. */
function isStuck(pod: Pod, now: number): boolean {
  const old = now - Date.parse(pod.metadata.creationTimestamp ?? '') > 60_000;
  return !isHealthy(pod) && (old || pod.status?.phase === 'Failed');
}

/** What is being ended belongs to every rollout. */
function worthTelling(pod: Pod): boolean {
  return !isHealthy(pod) && !pod.metadata.deletionTimestamp;
}

function containerText({ name, image, resources }: Container): string {
  const list = (of: Record<string, string> = {}) =>
    Object.entries(of)
      .map(([what, amount]) => `${what} ${amount}`)
      .join(', ');
  return `${name} ${image} (requests ${list(resources?.requests) || 'none'}; limits ${list(resources?.limits) || 'none'})`;
}

async function warningsAbout({ kind, object }: FoundWorkload, { cluster, signal }: Senses): Promise<KubeEvent[]> {
  const { namespace = '', name } = object.metadata;
  const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${name}`;
  const { items } = await cluster.list<KubeEvent>(kinds.event, { namespace, fieldSelector, limit: 200 }, signal);
  return items.filter(
    ({ type, involvedObject }) => type !== 'Normal' && involvedObject.kind === kind && involvedObject.name === name,
  );
}

async function noWorkload(given: WorkloadName, senses: Senses): Promise<Answer<Facts>> {
  const subject = await findSubject(given.namespace, given.name, senses);
  if (subject.kind === 'nothing') return { head: subject.answer.head };
  if (subject.kind !== 'pods')
    return { head: [`${given.name} in ${given.namespace} is no ${given.kind ?? 'workload'}.`] };
  const well = subject.pods.filter(isHealthy).length;
  const head = [
    `${subject.owner} is of a kind that can't be read here; ${well} of ${plural(subject.pods.length, 'pod')} of it are healthy.`,
  ];
  return { head, body: troubleLines(subject.pods, senses.clock.now()) };
}
