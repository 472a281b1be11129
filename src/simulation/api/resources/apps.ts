import { defaultDeployment, defaultReplicaSet } from '../defaults/workload.ts';
import { type Resource, row, samePaths } from '../resource.ts';
import { deploymentShape, replicaSetShape } from '../shapes/workload.ts';
import { workloadColumns } from '../table/workloads.ts';
import { validateDeployment, validateReplicaSet } from '../validation/workload.ts';

const workloadParts = [
  'spec',
  'spec.selector',
  'spec.template',
  'spec.template.spec',
  'spec.template.spec.containers[]',
];

export const appsResources: readonly Resource[] = [
  row({
    group: 'apps',
    plural: 'deployments',
    kind: 'Deployment',
    shortNames: ['deploy'],
    categories: ['all'],
    subresources: ['status', 'scale'],
    parts: workloadParts,
    countsGenerations: true,
    statusStartsEmpty: true,
    shape: deploymentShape,
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
    parts: workloadParts,
    countsGenerations: true,
    statusStartsEmpty: true,
    shape: replicaSetShape,
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
    parts: workloadParts,
    countsGenerations: true,
    statusStartsEmpty: true,
  }),
  row({
    group: 'apps',
    plural: 'daemonsets',
    kind: 'DaemonSet',
    shortNames: ['ds'],
    categories: ['all'],
    subresources: ['status'],
    parts: workloadParts,
    countsGenerations: true,
    statusStartsEmpty: true,
  }),
  row({ group: 'apps', plural: 'controllerrevisions', kind: 'ControllerRevision' }),
];
