import type { KubeObject } from '../../kubernetes/objects.ts';
import type { StatusCause } from './client.ts';
import type { ObjectSchema } from './schema/schema.ts';
import { type Column, nameAndAge } from './table/column.ts';

/** One kind of object: everything that the server needs to know to serve it. */
export interface Resource {
  group: string;
  version: string;
  plural: string;
  singular: string;
  kind: string;
  /** What a list of them is called, where it isn't the kind with List after it. */
  listKind?: string;
  namespaced: boolean;
  shortNames: readonly string[];
  categories: readonly string[];
  verbs: readonly Verb[];
  subresources: readonly Subresource[];
  /** What a field selector may name, and where the value lies; `metadata.name` and `metadata.namespace` always count. */
  fields: Readonly<Record<string, string>>;
  nameForm: 'label' | 'subdomain' | 'path';
  /** `metadata.generation` counts the changes of everything but metadata and status. */
  countsGenerations: boolean;
  /** A status that a creator sends is not believed. */
  statusStartsEmpty: boolean;
  /** A deletion gives the running thing time to end. */
  graceful: boolean;
  /** The names of those without which a cluster is none. */
  undeletable: readonly string[];
  /** Who deletes one and doesn't say what becomes of its dependents leaves them without an owner. */
  orphansByDefault: boolean;
  /** It can have no dependents, so nobody is asked what becomes of them. */
  ownsNothing?: boolean;
  /** What a client is warned of that still asks for this. */
  deprecated?: string;
  /** The type of a custom resource; those of all others are known (schema/kubernetes.ts). */
  schema?: ObjectSchema;
  /** Where a custom resource has what its Scale shows; workloads have it where all workloads do. */
  scalePaths?: { replicas: string; ready: string; selector?: string | undefined };
  /** Before this version there was nothing of this kind to watch. */
  servedSince?: number;
  /** The schema that a custom resource's definition gives, as it stands there. */
  openApi?: Readonly<Record<string, unknown>>;
  /** How one is marked that is to be deleted and that somebody has to clean up after first. */
  markDeleted?(object: KubeObject, now: string): void;
  /** This is a view: its objects are kept under another resource, in another version. */
  storedAs?: StoredAs;
  columns: readonly Column<KubeObject>[];
  fillIn(object: KubeObject, context: WriteContext): void;
  /** `part` is the subresource that changes it, if one does. */
  validate(object: KubeObject, before?: KubeObject, part?: string): StatusCause[];
}

export interface StoredAs {
  resource: Resource;
  toStored(object: KubeObject): KubeObject;
  fromStored(object: KubeObject): KubeObject;
}

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

export type Subresource =
  | 'attach'
  | 'binding'
  | 'ephemeralcontainers'
  | 'eviction'
  | 'exec'
  | 'finalize'
  | 'log'
  | 'portforward'
  | 'proxy'
  | 'resize'
  | 'scale'
  | 'status'
  | 'token';

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
    validate?(object: T, before?: T, part?: string): StatusCause[];
  };

export const everyVerb: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

/** Most kinds are like most others: a row says only where it differs. */
export function row<T extends KubeObject>(given: Row<T>): Resource {
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
    countsGenerations: false,
    statusStartsEmpty: false,
    graceful: false,
    undeletable: [],
    orphansByDefault: false,
    fillIn() {},
    validate: () => [],
    ...given,
    columns: (given.columns ?? nameAndAge) as readonly Column<KubeObject>[],
    fields: { 'metadata.name': 'metadata.name', 'metadata.namespace': 'metadata.namespace', ...given.fields },
  };
}

/** Selectable fields whose name is the path where they lie. */
export function samePaths(...paths: string[]): Record<string, string> {
  return Object.fromEntries(paths.map(path => [path, path]));
}
