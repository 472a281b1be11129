import type { ConfigMap, Container, Pod } from '../../kubernetes/objects.ts';
import type { ApiClient } from '../api/client.ts';
import type { Settings } from '../programs/settings.ts';

export type Resolved = { kind: 'resolved'; settings: Settings } | { kind: 'missing'; message: string };

/** What a container will find in its environment and in its mounted files; or why it can't be created. */
export async function resolveSettings(client: ApiClient, pod: Pod, container: Container): Promise<Resolved> {
  const read = configMapReader(client, pod);
  const env: Record<string, string> = {};
  for (const { prefix = '', configMapRef } of container.envFrom ?? []) {
    if (!configMapRef) continue;
    const map = await read(configMapRef.name);
    if (!map && !configMapRef.optional)
      return { kind: 'missing', message: `configmap "${configMapRef.name}" not found` };
    for (const [key, value] of Object.entries(map?.data ?? {})) env[`${prefix}${key}`] = value;
  }
  for (const variable of container.env ?? []) {
    const reference = variable.valueFrom?.configMapKeyRef;
    if (!reference) {
      if (variable.value !== undefined) env[variable.name] = expand(variable.value, env);
      continue;
    }
    const map = await read(reference.name);
    const value = map?.data?.[reference.key];
    if (value !== undefined) env[variable.name] = value;
    else if (!reference.optional) return { kind: 'missing', message: whyMissing(map, reference, pod) };
  }
  return { kind: 'resolved', settings: { env, files: await mountedFiles(read, pod, container) } };
}

/** What keeps the pod's volumes from being mounted; `undefined` when nothing does. */
export async function mountProblem(client: ApiClient, pod: Pod): Promise<string | undefined> {
  const read = configMapReader(client, pod);
  for (const { name, configMap } of pod.spec.volumes ?? []) {
    if (!configMap || configMap.optional || (await read(configMap.name))) continue;
    return `MountVolume.SetUp failed for volume "${name}" : configmap "${configMap.name}" not found`;
  }
  return undefined;
}

/** Replaces `$(NAME)` by what is known at that point; anything else stays as it is. */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\(([A-Za-z_][\w.-]*)\)/g, (reference, name: string) => env[name] ?? reference);
}

type ReadConfigMap = (name: string) => Promise<ConfigMap | undefined>;

function configMapReader(client: ApiClient, pod: Pod): ReadConfigMap {
  return name => client.get<ConfigMap>('configmaps', name, pod.metadata.namespace);
}

function whyMissing(map: ConfigMap | undefined, { name, key }: { name: string; key: string }, pod: Pod): string {
  if (!map) return `configmap "${name}" not found`;
  return `couldn't find key ${key} in ConfigMap ${pod.metadata.namespace}/${name}`;
}

async function mountedFiles(read: ReadConfigMap, pod: Pod, container: Container): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const { name, mountPath } of container.volumeMounts ?? []) {
    const source = pod.spec.volumes?.find(volume => volume.name === name)?.configMap;
    const map = source && (await read(source.name));
    for (const [key, value] of Object.entries(map?.data ?? {})) files[`${mountPath.replace(/\/$/, '')}/${key}`] = value;
  }
  return files;
}
