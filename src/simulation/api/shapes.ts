import { z } from 'zod';
import type { KubeObject } from '../../kubernetes/objects.ts';
import { dropNulls } from './json.ts';
import { badRequest } from './status_error.ts';

/**
 * The JSON types of the fields that somebody here looks into, so that everything behind this door may trust them. What
 * is required is validation's question, not asked here: a field of the wrong type is a 400, a missing one is a 422.
 */
const text = z.string().optional();
const int = z.int().optional();
const flag = z.boolean().optional();
const texts = z.array(z.string()).optional();
const textMap = z.record(z.string(), z.string()).optional();
const intOrText = z.union([z.int(), z.string()]).optional();
const quantities = z.record(z.string(), z.union([z.string(), z.number()])).optional();
const bag = z.looseObject({}).optional();

function objectOf<S extends z.ZodRawShape>(shape: S) {
  return z.looseObject(shape).optional();
}

function listOf<S extends z.ZodRawShape>(shape: S) {
  return z.array(z.looseObject(shape)).optional();
}

const metadata = objectOf({
  name: text,
  generateName: text,
  namespace: text,
  uid: text,
  resourceVersion: text,
  generation: int,
  creationTimestamp: text,
  deletionTimestamp: text,
  deletionGracePeriodSeconds: int,
  labels: textMap,
  annotations: textMap,
  finalizers: texts,
  ownerReferences: listOf({ apiVersion: text, kind: text, name: text, uid: text, controller: flag }),
});

const labelSelector = objectOf({
  matchLabels: textMap,
  matchExpressions: listOf({ key: text, operator: text, values: texts }),
});

const probe = objectOf({
  httpGet: objectOf({ path: text, port: intOrText, scheme: text }),
  tcpSocket: objectOf({ port: intOrText }),
  exec: objectOf({ command: texts }),
  initialDelaySeconds: int,
  periodSeconds: int,
  timeoutSeconds: int,
  successThreshold: int,
  failureThreshold: int,
});

const containers = listOf({
  name: text,
  image: text,
  imagePullPolicy: text,
  command: texts,
  args: texts,
  workingDir: text,
  env: listOf({ name: text, value: text, valueFrom: bag }),
  envFrom: listOf({ prefix: text, configMapRef: bag, secretRef: bag }),
  ports: listOf({ name: text, containerPort: int, hostPort: int, protocol: text }),
  resources: objectOf({ requests: quantities, limits: quantities }),
  readinessProbe: probe,
  livenessProbe: probe,
  startupProbe: probe,
  volumeMounts: listOf({ name: text, mountPath: text, readOnly: flag }),
  securityContext: bag,
});

const podSpec = objectOf({
  containers,
  initContainers: containers,
  nodeName: text,
  nodeSelector: textMap,
  restartPolicy: text,
  terminationGracePeriodSeconds: int,
  activeDeadlineSeconds: int,
  dnsPolicy: text,
  schedulerName: text,
  serviceAccountName: text,
  priority: int,
  hostNetwork: flag,
  tolerations: listOf({ key: text, operator: text, value: text, effect: text, tolerationSeconds: int }),
  volumes: listOf({
    name: text,
    configMap: bag,
    secret: bag,
    emptyDir: bag,
    persistentVolumeClaim: bag,
    hostPath: bag,
  }),
  affinity: bag,
  securityContext: bag,
});

const conditions = listOf({ type: text, status: text, reason: text, message: text, lastTransitionTime: text });
const containerState = objectOf({
  waiting: objectOf({ reason: text, message: text }),
  running: objectOf({ startedAt: text }),
  terminated: objectOf({ exitCode: int, reason: text, message: text, signal: int, startedAt: text, finishedAt: text }),
});
const containerStatuses = listOf({
  name: text,
  ready: flag,
  started: flag,
  restartCount: int,
  state: containerState,
  lastState: containerState,
});

const template = objectOf({ metadata, spec: podSpec });
const workloadStatus = objectOf({
  observedGeneration: int,
  replicas: int,
  updatedReplicas: int,
  readyReplicas: int,
  availableReplicas: int,
  unavailableReplicas: int,
  conditions,
});

function object<S extends z.ZodRawShape>(shape: S) {
  return z.looseObject({ apiVersion: text, kind: text, metadata, ...shape });
}

export const anyShape = object({});

export const podShape = object({
  spec: podSpec,
  status: objectOf({
    phase: text,
    reason: text,
    message: text,
    podIP: text,
    podIPs: listOf({ ip: text }),
    conditions,
    containerStatuses,
    initContainerStatuses: containerStatuses,
  }),
});

export const deploymentShape = object({
  spec: objectOf({
    replicas: int,
    selector: labelSelector,
    template,
    strategy: objectOf({ type: text, rollingUpdate: objectOf({ maxSurge: intOrText, maxUnavailable: intOrText }) }),
    minReadySeconds: int,
    revisionHistoryLimit: int,
    progressDeadlineSeconds: int,
    paused: flag,
  }),
  status: workloadStatus,
});

export const replicaSetShape = object({
  spec: objectOf({ replicas: int, selector: labelSelector, template, minReadySeconds: int }),
  status: workloadStatus,
});

export const serviceShape = object({
  spec: objectOf({
    type: text,
    clusterIP: text,
    clusterIPs: texts,
    externalIPs: texts,
    externalName: text,
    selector: textMap,
    ports: listOf({ name: text, port: int, targetPort: intOrText, nodePort: int, protocol: text }),
  }),
  status: objectOf({ loadBalancer: objectOf({ ingress: listOf({ ip: text, hostname: text }) }) }),
});

export const nodeShape = object({
  spec: objectOf({ unschedulable: flag, taints: listOf({ key: text, value: text, effect: text }), podCIDR: text }),
  status: objectOf({
    capacity: quantities,
    allocatable: quantities,
    conditions,
    addresses: listOf({ type: text, address: text }),
    nodeInfo: textMap,
  }),
});

export const namespaceShape = object({
  spec: objectOf({ finalizers: texts }),
  status: objectOf({ phase: text }),
});

export const configMapShape = object({ data: textMap, binaryData: textMap, immutable: flag });

export const secretShape = object({ data: textMap, stringData: textMap, type: text, immutable: flag });

export const endpointsShape = object({
  subsets: listOf({ addresses: listOf({ ip: text }), ports: listOf({ name: text, port: int, protocol: text }) }),
});

export const eventShape = object({
  involvedObject: objectOf({ kind: text, namespace: text, name: text, uid: text, apiVersion: text, fieldPath: text }),
  type: text,
  reason: text,
  message: text,
  count: int,
  firstTimestamp: text,
  lastTimestamp: text,
  eventTime: text,
  source: objectOf({ component: text, host: text }),
  reportingComponent: text,
});

export const scaleShape = object({ spec: objectOf({ replicas: int }) });

export const bindingShape = object({ target: objectOf({ kind: text, name: text }) });

/** Takes `value`, which nobody else may hold, as an object of this shape; throws 400 when it isn't one. */
export function decode(value: unknown, shape: z.ZodType, kind: { kind: string; version: string }): KubeObject {
  const parsed = shape.safeParse(dropNulls(value));
  if (parsed.success) return value as KubeObject;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') || 'the body';
  const what = `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}`;
  throw badRequest(`${what}: ${where}: ${issue?.message ?? 'unexpected value'}`);
}
