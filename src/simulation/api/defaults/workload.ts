import type { DaemonSet, StatefulSet } from '../../../kubernetes/kinds/workloads.ts';
import type { Deployment, KubeObject, PodTemplate, ReplicaSet } from '../../../kubernetes/objects.ts';
import { equal } from '../json.ts';
import type { WriteContext } from '../resource.ts';
import { defaultTemplate } from './pod.ts';

export function defaultDeployment(deployment: Deployment): void {
  const { spec } = deployment;
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  spec.strategy ??= {};
  spec.strategy.type ??= 'RollingUpdate';
  if (spec.strategy.type === 'RollingUpdate') {
    spec.strategy.rollingUpdate ??= {};
    spec.strategy.rollingUpdate.maxSurge ??= '25%';
    spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
  }
  deployment.status ??= {};
  defaultTemplate(spec.template);
}

export function defaultReplicaSet(replicaSet: ReplicaSet): void {
  replicaSet.spec.replicas ??= 1;
  replicaSet.status ??= { replicas: 0 };
  replicaSet.status.replicas ??= 0;
  defaultTemplate(replicaSet.spec.template);
}

export function defaultStatefulSet(statefulSet: StatefulSet): void {
  const { spec } = statefulSet;
  spec.podManagementPolicy ??= 'OrderedReady';
  if (!spec.updateStrategy?.type) {
    spec.updateStrategy = { rollingUpdate: {}, ...spec.updateStrategy, type: 'RollingUpdate' };
  }
  if (spec.updateStrategy.type === 'RollingUpdate' && spec.updateStrategy.rollingUpdate) {
    spec.updateStrategy.rollingUpdate.partition ??= 0;
  }
  // Behind a gate that is closed by default: a server without it drops the field.
  delete spec.updateStrategy.rollingUpdate?.maxUnavailable;
  spec.persistentVolumeClaimRetentionPolicy = {
    ...{ whenDeleted: 'Retain', whenScaled: 'Retain' },
    ...spec.persistentVolumeClaimRetentionPolicy,
  };
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  for (const claim of spec.volumeClaimTemplates ?? []) {
    claim.apiVersion ||= 'v1';
    claim.kind ||= 'PersistentVolumeClaim';
    claim.spec ??= {};
    claim.spec.volumeMode ??= 'Filesystem';
    claim.status ??= {};
    claim.status.phase ??= 'Pending';
  }
  statefulSet.status = { ...statefulSet.status, ...{ replicas: statefulSet.status?.replicas ?? 0 } };
  statefulSet.status.availableReplicas ??= 0;
  defaultTemplate(spec.template);
}

export interface ReplicationController extends KubeObject {
  spec: { replicas?: number; minReadySeconds?: number; selector?: Record<string, string>; template?: PodTemplate };
  status?: { replicas?: number };
}

/** The oldest of them takes its labels and its selector from its template. */
export function defaultReplicationController(controller: ReplicationController): void {
  const { spec, metadata } = controller;
  const labels = spec.template?.metadata?.labels;
  if (labels && Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
  if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
  spec.replicas ??= 1;
  controller.status ??= {};
  controller.status.replicas ??= 0;
  if (spec.template) defaultTemplate(spec.template);
}

export function defaultPodTemplate({ template }: KubeObject & { template?: PodTemplate }): void {
  if (template?.spec) defaultTemplate(template);
}

const generationAnnotation = 'deprecated.daemonset.template.generation';

export function defaultDaemonSet(daemonSet: DaemonSet, { before }: WriteContext): void {
  const { spec, metadata } = daemonSet;
  spec.updateStrategy ??= {};
  spec.updateStrategy.type ??= 'RollingUpdate';
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate ??= {};
    spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1;
    spec.updateStrategy.rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
  const counts = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
  daemonSet.status = { ...counts, ...daemonSet.status };
  defaultTemplate(spec.template);
  const generation = String(templateGeneration(daemonSet, before as DaemonSet | undefined));
  metadata.annotations = { ...metadata.annotations, [generationAnnotation]: generation };
}

/** How often the template has changed: older than revisions, and still told. */
function templateGeneration({ spec }: DaemonSet, before: DaemonSet | undefined): number {
  if (!before) return 1;
  const last = Number(before.metadata.annotations?.[generationAnnotation] ?? 0);
  return equal(spec.template, before.spec.template) ? last : last + 1;
}
