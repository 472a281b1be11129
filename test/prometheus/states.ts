import type { KubeObject, Pod } from '../../src/kubernetes/objects.ts';
import type { ApiClient } from '../../src/simulation/api/client.ts';
import { Program } from '../../src/simulation/programs/program.ts';
import { runProgram } from '../../src/simulation/programs/run_program.ts';
import type { Running } from '../../src/simulation/programs/world.ts';

/** An object in a state that a rule is about, and how it looks when all is well. */
export interface State {
  alerts: string[];
  /** How long it is ill. */
  minutes: number;
  ill(client: ApiClient, now: number): Promise<unknown>;
  well(client: ApiClient): Promise<unknown>;
}

const namespace = 'default';
const labels = { app: 'x' };
const container = { name: 'main', image: 'registry.example/x:1' };
const template = { metadata: { labels }, spec: { containers: [container] } };
const workload = { replicas: 3, selector: { matchLabels: labels }, template };

interface Told {
  alerts: string[];
  resource: string;
  object: { apiVersion: string; kind: string; spec?: object };
  ill: object | ((now: number) => object);
  well: object;
  minutes?: number;
  /** Not in a namespace. */
  wide?: boolean;
}

function told({ alerts, resource, object, ill, well, minutes = 10, wide = false }: Told): State {
  const place = wide ? {} : { namespace };
  const target = { resource, name: 'x', ...place };
  const say = (client: ApiClient, status: object) =>
    client.patch(target, { type: 'merge', body: { status }, subresource: 'status' });
  return {
    alerts,
    minutes,
    async ill(client, now) {
      await client.create<KubeObject>(resource, { ...object, metadata: { name: 'x', ...place } });
      await say(client, typeof ill === 'function' ? ill(now) : ill);
    },
    well: client => say(client, well),
  };
}

const time = '2026-03-01T10:00:00Z';
const condition = (type: string, status: 'True' | 'False') => ({ type, status, reason: 'X', lastTransitionTime: time });

const container1 = (state: object, more: object = {}) => ({
  name: 'main',
  image: container.image,
  imageID: '',
  ready: false,
  restartCount: 0,
  state,
  lastState: {},
  ...more,
});
const running = {
  initContainerStatuses: null,
  phase: 'Running',
  containerStatuses: [container1({ running: { startedAt: time } }, { ready: true })],
};
const waitingFor = (reason: string) => ({ waiting: { reason } });
const pod = {
  resource: 'pods',
  object: { apiVersion: 'v1', kind: 'Pod', spec: { containers: [container] } },
  well: running,
};
const budget = { desiredHealthy: 2, expectedPods: 3, disruptionsAllowed: 0 };
const nodeWell = [condition('Ready', 'True'), condition('MemoryPressure', 'False')];
const quota = {
  resource: 'resourcequotas',
  object: { apiVersion: 'v1', kind: 'ResourceQuota', spec: { hard: { pods: '10' } } },
};
const quotaUse = (used: string) => ({ hard: { pods: '10' }, used: { pods: used } });
const job = {
  resource: 'jobs.batch',
  object: {
    apiVersion: 'batch/v1',
    kind: 'Job',
    spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } },
  },
};
const autoscaler = {
  resource: 'horizontalpodautoscalers.autoscaling',
  object: {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' }, minReplicas: 1, maxReplicas: 5 },
  },
};
const replicas = (currentReplicas: number, desiredReplicas: number) => ({ currentReplicas, desiredReplicas });
const daemons = (available: number) => ({
  currentNumberScheduled: 3,
  desiredNumberScheduled: 3,
  numberMisscheduled: 0,
  numberReady: available,
  numberAvailable: available,
  updatedNumberScheduled: 3,
});

export const states: State[] = [
  told({
    ...pod,
    alerts: ['KubePodNotReady'],
    ill: { phase: 'Pending', containerStatuses: [container1(waitingFor('ContainerCreating'))] },
  }),
  told({ ...pod, alerts: ['KubePodNotReady'], ill: { phase: 'Failed', reason: 'Evicted' } }),
  told({
    ...pod,
    alerts: ['KubePodCrashLooping'],
    ill: { phase: 'Running', containerStatuses: [container1(waitingFor('CrashLoopBackOff'))] },
  }),
  told({
    ...pod,
    alerts: ['KubePodNotReady', 'KubePodCrashLooping'],
    ill: { phase: 'Pending', initContainerStatuses: [container1(waitingFor('CrashLoopBackOff'), { name: 'init' })] },
  }),
  told({
    ...pod,
    alerts: ['KubePodNotReady', 'KubeContainerWaiting'],
    ill: { phase: 'Pending', containerStatuses: [container1(waitingFor('ImagePullBackOff'))] },
  }),
  told({
    alerts: ['KubeDeploymentReplicasMismatch', 'KubeDeploymentRolloutStuck'],
    resource: 'deployments.apps',
    object: { apiVersion: 'apps/v1', kind: 'Deployment', spec: workload },
    ill: { replicas: 3, readyReplicas: 1, availableReplicas: 1, conditions: [condition('Progressing', 'False')] },
    well: { replicas: 3, readyReplicas: 3, availableReplicas: 3, conditions: [condition('Progressing', 'True')] },
  }),
  told({
    alerts: ['KubeStatefulSetReplicasMismatch'],
    resource: 'statefulsets.apps',
    object: { apiVersion: 'apps/v1', kind: 'StatefulSet', spec: { ...workload, serviceName: 'x' } },
    ill: { replicas: 3, readyReplicas: 2 },
    well: { replicas: 3, readyReplicas: 3 },
  }),
  told({
    alerts: ['KubeDaemonSetRolloutStuck'],
    resource: 'daemonsets.apps',
    object: { apiVersion: 'apps/v1', kind: 'DaemonSet', spec: { selector: workload.selector, template } },
    ill: daemons(2),
    well: daemons(3),
  }),
  told({
    ...job,
    alerts: ['KubeJobFailed'],
    ill: {
      failed: 1,
      startTime: time,
      conditions: [{ ...condition('FailureTarget', 'True') }, { ...condition('Failed', 'True') }],
    },
    well: { conditions: null },
  }),
  told({
    ...job,
    alerts: ['KubeJobNotCompleted'],
    minutes: 40,
    ill: now => ({ active: 1, startTime: new Date(now).toISOString().replace(/\.\d+/, '') }),
    well: { active: 0, succeeded: 1 },
  }),
  told({ ...autoscaler, alerts: ['KubeHpaReplicasMismatch'], ill: replicas(2, 4), well: replicas(4, 4) }),
  told({ ...autoscaler, alerts: ['KubeHpaMaxedOut'], ill: replicas(5, 5), well: replicas(3, 3) }),
  told({ ...quota, alerts: ['KubeQuotaAlmostFull'], ill: quotaUse('9500m'), well: quotaUse('5') }),
  told({ ...quota, alerts: ['KubeQuotaFullyUsed'], ill: quotaUse('10'), well: quotaUse('5') }),
  told({ ...quota, alerts: ['KubeQuotaExceeded'], ill: quotaUse('12'), well: quotaUse('5') }),
  told({
    alerts: ['KubePersistentVolumeClaimPending'],
    resource: 'persistentvolumeclaims',
    object: {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
    ill: { phase: 'Pending' },
    well: { phase: 'Bound' },
  }),
  told({
    alerts: ['KubeNodeNotReady'],
    resource: 'nodes',
    object: { apiVersion: 'v1', kind: 'Node' },
    ill: { conditions: [condition('Ready', 'False')] },
    well: { conditions: nodeWell },
    wide: true,
  }),
  told({
    alerts: ['KubeNodePressure'],
    resource: 'nodes',
    object: { apiVersion: 'v1', kind: 'Node' },
    ill: { conditions: [condition('Ready', 'True'), condition('MemoryPressure', 'True')] },
    well: { conditions: nodeWell },
    wide: true,
  }),
  told({
    alerts: ['KubePdbNotEnoughHealthyPods'],
    resource: 'poddisruptionbudgets.policy',
    object: {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      spec: { minAvailable: 2, selector: { matchLabels: labels } },
    },
    ill: { ...budget, currentHealthy: 1 },
    well: { ...budget, currentHealthy: 3 },
  }),
];

/** A pod with a claim for what it writes. */
export async function writer(client: ApiClient): Promise<Pod> {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', namespace }, spec };
  await client.create<KubeObject>('persistentvolumeclaims', claim);
  const pod = await client.create<Pod>('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x', namespace },
    spec: {
      containers: [{ ...container, volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
    },
  });
  const target = { resource: 'pods', name: 'x', namespace };
  await client.patch(target, { type: 'merge', body: { status: running }, subresource: 'status' });
  return pod;
}

/** Its container, as if a kubelet had started it: 2 MiB a second go to the volume. */
export function runningIn(pod: Pod, startedAt: number): Running {
  const disk = { path: '/data', base: '100Mi', perSecond: '2Mi' };
  const image = { repository: 'registry.example/x', tags: ['1'] };
  const program = Program.parse({ name: 'x', image, entrypoint: '/x', behaviour: { disk } });
  const launch = runProgram(program, { env: {}, files: {}, pod: 'x' });
  if (launch.kind !== 'started') throw new Error(`expected the program to start, got ${launch.reason}`);
  return {
    namespace,
    pod: 'x',
    podUid: pod.metadata.uid ?? '',
    node: 'node1',
    container: 'main',
    startedAt,
    process: launch.process,
    socket: () => ({ kind: 'refused' }),
    cpuLimit: undefined,
    memoryLimit: undefined,
    load: { cpuCores: 0, memoryBytes: 0, delay: 0, throttled: 0 },
    used: { cpuSeconds: 0, throttledSeconds: 0, at: startedAt },
    outOfMemory: () => undefined,
  };
}
