import type { Secret } from '../../kubernetes/kinds/access.ts';
import type { ConfigMapSource } from '../../kubernetes/kinds/pods.ts';
import type { ConfigMap } from '../../kubernetes/objects.ts';
import type { ApiClient } from '../api/client.ts';

/** The data of ConfigMaps and Secrets of one namespace, as text. */
export interface Sources {
  configMap(name: string): Promise<Record<string, string> | undefined>;
  /** Without what is in it as bytes: an environment doesn't take that. */
  configMapText(name: string): Promise<Record<string, string> | undefined>;
  secret(name: string): Promise<Record<string, string> | undefined>;
}

export function createSources(client: ApiClient, namespace: string): Sources {
  return {
    async configMap(name) {
      const map = await client.get<ConfigMap>('configmaps', name, namespace);
      return map && { ...map.data, ...decoded(map.binaryData) };
    },
    async configMapText(name) {
      const map = await client.get<ConfigMap>('configmaps', name, namespace);
      return map && (map.data ?? {});
    },
    async secret(name) {
      const secret = await client.get<Secret>('secrets', name, namespace);
      return secret && decoded(secret.data);
    },
  };
}

function decoded(data: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}

/** Contents by path, or the first thing that is wrong with it. */
export type Content = { kind: 'content'; files: Record<string, string> } | { kind: 'wrong'; why: string };

/** What a volume takes from one ConfigMap or Secret. */
export async function contentOf(
  kind: 'configmap' | 'secret',
  { name, items = [], optional = false }: ConfigMapSource,
  sources: Sources,
): Promise<Content> {
  const data = await (kind === 'secret' ? sources.secret(name) : sources.configMap(name));
  if (!data && !optional) return { kind: 'wrong', why: `${kind} "${name}" not found` };
  if (items.length === 0) return { kind: 'content', files: data ?? {} };
  const files: Record<string, string> = {};
  for (const { key, path } of items) {
    const value = data?.[key];
    if (value !== undefined) files[path] = value;
    else if (!optional) return { kind: 'wrong', why: missingKey(kind, key) };
  }
  return { kind: 'content', files };
}

function missingKey(kind: 'configmap' | 'secret', key: string): string {
  return kind === 'secret'
    ? `references non-existent secret key: ${key}`
    : `configmap references non-existent config key: ${key}`;
}
