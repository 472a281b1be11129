import { defaultNamespace, defaultSecret } from '../defaults/core.ts';
import { defaultEndpoints } from '../defaults/network.ts';
import { defaultNode } from '../defaults/node.ts';
import { defaultPod } from '../defaults/pod.ts';
import { defaultLimitRange, defaultQuota } from '../defaults/policy.ts';
import { defaultService } from '../defaults/service.ts';
import { defaultClaim, defaultVolume } from '../defaults/storage.ts';
import { defaultPodTemplate, defaultReplicationController } from '../defaults/workload.ts';
import { everyVerb, type Resource, row, samePaths } from '../resource.ts';
import { clusterColumns } from '../table/cluster.ts';
import { configurationColumns } from '../table/configuration.ts';
import { podColumns } from '../table/pods.ts';
import { policyColumns } from '../table/policy.ts';
import { storageColumns } from '../table/storage.ts';
import { workloadColumns } from '../table/workloads.ts';
import { validateConfigMap, validateEvent } from '../validation/core.ts';
import { validateEndpoints } from '../validation/endpoints.ts';
import { validateNode } from '../validation/node.ts';
import { validatePod } from '../validation/pod.ts';
import { validateLimitRange } from '../validation/policy.ts';
import { validateQuota } from '../validation/quota.ts';
import { validatePodTemplate, validateReplicationController } from '../validation/replication_controller.ts';
import { validateSecret } from '../validation/secret.ts';
import { validateService } from '../validation/service.ts';
import { validateClaim, validateVolume } from '../validation/storage.ts';

export const coreResources: readonly Resource[] = [
  row({
    plural: 'namespaces',
    kind: 'Namespace',
    namespaced: false,
    shortNames: ['ns'],
    verbs: everyVerb.filter(verb => verb !== 'deletecollection'),
    subresources: ['status', 'finalize'],
    fields: samePaths('status.phase'),
    nameForm: 'label',
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
    subresources: ['proxy', 'status'],
    fields: samePaths('spec.unschedulable'),
    fillIn: defaultNode,
    validate: validateNode,
    columns: clusterColumns.nodes,
  }),
  row({
    plural: 'pods',
    kind: 'Pod',
    shortNames: ['po'],
    categories: ['all'],
    subresources: [
      'attach',
      'binding',
      'ephemeralcontainers',
      'eviction',
      'exec',
      'log',
      'portforward',
      'proxy',
      'resize',
      'status',
    ],
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
    countsGenerations: true,
    statusStartsEmpty: true,
    graceful: true,
    fillIn: defaultPod,
    validate: validatePod,
    columns: podColumns,
  }),
  row({
    plural: 'services',
    kind: 'Service',
    shortNames: ['svc'],
    categories: ['all'],
    subresources: ['proxy', 'status'],
    fields: samePaths('spec.clusterIP', 'spec.type'),
    nameForm: 'label',
    statusStartsEmpty: true,
    fillIn: defaultService,
    validate: validateService,
    columns: configurationColumns.services,
  }),
  row({
    plural: 'configmaps',
    kind: 'ConfigMap',
    shortNames: ['cm'],
    validate: validateConfigMap,
    columns: configurationColumns.configMaps,
  }),
  row({
    plural: 'secrets',
    kind: 'Secret',
    fields: samePaths('type'),
    fillIn: defaultSecret,
    validate: validateSecret,
    columns: configurationColumns.secrets,
  }),
  row({ plural: 'serviceaccounts', kind: 'ServiceAccount', shortNames: ['sa'], subresources: ['token'] }),
  row({
    plural: 'endpoints',
    kind: 'Endpoints',
    singular: 'endpoints',
    shortNames: ['ep'],
    deprecated: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
    fillIn: defaultEndpoints,
    validate: validateEndpoints,
    columns: configurationColumns.endpoints,
  }),
  row({
    plural: 'events',
    kind: 'Event',
    shortNames: ['ev'],
    ownsNothing: true,
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
    validate: validateEvent,
    columns: clusterColumns.events,
  }),
  row({
    plural: 'persistentvolumeclaims',
    kind: 'PersistentVolumeClaim',
    shortNames: ['pvc'],
    subresources: ['status'],
    statusStartsEmpty: true,
    fillIn: defaultClaim,
    validate: validateClaim,
    columns: storageColumns.claims,
  }),
  row({
    plural: 'persistentvolumes',
    kind: 'PersistentVolume',
    namespaced: false,
    shortNames: ['pv'],
    subresources: ['status'],
    statusStartsEmpty: true,
    fillIn: defaultVolume,
    validate: validateVolume,
    columns: storageColumns.volumes,
  }),
  row({
    plural: 'resourcequotas',
    kind: 'ResourceQuota',
    shortNames: ['quota'],
    subresources: ['status'],
    statusStartsEmpty: true,
    fillIn: defaultQuota,
    validate: validateQuota,
    columns: policyColumns.quotas,
  }),
  row({
    plural: 'limitranges',
    kind: 'LimitRange',
    shortNames: ['limits'],
    fillIn: defaultLimitRange,
    validate: validateLimitRange,
    columns: policyColumns.created,
  }),
  row({
    plural: 'podtemplates',
    kind: 'PodTemplate',
    countsGenerations: true,
    fillIn: defaultPodTemplate,
    validate: validatePodTemplate,
    columns: workloadColumns.podTemplates,
  }),
  row({
    plural: 'replicationcontrollers',
    kind: 'ReplicationController',
    shortNames: ['rc'],
    categories: ['all'],
    subresources: ['status', 'scale'],
    countsGenerations: true,
    statusStartsEmpty: true,
    fillIn: defaultReplicationController,
    validate: validateReplicationController,
    columns: workloadColumns.replicationControllers,
  }),
];
