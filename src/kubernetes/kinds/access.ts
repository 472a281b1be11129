import type { KubeObject, LabelSelector } from '../objects.ts';

/** Wire types of who may do what. */

export interface ServiceAccount extends KubeObject {
  secrets?: { name?: string }[];
  imagePullSecrets?: { name?: string }[];
  automountServiceAccountToken?: boolean;
}

export interface Secret extends KubeObject {
  type?: string;
  /** In base64. */
  data?: Record<string, string>;
  immutable?: boolean;
}

export interface PolicyRule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

export interface Role extends KubeObject {
  rules?: PolicyRule[] | null;
}

export interface ClusterRole extends Role {
  aggregationRule?: { clusterRoleSelectors?: LabelSelector[] };
}

export interface RoleBinding extends KubeObject {
  subjects?: Subject[];
  roleRef: RoleRef;
}

export interface Subject {
  kind: 'User' | 'Group' | 'ServiceAccount' | (string & {});
  apiGroup?: string;
  name: string;
  namespace?: string;
}

export interface RoleRef {
  apiGroup: string;
  kind: string;
  name: string;
}

/** What asks whether somebody may do something, in the four forms that the API has for it. */
export interface AccessReview extends KubeObject {
  spec: {
    user?: string;
    groups?: string[];
    resourceAttributes?: {
      namespace?: string;
      verb?: string;
      group?: string;
      version?: string;
      resource?: string;
      subresource?: string;
      name?: string;
    };
    nonResourceAttributes?: { path?: string; verb?: string };
    /** Of a SelfSubjectRulesReview. */
    namespace?: string;
  };
}
