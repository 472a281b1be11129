import {
  bag,
  conditions,
  flag,
  int,
  intOrText,
  kindOf,
  listOf,
  metadata,
  objectOf,
  quantities,
  text,
  textMap,
  texts,
} from './json_types.ts';

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

export const template = objectOf({ metadata, spec: podSpec });
export const podShape = kindOf({
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
