import type { Affinity, TopologySpreadConstraint } from '../../../../kubernetes/kinds/scheduling.ts';
import type { LabelSelector, ResourceList } from '../../../../kubernetes/objects.ts';

/** A pod as a client may send it: every field that a rule looks at, and any of them may be missing. */
export interface WireSpec {
  containers?: WireContainer[];
  initContainers?: WireContainer[];
  ephemeralContainers?: WireContainer[];
  volumes?: WireVolume[];
  restartPolicy?: string;
  terminationGracePeriodSeconds?: number;
  activeDeadlineSeconds?: number;
  dnsPolicy?: string;
  dnsConfig?: { nameservers?: string[]; searches?: string[]; options?: { name?: string }[] };
  nodeSelector?: Record<string, string>;
  nodeName?: string;
  serviceAccountName?: string;
  hostname?: string;
  subdomain?: string;
  hostnameOverride?: string;
  setHostnameAsFQDN?: boolean;
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  hostUsers?: boolean;
  shareProcessNamespace?: boolean;
  securityContext?: PodSecurity;
  affinity?: Affinity;
  tolerations?: Toleration[];
  topologySpreadConstraints?: WireSpread[];
  hostAliases?: { ip?: string; hostnames?: string[] }[];
  priorityClassName?: string;
  preemptionPolicy?: string;
  runtimeClassName?: string;
  readinessGates?: { conditionType?: string }[];
  schedulingGates?: { name?: string }[];
  overhead?: ResourceList;
  resources?: WireResources;
  resourceClaims?: { name?: string; resourceClaimName?: string; resourceClaimTemplateName?: string }[];
  os?: { name?: string };
}

export type WireSpread = Partial<TopologySpreadConstraint> & {
  nodeAffinityPolicy?: string;
  nodeTaintsPolicy?: string;
  matchLabelKeys?: string[];
  labelSelector?: LabelSelector;
};

export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
  tolerationSeconds?: number;
}

export interface WireContainer {
  name?: string;
  image?: string;
  imagePullPolicy?: string;
  terminationMessagePolicy?: string;
  ports?: WirePort[];
  env?: Variable[];
  envFrom?: { prefix?: string; configMapRef?: Named; secretRef?: Named }[];
  volumeMounts?: Mount[];
  volumeDevices?: { name?: string; devicePath?: string }[];
  resources?: WireResources;
  resizePolicy?: { resourceName?: string; restartPolicy?: string }[];
  restartPolicy?: string;
  restartPolicyRules?: { action?: string; exitCodes?: { operator?: string; values?: number[] } }[];
  livenessProbe?: WireProbe;
  readinessProbe?: WireProbe;
  startupProbe?: WireProbe;
  lifecycle?: { postStart?: Handler; preStop?: Handler };
  securityContext?: ContainerSecurity;
  targetContainerName?: string;
}

export interface Named {
  name?: string;
}

export interface WirePort {
  name?: string;
  containerPort?: number;
  hostPort?: number;
  hostIP?: string;
  protocol?: string;
}

export interface Variable {
  name?: string;
  value?: string;
  valueFrom?: {
    fieldRef?: FieldRef;
    resourceFieldRef?: ResourceFieldRef;
    configMapKeyRef?: KeyRef;
    secretKeyRef?: KeyRef;
    fileKeyRef?: { volumeName?: string; path?: string; key?: string };
  };
}

export interface FieldRef {
  apiVersion?: string;
  fieldPath?: string;
}

export interface ResourceFieldRef {
  containerName?: string;
  resource?: string;
  divisor?: string | number;
}

export interface KeyRef {
  name?: string;
  key?: string;
}

export interface Mount {
  name?: string;
  mountPath?: string;
  subPath?: string;
  subPathExpr?: string;
  readOnly?: boolean;
  mountPropagation?: string;
  recursiveReadOnly?: string;
}

export interface WireResources {
  requests?: ResourceList;
  limits?: ResourceList;
  claims?: { name?: string; request?: string }[];
}

export interface Handler {
  exec?: { command?: string[] };
  httpGet?: { path?: string; port?: number | string; scheme?: string; httpHeaders?: { name?: string }[] };
  tcpSocket?: { port?: number | string };
  grpc?: { port?: number };
  sleep?: { seconds?: number };
}

export interface WireProbe extends Handler {
  initialDelaySeconds?: number;
  timeoutSeconds?: number;
  periodSeconds?: number;
  successThreshold?: number;
  failureThreshold?: number;
  terminationGracePeriodSeconds?: number;
}

interface Profile {
  type?: string;
  localhostProfile?: string;
}

export interface CommonSecurity {
  runAsUser?: number;
  runAsGroup?: number;
  seccompProfile?: Profile;
  appArmorProfile?: Profile;
}

export interface ContainerSecurity extends CommonSecurity {
  privileged?: boolean;
  allowPrivilegeEscalation?: boolean;
  procMount?: string;
  capabilities?: { add?: string[]; drop?: string[] };
}

export interface PodSecurity extends CommonSecurity {
  fsGroup?: number;
  fsGroupChangePolicy?: string;
  supplementalGroups?: number[];
  supplementalGroupsPolicy?: string;
  seLinuxChangePolicy?: string;
  sysctls?: { name?: string; value?: string }[];
}

/** Its name, and one source. */
export type WireVolume = { name?: string } & Record<string, unknown>;
