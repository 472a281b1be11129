import type { Deployment, PodTemplate, ReplicaSet } from '../../kubernetes/objects.ts';
import { canonicalJson, hashOf } from '../../lib/hash.ts';
import { nameLetters } from '../../lib/name_letters.ts';
import { controllerReference } from './ownership.ts';

const templateHashLabel = 'pod-template-hash';
export const revisionAnnotation = 'deployment.kubernetes.io/revision';
const historyAnnotation = 'deployment.kubernetes.io/revision-history';
const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
const maxAnnotation = 'deployment.kubernetes.io/max-replicas';
const longestHistory = 2000;
const ownAnnotations = [revisionAnnotation, historyAnnotation, desiredAnnotation, maxAnnotation];
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** The ReplicaSet whose template is the deployment's: the oldest one, when there are several. */
export function currentReplicaSet(deployment: Deployment, all: ReplicaSet[]): ReplicaSet | undefined {
  return all.toSorted(oldestFirst).find(one => isForTemplate(one, deployment));
}

export function isForTemplate(replicaSet: ReplicaSet, { spec }: Deployment): boolean {
  return canonicalJson(withoutHash(replicaSet.spec.template)) === canonicalJson(withoutHash(spec.template));
}

export function oldestFirst(a: ReplicaSet, b: ReplicaSet): number {
  const [earlier = '', later = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (earlier !== later) return earlier < later ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

export function revisionOf(replicaSet: ReplicaSet): number {
  return Number(replicaSet.metadata.annotations?.[revisionAnnotation] ?? 0);
}

export function latestRevision(replicaSets: ReplicaSet[]): number {
  return Math.max(0, ...replicaSets.map(revisionOf));
}

/** What the deployment wanted when this ReplicaSet was last sized; a difference means that it is being scaled. */
export function desiredWhenSized(replicaSet: ReplicaSet): number | undefined {
  const text = replicaSet.metadata.annotations?.[desiredAnnotation];
  return text === undefined ? undefined : Number(text);
}

export function sizeAnnotations(replicas: number, most: number): Record<string, string> {
  return { [desiredAnnotation]: String(replicas), [maxAnnotation]: String(most) };
}

/** A ReplicaSet for the deployment's template, as it is created. */
export function newReplicaSet(deployment: Deployment, sizing: { replicas: number; most: number; revision: number }) {
  const { name, namespace } = deployment.metadata;
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = templateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [templateHashLabel]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      annotations: {
        ...inherited(deployment),
        ...sizeAnnotations(deployment.spec.replicas ?? 1, sizing.most),
        [revisionAnnotation]: String(sizing.revision),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: sizing.replicas,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [templateHashLabel]: hash } },
      template: { ...structuredClone(template), metadata: { ...template.metadata, labels } },
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
    },
  };
}

/** What the deployment allowed at most when this ReplicaSet was last sized. */
export function mostWhenSized(replicaSet: ReplicaSet): number | undefined {
  const text = replicaSet.metadata.annotations?.[maxAnnotation];
  return text === undefined ? undefined : Number(text);
}

/** The annotations that the current ReplicaSet should have: its revision moves up when it is used again. */
export function currentAnnotations(deployment: Deployment, current: ReplicaSet, revision: number) {
  const before = current.metadata.annotations ?? {};
  const annotations: Record<string, string> = { ...before, ...inherited(deployment) };
  if (revisionOf(current) >= revision) return annotations;
  annotations[revisionAnnotation] = String(revision);
  const used = before[revisionAnnotation];
  const history = before[historyAnnotation];
  if (used !== undefined) annotations[historyAnnotation] = history === undefined ? used : longestTail(history, used);
  return annotations;
}

/** The revisions so far and one more, without the first ones where there are too many. */
function longestTail(history: string, used: string): string {
  const all = [...history.split(','), used];
  while (all.join(',').length > longestHistory) all.shift();
  return all.join(',');
}

function inherited(deployment: Deployment): Record<string, string> {
  const { annotations = {} } = deployment.metadata;
  return Object.fromEntries(
    Object.entries(annotations).filter(([key]) => !ownAnnotations.includes(key) && key !== lastApplied),
  );
}

function withoutHash(template: PodTemplate): PodTemplate {
  const { [templateHashLabel]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** Ten letters that stand for a template; `collisions` gives another ten. */
export function templateHash(template: PodTemplate, collisions = 0): string {
  const hashed = collisions === 0 ? withoutHash(template) : [withoutHash(template), collisions];
  let left = BigInt(`0x${hashOf(hashed, 16)}`);
  let text = '';
  while (text.length < 10) {
    text += nameLetters[Number(left % BigInt(nameLetters.length))];
    left /= BigInt(nameLetters.length);
  }
  return text;
}
