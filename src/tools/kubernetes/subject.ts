import { kinds } from '../../kubernetes/kinds.ts';
import type { Deployment, Namespace, Pod } from '../../kubernetes/objects.ts';
import { readWorkload, templateHashLabel, type WorkloadFacts } from '../../kubernetes/workload.ts';
import { nameLetters } from '../../lib/name_letters.ts';
import { type Answer, enumerate } from './answer.ts';
import type { Senses } from './tool.ts';

/** What a name stands for: one pod, a Deployment, or pods that another kind of workload owns. */
export type Subject =
  | { kind: 'deployment'; facts: WorkloadFacts }
  | { kind: 'pod'; pods: [Pod] }
  | { kind: 'pods'; owner: string; pods: Pod[] }
  | { kind: 'nothing'; answer: Answer };

/** More pods than this in one namespace are not looked through. */
export const mostPods = 5_000;

export async function findSubject(namespace: string, given: string, senses: Senses): Promise<Subject> {
  const name = bareName(given);
  const places = [deploymentNamed, podNamed];
  for (const place of likeAPod.test(name) ? places.toReversed() : places) {
    const found = await place(namespace, name, senses);
    if (found) return found;
  }
  const { items } = await senses.cluster.list<Pod>(kinds.pod, { namespace, limit: mostPods }, senses.signal);
  const owned = items.filter(each => ownerOf(each).name === name || controllerOf(each)?.name === name);
  if (owned.length > 0) return { kind: 'pods', owner: ownerOf(owned[0]!).text, pods: owned };
  return { kind: 'nothing', answer: await nothingThere(namespace, name, items, senses) };
}

/** What is generated for a pod, or a number: looked for among the pods first, which mostly spares a request. */
const likeAPod = new RegExp(`-([${nameLetters}]{5}|\\d+)$`);

async function deploymentNamed(namespace: string, name: string, { cluster, clock, signal }: Senses) {
  const facts = await readWorkload(cluster, { namespace, name }, clock.now(), signal);
  return facts && ({ kind: 'deployment', facts } as const);
}

async function podNamed(namespace: string, name: string, { cluster, signal }: Senses): Promise<Subject | undefined> {
  const pod = await cluster.get<Pod>({ ...kinds.pod, namespace, name }, signal);
  return pod && { kind: 'pod', pods: [pod] };
}

/** "pod/web", "deployment/web" and "shop/web" all mean web. */
export function bareName(given: string): string {
  return given.trim().split('/').at(-1) ?? given;
}

export function controllerOf(pod: Pod) {
  return pod.metadata.ownerReferences?.find(owner => owner.controller);
}

/** The workload behind a pod. A ReplicaSet is named after its Deployment and the hash of its template. */
export function ownerOf(pod: Pod): { name: string; text: string } {
  const controller = controllerOf(pod);
  if (!controller) return { name: pod.metadata.name, text: `Pod ${pod.metadata.name}` };
  const hash = pod.metadata.labels?.[templateHashLabel];
  const suffix = `-${hash}`;
  if (controller.kind === 'ReplicaSet' && hash && controller.name.endsWith(suffix)) {
    const name = controller.name.slice(0, -suffix.length);
    return { name, text: `Deployment ${name}` };
  }
  return { name: controller.name, text: `${controller.kind} ${controller.name}` };
}

/** Says that there is no such object, and what there is instead. */
async function nothingThere(namespace: string, name: string, pods: Pod[], senses: Senses): Promise<Answer> {
  const missing = await missingNamespace(namespace, senses);
  if (missing) return missing;
  const { items } = await senses.cluster.list<Deployment>(kinds.deployment, { namespace, limit: 500 }, senses.signal);
  const workloads = new Set([...items.map(item => item.metadata.name), ...pods.map(pod => ownerOf(pod).name)]);
  return {
    head: [
      `There is no pod or workload "${name}" in namespace "${namespace}".`,
      workloads.size > 0
        ? `Workloads there: ${enumerate(closestFirst([...workloads], name), 15)}.`
        : 'The namespace has no workloads and no pods.',
    ],
  };
}

/** An answer when the namespace itself isn't there; `undefined` when it is. */
export async function missingNamespace(namespace: string, senses: Senses): Promise<Answer | undefined> {
  const { cluster, signal } = senses;
  if (await cluster.get<Namespace>({ ...kinds.namespace, name: namespace }, signal)) return undefined;
  const { items } = await cluster.list<Namespace>(kinds.namespace, { limit: 500 }, signal);
  const names = items.map(item => item.metadata.name);
  return {
    head: [
      `There is no namespace "${namespace}". Namespaces: ${enumerate(closestFirst(names, namespace), 20) || 'none'}.`,
    ],
  };
}

/** Names that share most of their beginning or contain one another come first. */
export function closestFirst(names: readonly string[], wanted: string): string[] {
  const distance = (name: string) => {
    if (name.includes(wanted) || wanted.includes(name)) return -100;
    let same = 0;
    while (same < name.length && name[same] === wanted[same]) same += 1;
    return -same;
  };
  return names.toSorted((a, b) => distance(a) - distance(b) || (a < b ? -1 : 1));
}
