import type { ProjectedSource, Volume } from '../../kubernetes/kinds/pods.ts';
import type { Container, PodSpec } from '../../kubernetes/objects.ts';

/** One place where pods take a setting from elsewhere. */
export interface ConfigRef {
  kind: 'ConfigMap' | 'Secret';
  name: string;
  /** All keys when absent. */
  key?: string;
  /** What becomes of it: "env LOG_LEVEL", "files in /etc/app". */
  as: string;
  /** Pods start without it. */
  optional: boolean;
  /** A change reaches containers that run. */
  live: boolean;
}

/** Everything that the containers of a pod are given from ConfigMaps and Secrets. */
export function configRefs(spec: PodSpec): ConfigRef[] {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const of = (container: Container) => (containers.length > 1 ? ` of ${container.name}` : '');
  return [
    ...containers.flatMap(container => [
      ...envRefs(container, of(container)),
      ...envFromRefs(container, of(container)),
    ]),
    ...(spec.volumes ?? []).flatMap(volume => volumeRefs(volume, containers)),
    ...(spec.imagePullSecrets ?? []).map(({ name = '' }) => ({
      kind: 'Secret' as const,
      name,
      as: 'to pull images',
      optional: true,
      live: true,
    })),
  ];
}

function envRefs({ env = [] }: Container, of: string): ConfigRef[] {
  return env.flatMap(({ name: variable, valueFrom }) => {
    const source = valueFrom?.configMapKeyRef ?? valueFrom?.secretKeyRef;
    if (!source) return [];
    const kind = valueFrom?.configMapKeyRef ? ('ConfigMap' as const) : ('Secret' as const);
    const { name, key, optional = false } = source;
    return [{ kind, name, key, as: `env ${variable}${of}`, optional, live: false }];
  });
}

function envFromRefs({ envFrom = [] }: Container, of: string): ConfigRef[] {
  return envFrom.flatMap(({ prefix, configMapRef, secretRef }) => {
    const source = configMapRef ?? secretRef;
    if (!source) return [];
    const as = `env${prefix ? ` ${prefix}*` : ''}${of}`;
    const kind = configMapRef ? ('ConfigMap' as const) : ('Secret' as const);
    return [{ kind, name: source.name, as, optional: source.optional ?? false, live: false }];
  });
}

function volumeRefs(volume: Volume, containers: readonly Container[]): ConfigRef[] {
  const mounts = containers.flatMap(({ volumeMounts = [] }) => volumeMounts.filter(({ name }) => name === volume.name));
  const as = `files in ${mounts[0]?.mountPath ?? 'no container'}`;
  // What is mounted at a path of its own is copied once.
  const live = mounts.every(({ subPath, subPathExpr }) => !subPath && !subPathExpr);
  const { configMap, secret, projected } = volume;
  const sources: ProjectedSource[] = [
    ...(configMap ? [{ configMap }] : []),
    ...(secret ? [{ secret: { ...secret, name: secret.secretName ?? '' } }] : []),
    ...(projected?.sources ?? []),
  ];
  return sources.flatMap(source => {
    const from = source.configMap ?? source.secret;
    // Every pod is given the certificate of its API server.
    if (!from || from.name === 'kube-root-ca.crt') return [];
    const kind = source.configMap ? ('ConfigMap' as const) : ('Secret' as const);
    const ref = { kind, name: from.name, as, optional: from.optional ?? false, live };
    return from.items?.length ? from.items.map(({ key }) => ({ ...ref, key })) : [ref];
  });
}

/** "key "level" as env LOG_LEVEL": how something is used, without its name. */
export function useText({ key, as, optional }: ConfigRef): string {
  return `${key === undefined ? 'all keys' : `key "${key}"`} as ${as}${optional ? ', optional' : ''}`;
}
