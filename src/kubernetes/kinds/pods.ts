/** Wire types of what a pod is put together from. */

export interface SecurityContext {
  runAsNonRoot?: boolean;
  runAsUser?: number;
  runAsGroup?: number;
  readOnlyRootFilesystem?: boolean;
}

export interface KeyToPath {
  key: string;
  path: string;
}

export interface FieldRef {
  apiVersion?: string;
  fieldPath: string;
}

export interface ResourceFieldRef {
  containerName?: string;
  resource: string;
  divisor?: string;
}

export interface DownwardItem {
  path: string;
  fieldRef?: FieldRef;
  resourceFieldRef?: ResourceFieldRef;
}

export interface ConfigMapSource {
  name: string;
  optional?: boolean;
  items?: KeyToPath[];
}

export interface ProjectedSource {
  configMap?: ConfigMapSource;
  secret?: ConfigMapSource;
  downwardAPI?: { items?: DownwardItem[] };
  serviceAccountToken?: { path: string };
}

export type Volume = {
  name: string;
  configMap?: ConfigMapSource;
  secret?: { secretName?: string; optional?: boolean; items?: KeyToPath[] };
  downwardAPI?: { items?: DownwardItem[] };
  emptyDir?: { medium?: string; sizeLimit?: string };
  persistentVolumeClaim?: { claimName: string; readOnly?: boolean };
  hostPath?: { path: string; type?: string };
  csi?: { driver: string };
  projected?: { sources?: ProjectedSource[] };
} & Record<string, unknown>;

export interface VolumeMount {
  name: string;
  mountPath: string;
  readOnly?: boolean;
  subPath?: string;
  subPathExpr?: string;
}

export interface LifecycleHandler {
  exec?: { command: string[] };
  httpGet?: { path?: string; port: number | string; host?: string; scheme?: string };
  sleep?: { seconds: number };
}

export interface RestartRule {
  action: string;
  exitCodes?: { operator: 'In' | 'NotIn'; values?: number[] };
}

export interface EnvSource {
  configMapKeyRef?: { name: string; key: string; optional?: boolean };
  secretKeyRef?: { name: string; key: string; optional?: boolean };
  fieldRef?: FieldRef;
  resourceFieldRef?: ResourceFieldRef;
}
