import type { ControllerRevision } from '../../kubernetes/kinds/workloads.ts';
import type { KubeObject, LabelSelector, PodTemplate } from '../../kubernetes/objects.ts';
import { canonicalJson } from '../../lib/hash.ts';
import { nameLetters } from '../../lib/name_letters.ts';
import type { NewObject } from '../api/client.ts';
import type { Cache } from './cache.ts';
import { claim, controllerReference } from './ownership.ts';

interface Revised extends KubeObject {
  spec: { template: PodTemplate; selector: LabelSelector };
}

/** The templates that a workload had, oldest first. */
export async function historyOf(revisions: Cache<ControllerRevision>, owner: Revised): Promise<ControllerRevision[]> {
  return (await claim(revisions, owner)).sort(byRevision);
}

function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  const [born = '', other = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (a.revision !== b.revision) return a.revision - b.revision;
  return born === other ? (a.metadata.name < b.metadata.name ? -1 : 1) : born < other ? -1 : 1;
}

/** The template as a patch that brings it back. */
export function templateData(template: PodTemplate): NonNullable<ControllerRevision['data']> {
  return { spec: { template: { $patch: 'replace', ...structuredClone(template) } } };
}

export function templateIn({ data }: ControllerRevision): PodTemplate {
  const { $patch: _, ...template } = data?.spec?.template ?? { spec: { containers: [] } };
  return template;
}

export function sameData(a: ControllerRevision['data'], b: ControllerRevision['data']): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

export function newRevision(
  owner: Revised,
  { revision, hash, label }: { revision: number; hash: string; label: string },
): NewObject<ControllerRevision> {
  const { name, namespace, annotations } = owner.metadata;
  const { template } = owner.spec;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name.slice(0, 223)}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...template.metadata?.labels, [label]: hash },
      ...(annotations ? { annotations } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    data: templateData(template),
    revision,
  };
}

/** FNV-1 over the data and the count of collisions, in letters that make no words. */
export function dataHash(data: ControllerRevision['data'], collisions: number): string {
  const text = canonicalJson(data).replace(/[<>&]/g, letter => `\\u00${letter.charCodeAt(0).toString(16)}`);
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(`${text}${collisions}`)) hash = Math.imul(hash, 0x01000193) ^ byte;
  const digits = String(hash >>> 0);
  return [...digits].map(digit => nameLetters[digit.charCodeAt(0) % nameLetters.length]).join('');
}
