/**
 * The types of the API: what decoding, patches, server-side apply and the OpenAPI documents all go by. Those that we
 * serve from the start come from kubernetes-1.36.json; a custom resource brings its own (crd.ts).
 */
export type Schema = ObjectSchema | MapSchema | ListSchema | ScalarSchema | AnySchema;

export interface ObjectSchema {
  kind: 'object';
  /** `io.k8s.api.apps.v1.DeploymentSpec`; empty within custom resources. */
  name: string;
  fields: ReadonlyMap<string, Field>;
  /** Server-side apply takes the whole as one value. */
  atomic: boolean;
  /** Fields that are not listed stay (custom resources only); otherwise they are pruned. */
  keepsUnknown: boolean;
  goType: string;
  /** A whole object with apiVersion, kind and metadata of its own (custom resources only). */
  embedded: boolean;
}

export interface Field {
  name: string;
  type: Schema;
  required: boolean;
  /** Null is a value of its own, and stays (custom resources only). */
  nullable: boolean;
  /** Only defaults that say something: neither "" nor {}. Map keys of lists need them (`protocol` is TCP). */
  default?: unknown;
  /** Strategic merge patch: `merge` (lists by `mergeKey`, plain values as a set), `retainKeys`, `replace`. */
  patchStrategy: readonly ('merge' | 'replace' | 'retainKeys')[];
  mergeKey?: string;
  /**
   * A field that nobody set: `written` as its zero value (`resources: {}`, `name: ""`, a time as null), or absent. One that is set to its
   * zero value: `kept`, or `dropped` because the real types cannot tell it from an absent one.
   */
  empty: 'written' | 'kept' | 'dropped';
  /** Its number in protobuf, after those of the messages around it that JSON doesn't show; built-in types only. */
  proto: readonly number[];
  /** The structs that Go embeds around it, which only error messages show. */
  within: readonly string[];
}

export interface MapSchema {
  kind: 'map';
  values: Schema;
  atomic: boolean;
  goType: string;
}

export interface ListSchema {
  kind: 'list';
  items: Schema;
  listType: 'atomic' | 'set' | 'map';
  /** What tells items apart when `listType` is `map`. */
  keys: readonly string[];
  goType: string;
}

export interface ScalarSchema {
  kind: 'scalar';
  type: ScalarType;
  /** How Go calls the type: `int32`, `v1.PullPolicy`. Error messages say it. */
  goType: string;
}

export type ScalarType =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'double'
  | 'quantity'
  | 'intOrString'
  | 'time'
  | 'microTime'
  | 'duration'
  | 'bytes';

/** Any JSON value, kept as it is: RawExtension, managed fields, a custom resource's preserved part. */
export interface AnySchema {
  kind: 'any';
  /** What protobuf makes of it, where it isn't the JSON itself. */
  form?: 'schemaOrArray' | 'schemaOrBool' | 'schemaOrStrings';
}

export const anything: AnySchema = { kind: 'any' };

export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}
