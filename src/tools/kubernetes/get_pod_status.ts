import { z } from 'zod';
import { kinds } from '../../kubernetes/kinds.ts';
import type { Deployment, Pod, ReplicaSet } from '../../kubernetes/objects.ts';
import { isOwnedBy, revisionOf, type WorkloadFacts } from '../../kubernetes/workload.ts';
import { type Answer, age, clip, enumerate, plural } from './answer.ts';
import { describeGroup, groupPods, isHealthy } from './pod_groups.ts';
import { statesOf } from './pod_states.ts';
import { controllerOf, findSubject, missingNamespace, mostPods, ownerOf } from './subject.ts';
import { defineTool, type Senses } from './tool.ts';
import { troubleBlocks } from './trouble_blocks.ts';

const Facts = z.object({ pods: z.number(), healthy: z.number() });
type Facts = z.infer<typeof Facts>;

export const getPodStatus = defineTool({
  name: 'get_pod_status',
  tokens: 350,
  description: 'How pods are and why: state, reason, image, restarts, last exit, resources.',
  input: z.object({
    namespace: z.string(),
    name: z.string().optional().describe('pod or workload; else all'),
    selector: z.string().optional().describe('app=web'),
  }),
  facts: Facts,
  aliases: {
    pod: 'name',
    workload: 'name',
    deployment: 'name',
    pod_name: 'name',
    workload_name: 'name',
    deployment_name: 'name',
    label_selector: 'selector',
    labelSelector: 'selector',
  },
  answer: ({ namespace, name, selector }, senses) =>
    name === undefined ? podsOf(namespace, selector, senses) : statusOf(namespace, name, senses),
});

/** Broken pods that take more characters than these are folded by what is wrong with them. */
const mostAtLength = 800;

const more = 'ask for one name to see it';

async function statusOf(namespace: string, name: string, senses: Senses): Promise<Answer<Facts>> {
  const subject = await findSubject(namespace, name, senses);
  if (subject.kind === 'nothing') return { head: subject.answer.head };
  const now = senses.clock.now();
  if (subject.kind === 'deployment') return deploymentStatus(subject.facts, now);
  if (subject.kind === 'pod') return podStatus(subject.pods[0], senses);
  const { owner, pods } = subject;
  const head = [`${owner} in ${namespace}: ${pods.filter(isHealthy).length} of ${plural(pods.length, 'pod')} healthy.`];
  return { facts: factsOf(pods), head, body: groupPods(pods).map(group => describeGroup(group, now)), more };
}

/** One pod, and how its whole workload is: a broken pod may be one of many that serve. */
async function podStatus(pod: Pod, { cluster, clock, signal }: Senses): Promise<Answer<Facts>> {
  const { name } = pod.metadata;
  const home = pod.metadata.namespace === undefined ? {} : { namespace: pod.metadata.namespace };
  const [owner, controller] = [ownerOf(pod), controllerOf(pod)];
  const ofDeployment = owner.text.startsWith('Deployment ');
  const [workload, set] = await Promise.all([
    ofDeployment ? cluster.get<Deployment>({ ...kinds.deployment, ...home, name: owner.name }, signal) : undefined,
    ofDeployment && controller
      ? cluster.get<ReplicaSet>({ ...kinds.replicaSet, ...home, name: controller.name }, signal)
      : undefined,
  ]);
  const now = clock.now();
  const revision = workload && set && revisionText(revisionOf(set), revisionOf(workload));
  const body = groupPods([pod]).map(group => describeGroup(group, now, revision));
  const facts = factsOf([pod]);
  if (workload)
    return { facts, head: [`Pod ${name} belongs to ${replicaLine(workload)}`, ...conditions(workload, now)], body };
  const ownership = owner.name === name ? `Pod ${name} has no owner.` : `Pod ${name} belongs to ${owner.text}.`;
  return { facts, head: [ownership], body };
}

function factsOf(pods: readonly Pod[]): Facts {
  return { pods: pods.length, healthy: pods.filter(isHealthy).length };
}

function deploymentStatus({ workload, replicaSets, pods }: WorkloadFacts, now: number): Answer<Facts> {
  const body = groupPods(pods).map(group => {
    const set = replicaSets.find(each => isOwnedBy(group.pods[0], each));
    return describeGroup(group, now, set && revisionText(revisionOf(set), revisionOf(workload)));
  });
  return { facts: factsOf(pods), head: [replicaLine(workload), ...conditions(workload, now)], body, more };
}

function revisionText(revision: number, current: number): string {
  return `revision ${revision}, ${revision === current ? 'the current one' : 'an older one'}`;
}

function replicaLine({ metadata, spec, status }: Deployment): string {
  const wanted = spec.replicas ?? 1;
  const facts = [
    `${status?.readyReplicas ?? 0} of ${wanted} replicas ready`,
    `${status?.updatedReplicas ?? 0} of the current revision`,
    `${status?.availableReplicas ?? 0} available`,
  ];
  if (wanted === 0) facts.push('it is scaled to 0 and wants no pods');
  if (spec.paused) facts.push('its rollout is paused');
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0))
    facts.push('its newest change is not acted on yet');
  return `Deployment ${metadata.namespace}/${metadata.name}: ${facts.join(', ')}.`;
}

/** A Deployment's conditions that say something is wrong. */
function conditions({ status }: Deployment, now: number): string[] {
  const wrong = (status?.conditions ?? []).filter(
    ({ type, status: is }) => (type === 'ReplicaFailure') === (is === 'True'),
  );
  // Why no pods are made is why the others are not true.
  const failure = wrong.filter(({ type }) => type === 'ReplicaFailure');
  return (failure.length > 0 ? failure : wrong).map(({ type, reason, message, lastTransitionTime }) => {
    const what = type === 'ReplicaFailure' ? 'ReplicaFailure' : `${type} is not true`;
    return `${what} for ${age(lastTransitionTime, now)} (${reason ?? 'no reason'}: ${clip(message ?? '', 240)})`;
  });
}

/** A whole namespace, or what a selector finds: the broken pods at length, the healthy ones in a line. */
async function podsOf(namespace: string, selector: string | undefined, senses: Senses): Promise<Answer<Facts>> {
  const { cluster, clock, signal } = senses;
  const query = { namespace, limit: mostPods, ...(selector === undefined ? {} : { labelSelector: selector }) };
  const [list, deployments] = await Promise.all([
    cluster.list<Pod>(kinds.pod, query, signal),
    cluster.list<Deployment>(kinds.deployment, query, signal),
  ]);
  const pods = list.items;
  const without = deployments.items.filter(each => !pods.some(pod => ownerOf(pod).name === each.metadata.name));
  if (pods.length + without.length === 0) return nothingFound(namespace, selector, senses);

  const healthy = pods.filter(isHealthy);
  const cut = list.metadata.continue ? `; only the first ${mostPods} pods were looked at` : '';
  const among = selector === undefined ? '' : ` with ${selector}`;
  const head = [
    `${plural(pods.length, 'pod')} in ${namespace}${among}: ${healthy.length} healthy, ${pods.length - healthy.length} not${cut}.`,
  ];
  if (healthy.length > 0) head.push(`Healthy: ${healthyLine(healthy)}.`);
  for (const each of without.slice(0, 5)) head.push(`No pods: ${replicaLine(each)}`, ...conditions(each, clock.now()));
  const broken = groupPods(pods).filter(group => !group.healthy);
  const atLength = broken.map(group => describeGroup(group, clock.now()));
  if (atLength.join('').length <= mostAtLength) return { facts: factsOf(pods), head, body: atLength, more };
  head.push(`Not healthy: ${statesOf(pods.filter(pod => !isHealthy(pod)))}.`);
  return { facts: factsOf(pods), head, body: troubleBlocks(pods, clock.now()), more };
}

function healthyLine(pods: Pod[]): string {
  const counts = Map.groupBy(pods, pod => ownerOf(pod).name);
  return enumerate([...counts].map(([name, of]) => `${name} (${of.length})`).toSorted(), 12);
}

async function nothingFound(namespace: string, selector: string | undefined, senses: Senses): Promise<Answer<Facts>> {
  const missing = await missingNamespace(namespace, senses);
  if (missing) return { head: missing.head };
  return selector === undefined
    ? { head: [`Namespace ${namespace} has no pods and no Deployments.`] }
    : { head: [`No pod in ${namespace} has the labels ${selector}. Leave the selector out to see all pods.`] };
}
