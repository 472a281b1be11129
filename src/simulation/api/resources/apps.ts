import { defaultDaemonSet, defaultDeployment, defaultReplicaSet, defaultStatefulSet } from '../defaults/workload.ts';
import { type Resource, row, samePaths } from '../resource.ts';
import { workloadColumns } from '../table/workloads.ts';
import { validateDeployment, validateReplicaSet } from '../validation/workload.ts';
import { validateControllerRevision, validateDaemonSet, validateStatefulSet } from '../validation/workload_sets.ts';

export const appsResources: readonly Resource[] = [
  row({
    group: 'apps',
    plural: 'deployments',
    kind: 'Deployment',
    shortNames: ['deploy'],
    categories: ['all'],
    subresources: ['status', 'scale'],
    countsGenerations: true,
    statusStartsEmpty: true,
    fillIn: defaultDeployment,
    validate: validateDeployment,
    columns: workloadColumns.deployments,
  }),
  row({
    group: 'apps',
    plural: 'replicasets',
    kind: 'ReplicaSet',
    shortNames: ['rs'],
    categories: ['all'],
    subresources: ['status', 'scale'],
    fields: samePaths('status.replicas'),
    countsGenerations: true,
    statusStartsEmpty: true,
    fillIn: defaultReplicaSet,
    validate: validateReplicaSet,
    columns: workloadColumns.replicaSets,
  }),
  row({
    group: 'apps',
    plural: 'statefulsets',
    kind: 'StatefulSet',
    shortNames: ['sts'],
    categories: ['all'],
    subresources: ['status', 'scale'],
    countsGenerations: true,
    statusStartsEmpty: true,
    fillIn: defaultStatefulSet,
    validate: validateStatefulSet,
    columns: workloadColumns.statefulSets,
  }),
  row({
    group: 'apps',
    plural: 'daemonsets',
    kind: 'DaemonSet',
    shortNames: ['ds'],
    categories: ['all'],
    subresources: ['status'],
    countsGenerations: true,
    statusStartsEmpty: true,
    fillIn: defaultDaemonSet,
    validate: validateDaemonSet,
    columns: workloadColumns.daemonSets,
  }),
  row({
    group: 'apps',
    plural: 'controllerrevisions',
    kind: 'ControllerRevision',
    validate: validateControllerRevision,
    columns: workloadColumns.controllerRevisions,
  }),
];
