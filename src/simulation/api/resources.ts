import type { ZodType } from 'zod';
import type { KubeObject } from '../../kubernetes/objects.ts';
import type { StatusCause } from './client.ts';
import { defaultDeployment, defaultNamespace, defaultPod, defaultReplicaSet, defaultSecret } from './defaults.ts';
import { defaultService } from './service_defaults.ts';
import * as shapes from './shapes.ts';
import { qualifiedName } from './status_error.ts';
import { clusterColumns } from './table/cluster.ts';
import { type Column, nameAndAge } from './table/column.ts';
import { configurationColumns } from './table/configuration.ts';
import { podColumns } from './table/pods.ts';
import { workloadColumns } from './table/workloads.ts';
import { validateConfigMap, validateEvent, validateService } from './validation/core.ts';
import { validatePod } from './validation/pod.ts';
import { validateDeployment, validateReplicaSet } from './validation/workload.ts';

/** One kind of object: everything that the server needs to know to serve it. */
export interface Resource {
  group: string;
  version: string;
  plural: string;
  singular: string;
  kind: string;
  namespaced: boolean;
  shortNames: readonly string[];
  categories: readonly string[];
  verbs: readonly Verb[];
  subresources: readonly Subresource[];
  /** What a field selector may name, and where the value lies; `metadata.name` and `metadata.namespace` always count. */
  fields: Readonly<Record<string, string>>;
  nameForm: 'label' | 'subdomain' | 'path';
  /** The parts without which nothing else can be looked at; missing ones become empty objects. */
  parts: readonly string[];
  /** `metadata.generation` counts the changes of everything but metadata and status. */
  countsGenerations: boolean;
  /** A status that a creator sends is not believed. */
  statusStartsEmpty: boolean;
  /** A deletion gives the running thing time to end. */
  graceful: boolean;
  shape: ZodType;
  columns: readonly Column<KubeObject>[];
  fillIn(object: KubeObject, context: WriteContext): void;
  validate(object: KubeObject, before?: KubeObject): StatusCause[];
}

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

export type Subresource = 'status' | 'scale' | 'binding' | 'log' | 'finalize';

/** What defaulting may look at besides the object itself. */
export interface WriteContext {
  before: KubeObject | undefined;
  /** All objects of the same resource. */
  siblings(): KubeObject[];
}

type Row<T extends KubeObject> = Pick<Resource, 'plural' | 'kind'> &
  Partial<Omit<Resource, 'fillIn' | 'validate' | 'columns'>> & {
    columns?: readonly Column<T>[];
    fillIn?(object: T, context: WriteContext): void;
    validate?(object: T, before?: T): StatusCause[];
  };

const everyVerb: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Most kinds are like most others: a row says only where it differs. */
function row<T extends KubeObject>(given: Row<T>): Resource {
  return {
    group: '',
    version: 'v1',
    singular: given.kind.toLowerCase(),
    namespaced: true,
    shortNames: [],
    categories: [],
    verbs: everyVerb,
    subresources: [],
    nameForm: 'subdomain',
    parts: [],
    countsGenerations: false,
    statusStartsEmpty: false,
    graceful: false,
    shape: shapes.anyShape,
    fillIn() {},
    validate: () => [],
    ...given,
    columns: (given.columns ?? nameAndAge) as readonly Column<KubeObject>[],
    fields: { 'metadata.name': 'metadata.name', 'metadata.namespace': 'metadata.namespace', ...given.fields },
  };
}

function samePaths(...paths: string[]): Record<string, string> {
  return Object.fromEntries(paths.map(path => [path, path]));
}

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
    shape: shapes.namespaceShape,
    statusStartsEmpty: true,
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
    shape: shapes.nodeShape,
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
    shape: shapes.podShape,
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
    shape: shapes.serviceShape,
    fillIn: defaultService,
    validate: validateService,
    columns: configurationColumns.services,
  }),
  row({
    plural: 'configmaps',
    kind: 'ConfigMap',
    shortNames: ['cm'],
    shape: shapes.configMapShape,
    validate: validateConfigMap,
    columns: configurationColumns.configMaps,
  }),
  row({
    plural: 'secrets',
    kind: 'Secret',
    fields: samePaths('type'),
    shape: shapes.secretShape,
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
    shape: shapes.endpointsShape,
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
    shape: shapes.eventShape,
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
    shape: shapes.deploymentShape,
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
    shape: shapes.replicaSetShape,
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

export function apiVersionOf(resource: { group: string; version: string }): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}
