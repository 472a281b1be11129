import * as made from '../manifests.ts';
import { merge, type Operation, operation, post } from '../operation.ts';
import * as at from '../places.ts';

const { container, pod, template } = made;
type Fields = Record<string, unknown>;
const podWith = (name: string, spec: Fields) => operation(`invalid: pod, ${name}`, post(at.pods(), pod('a', spec)));
const inContainer = (name: string, more: Fields) => podWith(name, { containers: [container(more)] });
const withVolume = (name: string, volume: Fields) => podWith(name, { volumes: [{ name: 'v', ...volume }] });
const init = (more: Fields) => container({ name: 'first', ...more });
const changed = (name: string, before: Fields, after: Fields) =>
  operation(`invalid: pod, ${name}`, post(at.pods(), pod('a', before)), merge(at.pods('a'), { spec: after }));

const ofContainers: readonly Operation[] = [
  inContainer('a long name', { name: 'a'.repeat(64) }),
  inContainer('a name with dots', { name: 'a.b' }),
  inContainer('a message policy nobody knows', { terminationMessagePolicy: 'Shout' }),
  inContainer('ports with everything wrong', {
    ports: [{ name: '-a--1-', containerPort: 99_999, hostPort: 99_999, protocol: 'tcp' }, { name: '123' }],
  }),
  inContainer('one port of the node twice', {
    ports: [
      { containerPort: 1, hostPort: 80 },
      { containerPort: 2, hostPort: 80 },
    ],
  }),
  inContainer('a variable with a bad name', { env: [{ name: 'A=B', value: 'x' }] }),
  inContainer('variables from keys that are none', {
    env: [
      { name: 'A', valueFrom: { configMapKeyRef: { name: 'X_Y', key: '..' } } },
      { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: '' } } },
      { name: 'C', valueFrom: { secretKeyRef: { name: 's', key: 'a' }, configMapKeyRef: { name: 's', key: 'a' } } },
    ],
  }),
  inContainer('variables from fields that are none', {
    env: [
      { name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.labels['a b']" } } },
      { name: 'B', valueFrom: { fieldRef: { fieldPath: "spec.nodeName['a']" } } },
      { name: 'C', valueFrom: { fieldRef: { fieldPath: 'status.phase' } } },
      { name: 'D', valueFrom: { fieldRef: { apiVersion: 'v2', fieldPath: 'metadata.name' } } },
    ],
  }),
  inContainer('variables from amounts that are none', {
    env: [
      { name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.coffee' } } },
      { name: 'B', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '2' } } },
      { name: 'C', valueFrom: { resourceFieldRef: { resource: 'requests.memory', divisor: '5Mi' } } },
    ],
  }),
  inContainer('variables from nowhere at all', {
    envFrom: [
      {},
      { configMapRef: { name: 'a' }, secretRef: { name: '' } },
      { prefix: 'é', configMapRef: { name: 'A' } },
    ],
  }),
  podWith('mounts that lead out', {
    volumes: [{ name: 'v', emptyDir: {} }],
    containers: [
      container({
        volumeMounts: [
          { name: 'v', mountPath: '/a', subPath: '/x/../y' },
          { name: 'v', mountPath: '', subPath: 'a', subPathExpr: '../b' },
          { name: 'v', mountPath: '/c', mountPropagation: 'Bidirectional' },
          { name: 'v', mountPath: '/d', mountPropagation: 'Wide', recursiveReadOnly: 'Enabled' },
          { name: 'v', mountPath: '/e', recursiveReadOnly: 'Perhaps' },
        ],
      }),
    ],
  }),
  podWith('devices that are none', {
    volumes: [
      { name: 'v', emptyDir: {} },
      { name: 'c', persistentVolumeClaim: { claimName: 'c' } },
    ],
    containers: [
      container({
        volumeMounts: [{ name: 'c', mountPath: '/dev/c' }],
        volumeDevices: [
          { name: 'v', devicePath: '/dev/v' },
          { name: 'c', devicePath: '/dev/c' },
          { name: 'c', devicePath: '/dev/../c' },
          { name: 'none', devicePath: '' },
        ],
      }),
    ],
  }),
  inContainer('probes with everything wrong', {
    livenessProbe: {
      httpGet: { path: '/', port: 'Not A Port', scheme: 'FTP', httpHeaders: [{ name: 'a b', value: '' }] },
    },
    readinessProbe: { exec: {}, terminationGracePeriodSeconds: 5 },
    startupProbe: { grpc: { port: 0 }, successThreshold: 3, terminationGracePeriodSeconds: 0 },
  }),
  inContainer('hooks with everything wrong', {
    lifecycle: { postStart: {}, preStop: { sleep: { seconds: 100 } }, stopSignal: 'SIGTERM' },
  }),
  ...['a b', 'example.com/a b', 'storage', 'requests.example.com/x', 'hugepages-2Mi', 'a/b/c', 'pods'].map(name =>
    inContainer(`an amount called ${name}`, { resources: { limits: { [name]: '3Mi' } } }),
  ),
  inContainer('half a device', { resources: { limits: { 'example.com/gpu': '500m' } } }),
  inContainer('huge pages alone', { resources: { limits: { 'hugepages-2Mi': '4Mi' } } }),
  inContainer('claims that are none', { resources: { claims: [{ name: 'a' }, { name: 'a' }, { name: '' }] } }),
  inContainer('resizing nobody knows', {
    resizePolicy: [
      { resourceName: 'cpu', restartPolicy: 'Sometimes' },
      { resourceName: 'cpu', restartPolicy: 'NotRequired' },
      { resourceName: 'coffee', restartPolicy: 'RestartContainer' },
    ],
  }),
  inContainer('restarting by rules that are none', {
    restartPolicyRules: [{ action: 'Restart' }, { action: 'Dance', exitCodes: { operator: 'Near', values: [1] } }],
  }),
  inContainer('security with everything wrong', {
    securityContext: {
      runAsUser: -1,
      runAsGroup: 4_294_967_296,
      procMount: 'Odd',
      seccompProfile: { type: 'Localhost' },
      appArmorProfile: { type: 'RuntimeDefault', localhostProfile: 'x' },
    },
  }),
  inContainer('security with profiles that are none', {
    securityContext: {
      procMount: 'Unmasked',
      allowPrivilegeEscalation: false,
      capabilities: { add: ['CAP_SYS_ADMIN'] },
      seccompProfile: { type: 'Unconfined', localhostProfile: 'x' },
      appArmorProfile: { type: 'x' },
    },
  }),
  podWith('an init container of a name that is taken', { initContainers: [container()] }),
  podWith('a sidecar with a bad probe', {
    initContainers: [init({ restartPolicy: 'Always', livenessProbe: {}, lifecycle: { preStop: {} } })],
  }),
  podWith('an init container without anything', { initContainers: [{}] }),
];

const ofVolumes: readonly Operation[] = [
  withVolume('a volume with a bad name', { name: 'V_1', emptyDir: {} }),
  withVolume('a directory of a size below zero', { emptyDir: { sizeLimit: '-1' } }),
  withVolume('a path of the host that leads out', { hostPath: { path: '/a/../b', type: 'Magic' } }),
  withVolume('a path of the host that is none', { hostPath: { path: '' } }),
  withVolume('files with everything wrong', {
    configMap: {
      name: '',
      defaultMode: 9999,
      items: [
        { key: '', path: '../x', mode: -1 },
        { key: 'a', path: '..b' },
      ],
    },
  }),
  withVolume('files of fields that are none', {
    downwardAPI: {
      items: [
        { path: '/a', fieldRef: { fieldPath: 'spec.nodeName' } },
        { path: 'b', resourceFieldRef: { resource: 'limits.cpu' } },
        { path: 'c' },
      ],
    },
  }),
  withVolume('projections with everything wrong', {
    projected: {
      sources: [
        { secret: { items: [{ key: 'a', path: 'a' }] } },
        { configMap: { name: 'a', items: [{ key: 'a', path: 'a' }] }, secret: { name: 'b' } },
        { serviceAccountToken: { path: '', expirationSeconds: 5 } },
      ],
    },
  }),
  withVolume('a share of the network without a path', { nfs: { server: '', path: 'x' } }),
  withVolume('a driver without a name', { csi: { driver: '' } }),
  withVolume('an image without a reference', { image: { reference: '' } }),
  withVolume('a claim of its own without a template', { ephemeral: {} }),
];

const ofSpecs: readonly Operation[] = [
  podWith('names that are none', {
    hostname: 'A.b',
    subdomain: 'a.b',
    serviceAccountName: 'default',
    runtimeClassName: 'A B',
    preemptionPolicy: 'Sometimes',
  }),
  podWith('DNS with everything wrong', {
    dnsConfig: {
      nameservers: ['1.2.3', '10.0.0.1', '10.0.0.2', '010.0.0.3'],
      searches: ['_ok.example.com.', 'a b', '.'],
      options: [{ value: 'x' }],
    },
  }),
  podWith('aliases that are none', { hostAliases: [{ ip: 'x', hostnames: ['A', 'ok'] }] }),
  podWith('a deadline too far', { activeDeadlineSeconds: 2_147_483_648 }),
  podWith('security of its own with everything wrong', {
    securityContext: {
      fsGroup: -1,
      runAsGroup: -1,
      supplementalGroups: [1, -1],
      fsGroupChangePolicy: 'x',
      supplementalGroupsPolicy: 'y',
      seLinuxChangePolicy: 'z',
      sysctls: [
        { name: 'A', value: '1' },
        { name: 'net.core.x', value: '1' },
        { name: 'net.core.x', value: '1' },
      ],
    },
  }),
  podWith('one process space and that of the host', { hostPID: true, shareProcessNamespace: true }),
  podWith('users of its own on the network of the host', { hostUsers: false, hostNetwork: true, hostPID: true }),
  podWith('tolerations with everything wrong', {
    tolerations: [
      { key: 'a b', operator: 'Near', value: 'x' },
      { key: 'a', operator: 'Gt', value: '5' },
      { key: 'a', value: 'not ok' },
      { key: 'a', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 5 },
    ],
  }),
  podWith('node affinity with everything wrong', {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: 'a b', operator: 'Exists', values: ['x'] },
                { key: 'a', operator: 'Gt', values: ['1', '2'] },
                { key: 'a', operator: 'In', values: ['not ok'] },
              ],
              matchFields: [
                { key: 'metadata.name', operator: 'In', values: ['A_b'] },
                { key: 'metadata.uid', operator: 'Exists' },
                { key: 'metadata.name', operator: 'In', values: [] },
              ],
            },
          ],
        },
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 0, preference: {} }],
      },
    },
  }),
  podWith('node affinity without a term', {
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
  }),
  podWith('pod affinity with everything wrong', {
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 101,
            podAffinityTerm: {
              topologyKey: 'a b',
              namespaces: ['A'],
              labelSelector: { matchExpressions: [{ key: 'a', operator: 'Near' }] },
              namespaceSelector: { matchLabels: { a: 'not ok' } },
            },
          },
        ],
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', matchLabelKeys: ['a'] }],
      },
    },
  }),
  podWith('spreading with everything wrong', {
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', minDomains: 2, nodeTaintsPolicy: 'x' },
      { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', minDomains: 0, matchLabelKeys: ['a'] },
      {
        maxSkew: -1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] },
      },
    ],
  }),
  podWith('gates that are none', { schedulingGates: [{ name: 'a b' }, { name: 'a' }, { name: 'a' }] }),
  podWith('a node and a gate', { nodeName: 'node', schedulingGates: [{ name: 'a' }] }),
  podWith('overhead below zero', { overhead: { cpu: '-1' } }),
  podWith('less altogether than each', {
    containers: [container({ resources: { requests: { cpu: '2' }, limits: { cpu: '4' } } })],
    resources: { requests: { cpu: '1' }, limits: { cpu: '3', coffee: '1' } },
  }),
  podWith('an operating system nobody knows', { os: { name: 'plan9' } }),
  podWith('a host name that overrides too much', { hostnameOverride: 'A', setHostnameAsFQDN: true, hostNetwork: true }),
  podWith('a signal nobody knows', {
    os: { name: 'linux' },
    containers: [container({ lifecycle: { stopSignal: 'SIGNOTHING' } })],
  }),
];

const ofChanges: readonly Operation[] = [
  changed('another command', {}, { containers: [container({ command: ['x'] })] }),
  changed('an image that is none', {}, { containers: [container({ image: ' app' })] }),
  changed('a toleration less', { tolerations: [{ key: 'a', operator: 'Exists' }] }, { tolerations: null }),
  changed('a later deadline', { activeDeadlineSeconds: 5 }, { activeDeadlineSeconds: 10 }),
  changed('no deadline any more', { activeDeadlineSeconds: 5 }, { activeDeadlineSeconds: null }),
  changed('a gate more', {}, { schedulingGates: [{ name: 'a' }] }),
  changed(
    'another selector behind a gate',
    { schedulingGates: [{ name: 'a' }], nodeSelector: { a: 'b' } },
    { nodeSelector: { a: 'c' } },
  ),
  changed('another account and another host', {}, { serviceAccountName: 'other', hostNetwork: true, hostname: 'b' }),
  changed(
    'another volume and another probe',
    { volumes: [{ name: 'v', emptyDir: {} }] },
    {
      volumes: [{ name: 'v', configMap: { name: 'x', items: [{ key: 'a', path: 'b' }] } }],
      containers: [container({ livenessProbe: { httpGet: { port: 80, httpHeaders: [{ name: 'A', value: 'b' }] } } })],
    },
  ),
  changed(
    'other amounts, ports and variables',
    {},
    {
      containers: [
        container({
          ports: [{ containerPort: 80 }],
          env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
          resources: { requests: { memory: '1Gi', cpu: '0.5' } },
          securityContext: { runAsUser: 5, capabilities: { drop: ['ALL'] } },
        }),
      ],
    },
  ),
  changed(
    'another affinity',
    {},
    {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }],
          },
        },
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'zone', labelSelector: { matchLabels: { b: 'c', a: 'b' } } },
          ],
        },
      },
    },
  ),
  operation(
    'invalid: pod, labels that are none on an old one',
    post(at.pods(), pod('a')),
    merge(at.pods('a'), { metadata: { labels: { 'a b': 'c' } } }),
  ),
];

const inTemplates: readonly Operation[] = [
  ['Deployment', at.deployments(), made.deployment],
  ['StatefulSet', at.statefulSets(), made.statefulSet],
  ['DaemonSet', at.daemonSets(), made.daemonSet],
  ['ReplicaSet', at.replicaSets(), made.replicaSet],
  ['Job', at.jobs(), made.job],
].flatMap(([kind, place, make]) => {
  const spec = {
    containers: [container({ name: 'A', ports: [{}] })],
    nodeName: 'A',
    restartPolicy: kind === 'Job' ? 'Never' : 'Always',
  };
  const body = { ...template(spec, { app: 'shop', 'a b': 'c' }) };
  return [
    operation(
      `invalid: ${kind}, a template with everything wrong`,
      post(place as string, (make as typeof made.deployment)('a', { template: body })),
    ),
  ];
});

export const validationOfPods: readonly Operation[] = [
  ...ofContainers,
  ...ofVolumes,
  ...ofSpecs,
  ...ofChanges,
  ...inTemplates,
];
