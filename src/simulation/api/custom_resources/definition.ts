import type { Condition, KubeObject } from '../../../kubernetes/objects.ts';
import type { JsonRecord } from '../json.ts';

/** A kind that a client defines, as far as we look into it; decoding and validation have seen it first. */
export interface CustomResourceDefinition extends KubeObject {
  spec: {
    group: string;
    scope: 'Namespaced' | 'Cluster';
    names: DefinedNames;
    versions: DefinedVersion[];
    conversion?: { strategy: string };
    preserveUnknownFields?: boolean;
  };
  status?: {
    acceptedNames: Partial<DefinedNames>;
    conditions: Condition[] | null;
    storedVersions: string[];
  };
}

export interface DefinedNames {
  plural: string;
  singular?: string;
  kind: string;
  listKind?: string;
  shortNames?: string[];
  categories?: string[];
}

export interface DefinedVersion {
  name: string;
  served: boolean;
  storage: boolean;
  deprecated?: boolean;
  deprecationWarning?: string;
  schema?: { openAPIV3Schema?: JsonRecord };
  subresources?: {
    status?: object;
    scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string };
  };
  additionalPrinterColumns?: DefinedColumn[];
  selectableFields?: { jsonPath: string }[];
}

export interface DefinedColumn {
  name: string;
  type: string;
  jsonPath: string;
  format?: string;
  description?: string;
  priority?: number;
}

export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** Released versions before those in test, and later ones first. */
export function inPreference(versions: readonly DefinedVersion[]): DefinedVersion[] {
  return versions.toSorted((a, b) => compareVersions(a.name, b.name));
}

const kubeVersion = /^v(\d+)(?:(alpha|beta)(\d+))?$/;

function compareVersions(a: string, b: string): number {
  const [left, right] = [kubeVersion.exec(a), kubeVersion.exec(b)];
  if (!left || !right) return left ? -1 : right ? 1 : a < b ? -1 : a > b ? 1 : 0;
  return (
    maturity(right) - maturity(left) ||
    Number(right[1]) - Number(left[1]) ||
    Number(right[3] ?? 0) - Number(left[3] ?? 0)
  );
}

function maturity([, , test]: RegExpExecArray): number {
  return test === undefined ? 2 : test === 'beta' ? 1 : 0;
}
