import type { Deployment, ReplicaSet } from '../../../kubernetes/objects.ts';
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
  defaultTemplate(spec.template);
}

export function defaultReplicaSet(replicaSet: ReplicaSet): void {
  replicaSet.spec.replicas ??= 1;
  replicaSet.status ??= { replicas: 0 };
  replicaSet.status.replicas ??= 0;
  defaultTemplate(replicaSet.spec.template);
}
