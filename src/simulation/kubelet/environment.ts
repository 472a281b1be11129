import type { EnvSource, ResourceFieldRef, VolumeMount } from '../../kubernetes/kinds/pods.ts';
import type { Container, EnvVar } from '../../kubernetes/objects.ts';
import { fieldValue, resourceValue, type Self } from './downward.ts';
import type { NodeContext } from './node_context.ts';
import type { PodRecord } from './pod_record.ts';
import { serviceVariables } from './service_env.ts';
import { createSources, type Sources } from './sources.ts';

export type Environment = { kind: 'env'; env: Record<string, string> } | { kind: 'missing'; message: string };

type Found = { value: string } | { missing: string } | 'left out';

/** What a container will find in its environment; or why it can't be created. */
export async function environmentOf({ node, pod, podIP }: PodRecord, container: Container): Promise<Environment> {
  const sources = createSources(node.client, pod.metadata.namespace ?? '');
  const self = selfOf(node, pod, pod.spec.hostNetwork ? node.hostIP : podIP);
  const services = await serviceVariables(node.client, pod);
  const env: Record<string, string> = {};
  for (const from of container.envFrom ?? []) {
    const missing = await addAll(env, from, sources);
    if (missing !== undefined) return { kind: 'missing', message: missing };
  }
  for (const variable of container.env ?? []) {
    const found = await variableValue(variable, { sources, self, container, known: { ...services, ...env } });
    if (found === 'left out') continue;
    if ('missing' in found) return { kind: 'missing', message: found.missing };
    env[variable.name] = found.value;
  }
  return { kind: 'env', env: { ...services, ...env } };
}

function selfOf(node: NodeContext, pod: Self['pod'], podIP: string): Self {
  return { pod, podIP, hostIP: node.hostIP, allocatable: node.allocatable() };
}

async function addAll(
  env: Record<string, string>,
  { prefix = '', configMapRef, secretRef }: NonNullable<Container['envFrom']>[number],
  sources: Sources,
): Promise<string | undefined> {
  const ref = configMapRef ?? secretRef;
  if (!ref) return undefined;
  const data = await (configMapRef ? sources.configMapText(ref.name) : sources.secret(ref.name));
  if (!data) return ref.optional ? undefined : `${configMapRef ? 'configmap' : 'secret'} "${ref.name}" not found`;
  for (const [key, value] of Object.entries(data)) env[`${prefix}${key}`] = value;
  return undefined;
}

interface Surroundings {
  sources: Sources;
  self: Self;
  container: Container;
  known: Record<string, string>;
}

async function variableValue({ value, valueFrom }: EnvVar, around: Surroundings): Promise<Found> {
  const { sources, self, container, known } = around;
  if (value !== undefined && value !== '') return { value: expand(value, known) };
  if (!valueFrom) return { value: '' };
  if (valueFrom.fieldRef) return { value: fieldValue(self, valueFrom.fieldRef.fieldPath) };
  const lost = valueFrom.resourceFieldRef && lostContainer(self.pod, valueFrom.resourceFieldRef);
  if (lost !== undefined) return { missing: lost };
  if (valueFrom.resourceFieldRef) return { value: resourceValue(self, valueFrom.resourceFieldRef, container) };
  return keyOf(valueFrom, sources, self.pod.metadata.namespace ?? '');
}

function lostContainer({ spec }: Self['pod'], { containerName = '' }: ResourceFieldRef): string | undefined {
  const all = [...spec.containers, ...(spec.initContainers ?? [])];
  const isKnown = containerName === '' || all.some(({ name }) => name === containerName);
  return isKnown ? undefined : `container ${containerName} not found`;
}

async function keyOf(
  { configMapKeyRef, secretKeyRef }: EnvSource,
  sources: Sources,
  namespace: string,
): Promise<Found> {
  const ref = configMapKeyRef ?? secretKeyRef;
  if (!ref) return { value: '' };
  const data = await (configMapKeyRef ? sources.configMapText(ref.name) : sources.secret(ref.name));
  const value = data?.[ref.key];
  if (value !== undefined) return { value };
  if (ref.optional) return 'left out';
  if (!data) return { missing: `${configMapKeyRef ? 'configmap' : 'secret'} "${ref.name}" not found` };
  const kind = configMapKeyRef ? 'ConfigMap' : 'Secret';
  return { missing: `couldn't find key ${ref.key} in ${kind} ${namespace}/${ref.name}` };
}

/** The mounts with their sub paths as the environment makes them; or what is missing for that. */
export function mountsWith({ volumeMounts = [] }: Container, env: Readonly<Record<string, string>>) {
  const mounts: VolumeMount[] = [];
  for (const { subPathExpr = '', ...mount } of volumeMounts) {
    const names = [...subPathExpr.matchAll(/(?<!\$)\$\(([^)]*)\)/g)].map(([, name = '']) => name);
    const missing = [...new Set(names.filter(name => !env[name]))].sort();
    if (missing.length > 0) return `missing value for ${missing.join(', ')}`;
    mounts.push(subPathExpr === '' ? mount : { ...mount, subPath: expand(subPathExpr, env) });
  }
  return mounts;
}

/** Replaces `$(NAME)` by what is known at that point; `$$(NAME)` escapes it, anything else stays as it is. */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\$|\$\(([^)]*)\)/g, (reference, name: string | undefined) =>
    name === undefined ? '$' : (env[name] ?? reference),
  );
}
