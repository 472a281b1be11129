import { defaultNamespace, defaultSecret } from './defaults/core.ts';
import { defaultPod } from './defaults/pod.ts';
import { defaultService } from './defaults/service.ts';
import { defaultDeployment, defaultReplicaSet } from './defaults/workload.ts';
import { everyVerb, type Resource, row, samePaths } from './resource.ts';
import {
  configMapShape,
  endpointsShape,
  eventShape,
  namespaceShape,
  nodeShape,
  secretShape,
  serviceShape,
} from './shapes/core.ts';
import { podShape } from './shapes/pod.ts';
import { deploymentShape, replicaSetShape } from './shapes/workload.ts';
import { qualifiedName } from './status_error.ts';
import { clusterColumns } from './table/cluster.ts';
import { configurationColumns } from './table/configuration.ts';
import { podColumns } from './table/pods.ts';
import { workloadColumns } from './table/workloads.ts';
import { validateConfigMap, validateEvent, validateService } from './validation/core.ts';
import { validatePod } from './validation/pod.ts';
import { validateDeployment, validateReplicaSet } from './validation/workload.ts';

const workloadParts = [
  'spec',
  'spec.selector',
  'spec.template',
  'spec.template.spec',
  'spec.template.spec.containers[]',
];

/** Every kind that this server serves. Adding one is adding a row. */
export const resources: readonly Resource[] = [
  row({
    plural: 'namespaces',
    kind: 'Namespace',
    namespaced: false,
    shortNames: ['ns'],
    verbs: everyVerb.filter(verb => verb !== 'deletecollection'),
    subresources: ['status', 'finalize'],
    fields: samePaths('status.phase'),
    nameForm: 'label',
    shape: namespaceShape,
    statusStartsEmpty: true,
    undeletable: ['default', 'kube-public', 'kube-system'],
    fillIn: defaultNamespace,
    columns: clusterColumns.namespaces,
  }),
  row({
    plural: 'nodes',
    kind: 'Node',
    namespaced: false,
    shortNames: ['no'],
    subresources: ['status'],
    fields: samePaths('spec.unschedulable'),
    shape: nodeShape,
    columns: clusterColumns.nodes,
  }),
  row({
    plural: 'pods',
    kind: 'Pod',
    shortNames: ['po'],
    categories: ['all'],
    subresources: ['status', 'binding', 'log'],
    fields: samePaths(
      'spec.nodeName',
      'spec.restartPolicy',
      'spec.schedulerName',
      'spec.serviceAccountName',
      'spec.hostNetwork',
      'status.phase',
      'status.podIP',
      'status.nominatedNodeName',
    ),
    parts: ['spec', 'spec.containers[]'],
    countsGenerations: true,
    statusStartsEmpty: true,
    graceful: true,
    shape: podShape,
    fillIn: defaultPod,
    validate: validatePod,
    columns: podColumns,
  }),
  row({
    plural: 'services',
    kind: 'Service',
    shortNames: ['svc'],
    categories: ['all'],
    subresources: ['status'],
    fields: samePaths('spec.clusterIP', 'spec.type'),
    nameForm: 'label',
    parts: ['spec'],
    statusStartsEmpty: true,
    shape: serviceShape,
    fillIn: defaultService,
    validate: validateService,
    columns: configurationColumns.services,
  }),
  row({
    plural: 'configmaps',
    kind: 'ConfigMap',
    shortNames: ['cm'],
    shape: configMapShape,
    validate: validateConfigMap,
    columns: configurationColumns.configMaps,
  }),
  row({
    plural: 'secrets',
    kind: 'Secret',
    fields: samePaths('type'),
    shape: secretShape,
    fillIn: defaultSecret,
    validate: validateConfigMap,
    columns: configurationColumns.secrets,
  }),
  row({ plural: 'serviceaccounts', kind: 'ServiceAccount', shortNames: ['sa'] }),
  row({
    plural: 'endpoints',
    kind: 'Endpoints',
    singular: 'endpoints',
    shortNames: ['ep'],
    shape: endpointsShape,
    columns: configurationColumns.endpoints,
  }),
  row({
    plural: 'events',
    kind: 'Event',
    shortNames: ['ev'],
    fields: {
      ...samePaths(
        'involvedObject.kind',
        'involvedObject.namespace',
        'involvedObject.name',
        'involvedObject.uid',
        'involvedObject.apiVersion',
        'involvedObject.resourceVersion',
        'involvedObject.fieldPath',
        'reason',
        'reportingComponent',
        'type',
      ),
      source: 'source.component',
    },
    parts: ['involvedObject'],
    shape: eventShape,
    validate: validateEvent,
    columns: clusterColumns.events,
  }),
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
];

const byQualifiedName = new Map(resources.map(resource => [qualifiedName(resource), resource]));

/** By plural name, with the group when it isn't the core: `pods`, `deployments.apps`. */
export function findResource(name: string): Resource | undefined {
  return byQualifiedName.get(name);
}

/** The names of all that can be deleted from a namespace. */
export const namespacedResources: readonly string[] = resources
  .filter(({ namespaced, verbs }) => namespaced && verbs.includes('delete'))
  .map(qualifiedName);

export function apiVersionOf(resource: { group: string; version: string }): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}
