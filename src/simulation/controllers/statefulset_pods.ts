import type { PersistentVolumeClaim } from '../../kubernetes/kinds/storage.ts';
import type { ControllerRevision, StatefulSet } from '../../kubernetes/kinds/workloads.ts';
import type { Pod, PodTemplate } from '../../kubernetes/objects.ts';
import type { NewObject } from '../api/client.ts';
import { templateIn } from './history.ts';
import { podFrom } from './pod_control.ts';
import { isAvailable, isReady } from './pods.ts';

const nameLabel = 'statefulset.kubernetes.io/pod-name';
const indexLabel = 'apps.kubernetes.io/pod-index';
const revisionLabel = 'controller-revision-hash';

/** What a StatefulSet's two templates are, and what they are called. */
export interface Templates {
  current: ControllerRevision;
  update: ControllerRevision;
}

/** The number at the end of a pod's name; -1 when the name is not one of this set. */
export function ordinalIn(set: StatefulSet, { metadata }: Pod): number {
  const [, parent, ordinal] = /^(.*)-([0-9]+)$/.exec(metadata.name) ?? [];
  return parent === set.metadata.name ? Number(ordinal) : -1;
}

export function firstOrdinal({ spec }: StatefulSet): number {
  return spec.ordinals?.start ?? 0;
}

export function isInRange(set: StatefulSet, pod: Pod): boolean {
  const index = ordinalIn(set, pod) - firstOrdinal(set);
  return index >= 0 && index < (set.spec.replicas ?? 1);
}

export function revisionOfPod({ metadata }: Pod): string | undefined {
  return metadata.labels?.[revisionLabel];
}

/** A pod that isn't there yet: below the partition it is as before, and above it as it shall be. */
export function plannedPod(set: StatefulSet, templates: Templates, ordinal: number): Pod {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  const kept = rollingUpdate?.partition ?? set.status?.currentReplicas ?? 0;
  const isKept = type === 'RollingUpdate' && ordinal < firstOrdinal(set) + kept;
  const revision = isKept ? templates.current : templates.update;
  const pod = podFrom(set, templateIn(revision) as PodTemplate);
  const name = `${set.metadata.name}-${ordinal}`;
  const { generateName: _, ...metadata } = pod.metadata;
  const labels = { ...metadata.labels, ...identityLabels(name, ordinal), [revisionLabel]: revision.metadata.name };
  const subdomain = set.spec.serviceName ?? '';
  return {
    ...pod,
    metadata: { ...metadata, name, labels },
    spec: {
      ...pod.spec,
      hostname: name,
      ...(subdomain === '' ? {} : { subdomain }),
      ...volumesWith(set, pod.spec, ordinal),
    },
  };
}

export function identityLabels(name: string, ordinal: number): Record<string, string> {
  return { [nameLabel]: name, [indexLabel]: String(ordinal) };
}

export function hasIdentity(set: StatefulSet, { metadata }: Pod, ordinal: number): boolean {
  const wanted = identityLabels(`${set.metadata.name}-${ordinal}`, ordinal);
  return Object.entries(wanted).every(([key, value]) => metadata.labels?.[key] === value);
}

export function hasStorage(set: StatefulSet, { spec }: Pod, ordinal: number): boolean {
  return claimsFor(set, ordinal).every(({ volume, claim }) =>
    (spec.volumes ?? []).some(one => one.name === volume && claimNameIn(one) === claim.metadata.name),
  );
}

function claimNameIn(volume: { persistentVolumeClaim?: unknown }): unknown {
  return (volume.persistentVolumeClaim as { claimName?: unknown } | undefined)?.claimName;
}

/** The claims of one pod, made from the set's templates, each with the volume that it fills. */
export function claimsFor(
  set: StatefulSet,
  ordinal: number,
): { volume: string; claim: NewObject<PersistentVolumeClaim> & { metadata: { name: string } } }[] {
  const { namespace, name } = set.metadata;
  return (set.spec.volumeClaimTemplates ?? []).map(template => ({
    volume: template.metadata.name,
    claim: {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        ...structuredClone(template.metadata),
        name: `${template.metadata.name}-${name}-${ordinal}`,
        ...(namespace === undefined ? {} : { namespace }),
        labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
      },
      spec: structuredClone(template.spec),
    },
  }));
}

function volumesWith(set: StatefulSet, spec: Pod['spec'], ordinal: number): Pick<Pod['spec'], 'volumes'> {
  const claims = claimsFor(set, ordinal).map(({ volume, claim }) => ({
    name: volume,
    persistentVolumeClaim: { claimName: claim.metadata.name },
  }));
  const others = (spec.volumes ?? []).filter(({ name }) => !claims.some(claim => claim.name === name));
  return claims.length + others.length === 0 ? {} : { volumes: [...claims, ...others] };
}

/** It is in the API; what is only planned has no phase. */
export function isCreated({ status }: Pod): boolean {
  return status?.phase !== undefined;
}

export function isTerminating({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

export function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && isReady(pod);
}

export function isUnavailable(set: StatefulSet, pod: Pod, now: number): boolean {
  return isTerminating(pod) || !isAvailable(pod, set.spec.minReadySeconds ?? 0, now);
}
