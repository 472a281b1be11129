import { ClusterError } from '../../kubernetes/cluster.ts';
import { kinds } from '../../kubernetes/kinds.ts';
import type { ConfigMap, KubeObject, PodSpec } from '../../kubernetes/objects.ts';
import { isRecord } from '../../lib/json.ts';
import { age } from './answer.ts';
import type { Senses } from './tool.ts';

/** Settings that live outside the template change without a revision, so say when they did. */
export async function configMapLines(namespace: string, spec: PodSpec, senses: Senses): Promise<string[]> {
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
export function lastManager({ metadata }: Pick<KubeObject, 'metadata'>): { name: string; time: string } | undefined {
  return managersOf({ metadata })
    .filter(({ name, subresource }) => name !== 'kube-controller-manager' && !subresource)
    .toSorted((a, b) => (a.time < b.time ? 1 : -1))[0];
}

/** Who has written fields of the object, and when last. */
export function managersOf({
  metadata,
}: Pick<KubeObject, 'metadata'>): { name: string; time: string; subresource: string }[] {
  return (metadata.managedFields ?? []).flatMap(entry => {
    if (!isRecord(entry) || typeof entry['manager'] !== 'string' || typeof entry['time'] !== 'string') return [];
    return [{ name: entry['manager'], time: entry['time'], subresource: String(entry['subresource'] ?? '') }];
  });
}
