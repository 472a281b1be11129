import * as made from '../manifests.ts';
import { del, get, merge, post, put, type Step } from '../operation.ts';
import * as at from '../places.ts';
import { harderStories } from './harder_stories.ts';
import { rareStories } from './rare_stories.ts';
import { type Story, until, type Wait } from './story.ts';

const { container, template } = made;
const image = (tag: string) => ({
  spec: { template: { spec: { containers: [{ name: 'main', image: `app:${tag}` }] } } },
});
const web = (spec: Record<string, unknown> = {}, tag = '1') =>
  post(
    at.deployments(),
    made.deployment('web', {
      replicas: 2,
      template: template({ containers: [container({ image: `app:${tag}` })] }),
      ...spec,
    }),
  );
const rolled = (replicas: number): Wait =>
  until(
    at.deployments('web'),
    ({ metadata, spec, status }) =>
      status?.observedGeneration === metadata.generation &&
      spec.replicas === replicas &&
      (status.updatedReplicas ?? 0) === replicas &&
      (status.replicas ?? 0) === replicas &&
      (status.availableReplicas ?? 0) === replicas,
  );
const roll = (tag: string): Step => ({ ...merge(at.deployments('web'), image(tag)) });
const condition = (path: string, type: string, reason: string): Wait =>
  until(path, ({ status }) =>
    status?.conditions?.some((one: { type: string; reason: string }) => one.type === type && one.reason === reason),
  );
const gone = (path: string): Wait => until(path, (_, code) => code === 404);
const told = (reason: string): Wait =>
  until(at.events(), ({ items }) => items.some((event: { reason: string }) => event.reason === reason));
const podOf = (spec: Record<string, unknown>) => post(at.pods(), made.pod('a', spec));
const unschedulable = (name: string, spec: Record<string, unknown>): Story => ({
  name: `scheduling: ${name}`,
  steps: [podOf(spec), condition(at.pods('a'), 'PodScheduled', 'Unschedulable'), told('FailedScheduling')],
});
const asking = (requests: Record<string, string>) => ({ containers: [container({ resources: { requests } })] });
const propagating = (propagationPolicy: string) => ({ kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy });
const claims = [
  { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
];

const deploymentStories: readonly Story[] = [
  { name: 'deployment: comes up', steps: [web(), rolled(2)] },
  { name: 'deployment: rolls to another image', steps: [web(), rolled(2), roll('2'), rolled(2)] },
  { name: 'deployment: rolls back', steps: [web(), rolled(2), roll('2'), rolled(2), roll('1'), rolled(2)] },
  {
    name: 'deployment: is scaled up and down',
    steps: [
      web(),
      rolled(2),
      merge(at.deployments('web'), { spec: { replicas: 4 } }),
      rolled(4),
      merge(at.deployments('web'), { spec: { replicas: 1 } }),
      rolled(1),
    ],
  },
  {
    name: 'deployment: is scaled to nothing',
    steps: [
      web(),
      rolled(2),
      merge(at.deployments('web', 'scale'), { spec: { replicas: 0 } }),
      until(at.deployments('web'), ({ status }) => !status.replicas),
    ],
  },
  {
    name: 'deployment: is paused and changed',
    steps: [
      web(),
      rolled(2),
      merge(at.deployments('web'), { spec: { paused: true } }),
      roll('2'),
      condition(at.deployments('web'), 'Progressing', 'DeploymentPaused'),
    ],
  },
  {
    name: 'deployment: is resumed',
    steps: [
      web(),
      rolled(2),
      merge(at.deployments('web'), { spec: { paused: true } }),
      roll('2'),
      condition(at.deployments('web'), 'Progressing', 'DeploymentPaused'),
      merge(at.deployments('web'), { spec: { paused: false } }),
      rolled(2),
    ],
  },
  {
    name: 'deployment: fails to roll',
    steps: [
      web({ progressDeadlineSeconds: 4 }),
      rolled(2),
      roll('broken'),
      condition(at.deployments('web'), 'Progressing', 'ProgressDeadlineExceeded'),
    ],
  },
  {
    name: 'deployment: never comes up',
    steps: [
      web({ progressDeadlineSeconds: 4 }, 'broken'),
      condition(at.deployments('web'), 'Progressing', 'ProgressDeadlineExceeded'),
    ],
  },
  { name: 'deployment: recreates', steps: [web({ strategy: { type: 'Recreate' } }), rolled(2), roll('2'), rolled(2)] },
  {
    name: 'deployment: keeps two revisions',
    steps: [web({ revisionHistoryLimit: 1 }), rolled(2), roll('2'), rolled(2), roll('3'), rolled(2)],
  },
  {
    name: 'deployment: is held by a quota',
    steps: [
      post(at.quotas(), made.quota('q', { hard: { pods: '1' } })),
      until(at.quotas('q'), ({ status }) => status?.hard),
      web({ progressDeadlineSeconds: 600 }),
      condition(at.deployments('web'), 'ReplicaFailure', 'FailedCreate'),
    ],
  },
  {
    name: 'deployment: wants an account that is not there',
    steps: [
      web({ template: template({ serviceAccountName: 'none' }) }),
      condition(at.deployments('web'), 'ReplicaFailure', 'FailedCreate'),
    ],
  },
  {
    name: 'deployment: is deleted',
    steps: [
      web(),
      rolled(2),
      del(at.deployments('web')),
      until(at.pods(), ({ items }) => items.length === 0),
      until(at.replicaSets(), ({ items }) => items.length === 0),
    ],
  },
  {
    name: 'deployment: is deleted in the foreground',
    steps: [web(), rolled(2), del(at.deployments('web'), propagating('Foreground')), gone(at.deployments('web'))],
  },
  {
    name: 'deployment: leaves orphans',
    steps: [
      web(),
      rolled(2),
      del(at.deployments('web'), propagating('Orphan')),
      gone(at.deployments('web')),
      until(at.replicaSets(), ({ items }) =>
        items.every((one: { metadata: object }) => !('ownerReferences' in one.metadata)),
      ),
    ],
  },
];

const workloadStories: readonly Story[] = [
  {
    name: 'StatefulSet: comes up in order',
    steps: [
      post(at.statefulSets(), made.statefulSet('db', { replicas: 2 })),
      until(at.statefulSets('db'), ({ status }) => status?.availableReplicas === 2),
    ],
  },
  {
    name: 'StatefulSet: goes down in order',
    steps: [
      post(at.statefulSets(), made.statefulSet('db', { replicas: 2 })),
      until(at.statefulSets('db'), ({ status }) => status?.availableReplicas === 2),
      merge(at.statefulSets('db'), { spec: { replicas: 1 } }),
      gone(at.pods('db-1')),
    ],
  },
  {
    name: 'StatefulSet: is updated',
    steps: [
      post(at.statefulSets(), made.statefulSet('db', { replicas: 2 })),
      until(at.statefulSets('db'), ({ status }) => status?.availableReplicas === 2),
      merge(at.statefulSets('db'), image('2')),
      until(
        at.statefulSets('db'),
        ({ metadata, status }) =>
          status.observedGeneration === metadata.generation &&
          status.currentRevision === status.updateRevision &&
          status.availableReplicas === 2,
      ),
    ],
  },
  {
    name: 'StatefulSet: waits for its claims',
    steps: [
      post(at.statefulSets(), made.statefulSet('db', { replicas: 1, volumeClaimTemplates: claims })),
      told('FailedBinding'),
      told('FailedScheduling'),
    ],
  },
  {
    name: 'DaemonSet: is on every node',
    steps: [
      post(at.daemonSets(), made.daemonSet('agent')),
      until(at.daemonSets('agent'), ({ status }) => status?.numberAvailable === 2),
    ],
  },
  {
    name: 'DaemonSet: is updated',
    steps: [
      post(at.daemonSets(), made.daemonSet('agent')),
      until(at.daemonSets('agent'), ({ status }) => status?.numberAvailable === 2),
      merge(at.daemonSets('agent'), image('2')),
      until(
        at.daemonSets('agent'),
        ({ metadata, status }) =>
          status.observedGeneration === metadata.generation &&
          status.updatedNumberScheduled === 2 &&
          status.numberAvailable === 2,
      ),
    ],
  },
  {
    name: 'DaemonSet: wants nodes that are not there',
    steps: [
      post(at.daemonSets(), made.daemonSet('agent', { template: template({ nodeSelector: { disk: 'fast' } }) })),
      until(at.daemonSets('agent'), ({ status }) => status?.observedGeneration === 1),
    ],
  },
  {
    name: 'Job: is done',
    steps: [
      post(
        at.jobs(),
        made.job('once', {
          template: template({ restartPolicy: 'Never', containers: [container({ image: 'app:done' })] }),
        }),
      ),
      condition(at.jobs('once'), 'Complete', 'CompletionsReached'),
    ],
  },
  {
    name: 'Job: is done three times, two at once',
    steps: [
      post(
        at.jobs(),
        made.job('once', {
          completions: 3,
          parallelism: 2,
          template: template({ restartPolicy: 'Never', containers: [container({ image: 'app:done' })] }),
        }),
      ),
      condition(at.jobs('once'), 'Complete', 'CompletionsReached'),
    ],
  },
  {
    name: 'Job: fails',
    steps: [
      post(
        at.jobs(),
        made.job('once', {
          backoffLimit: 0,
          template: template({ restartPolicy: 'Never', containers: [container({ image: 'app:failed' })] }),
        }),
      ),
      condition(at.jobs('once'), 'Failed', 'BackoffLimitExceeded'),
    ],
  },
  {
    name: 'Job: takes too long',
    steps: [
      post(at.jobs(), made.job('once', { activeDeadlineSeconds: 2 })),
      condition(at.jobs('once'), 'Failed', 'DeadlineExceeded'),
    ],
  },
  {
    name: 'Job: is suspended',
    steps: [
      post(at.jobs(), made.job('once', { suspend: true })),
      condition(at.jobs('once'), 'Suspended', 'JobSuspended'),
    ],
  },
  {
    name: 'CronJob: runs',
    steps: [
      post(at.cronJobs(), made.cronJob('tick', { schedule: '* * * * *' })),
      until(at.jobs(), ({ items }) => items.length === 1),
    ],
  },
  {
    name: 'CronJob: is suspended',
    steps: [post(at.cronJobs(), made.cronJob('tick', { schedule: '* * * * *', suspend: true }))],
  },
  {
    name: 'autoscaler: has no metrics',
    steps: [
      web({ replicas: 1, template: template(asking({ cpu: '100m' })) }),
      rolled(1),
      post(
        at.autoscalers(),
        made.autoscaler('web', { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } }),
      ),
      condition(at.autoscalers('web'), 'ScalingActive', 'FailedGetResourceMetric'),
    ],
  },
  {
    name: 'autoscaler: has no target',
    steps: [
      post(at.autoscalers(), made.autoscaler('web')),
      condition(at.autoscalers('web'), 'AbleToScale', 'FailedGetScale'),
    ],
  },
];

const budget = (more: Record<string, unknown>) => post(at.budgets(), made.budget('shop', more));
const pod = (name: string) => post(at.pods(), made.pod(name, {}, { labels: { app: 'shop' } }));
const running = (name: string): Wait => until(at.pods(name), ({ status }) => status.phase === 'Running');
const evict = (name: string) =>
  post(at.pods(name, 'eviction'), { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } });
const counted = (disruptionsAllowed: number): Wait =>
  until(
    at.budgets('shop'),
    ({ status }) =>
      status?.observedGeneration === 1 && status.currentHealthy > 0 && status.disruptionsAllowed === disruptionsAllowed,
  );

const otherStories: readonly Story[] = [
  {
    name: 'budget: of a deployment',
    steps: [web({ replicas: 3 }), rolled(3), budget({ maxUnavailable: 1 }), counted(1)],
  },
  { name: 'budget: allows nothing', steps: [web(), rolled(2), budget({ minAvailable: 2 }), counted(0)] },
  {
    name: 'budget: bare pods are evicted until it is used up',
    steps: [
      pod('a'),
      pod('b'),
      running('a'),
      running('b'),
      budget({ minAvailable: 1 }),
      counted(1),
      evict('a'),
      evict('b'),
      gone(at.pods('a')),
    ],
  },
  {
    name: 'budget: of no pods',
    steps: [budget({ minAvailable: 1 }), condition(at.budgets('shop'), 'DisruptionAllowed', 'InsufficientPods')],
  },
  {
    name: 'service: has endpoints',
    steps: [
      web(),
      rolled(2),
      post(at.services(), made.service('web', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] })),
      until(at.endpoints('web'), ({ subsets }) => subsets?.[0]?.addresses?.length === 2),
    ],
  },
  {
    name: 'service: its pods are not ready',
    steps: [
      web({}, 'broken'),
      post(at.services(), made.service('web')),
      until(at.endpoints('web'), ({ subsets }) => subsets?.[0]?.notReadyAddresses?.length === 2),
    ],
  },
  {
    name: 'service: selects nothing',
    steps: [post(at.services(), made.service('web')), until(at.endpoints('web'), (_, code) => code === 200)],
  },
  {
    name: 'service: goes',
    steps: [
      web(),
      rolled(2),
      post(at.services(), made.service('web')),
      until(at.endpoints('web'), (_, code) => code === 200),
      del(at.services('web')),
      gone(at.endpoints('web')),
    ],
  },
  { name: 'claim: nobody provides', steps: [post(at.claims(), made.claim('data')), told('FailedBinding')] },
  {
    name: 'claim: a class that is not there',
    steps: [post(at.claims(), made.claim('data', { storageClassName: 'none' })), told('ProvisioningFailed')],
  },
  {
    name: 'claim: finds a volume',
    steps: [
      post(at.persistentVolumes(), made.volume('{ns}', { storageClassName: '{ns}' })),
      until(at.persistentVolumes('{ns}'), ({ status }) => status?.phase === 'Available'),
      post(at.claims(), made.claim('data', { storageClassName: '{ns}' })),
      until(at.claims('data'), ({ status }) => status.phase === 'Bound'),
    ],
  },
  {
    name: 'claim: a pod uses it',
    steps: [
      post(at.claims(), made.claim('data', { storageClassName: 'none' })),
      told('ProvisioningFailed'),
      podOf({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] }),
      told('FailedScheduling'),
    ],
  },
  {
    name: 'quota: counts what is there',
    steps: [
      post(at.quotas(), made.quota('q', { hard: { pods: '5', configmaps: '9', 'requests.cpu': '4' } })),
      podOf(asking({ cpu: '500m' })),
      running('a'),
      until(at.quotas('q'), ({ status }) => status?.used?.pods === '1'),
    ],
  },
  {
    name: 'namespace: has its account and certificate',
    steps: [until(at.configMaps('kube-root-ca.crt'), (_, code) => code === 200)],
  },
  {
    name: 'namespace: goes with all that is in it',
    steps: [
      web(),
      rolled(2),
      post(at.configMaps(), made.configMap('a')),
      del(at.namespaces('{ns}')),
      gone(at.namespaces('{ns}')),
    ],
  },
  {
    name: 'namespace: a finalizer holds it',
    steps: [
      post(at.configMaps(), made.configMap('a', {}, { finalizers: ['example.com/hold'] })),
      del(at.namespaces('{ns}')),
      condition(at.namespaces('{ns}'), 'NamespaceFinalizersRemaining', 'SomeFinalizersRemain'),
      get(at.namespaces('{ns}')),
    ],
  },
  {
    name: 'owner: takes what it owns along',
    steps: [
      { ...post(at.configMaps(), made.configMap('owner')) },
      put(at.configMaps('owner'), made.configMap('owner', { key: 'new' })),
      del(at.configMaps('owner')),
      gone(at.configMaps('owner')),
    ],
  },
  unschedulable('too little of everything', asking({ cpu: '64', memory: '1Ti' })),
  unschedulable('no such node', { nodeSelector: { disk: 'fast' } }),
  unschedulable('affinity to no node', {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'Exists' }] }],
        },
      },
    },
  }),
  unschedulable('affinity to no pod', {
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'none' } } },
        ],
      },
    },
  }),
  unschedulable('no such claim', { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'none' } }] }),
  unschedulable('a resource that no node has', {
    containers: [container({ resources: { limits: { 'example.com/gpu': '1' } } })],
  }),
  unschedulable('spread where nothing is', {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'x' } },
      },
    ],
  }),
  { name: 'scheduling: a pod finds its node', steps: [podOf({}), running('a'), told('Scheduled')] },
  {
    name: 'scheduling: of two at one port of a node the third waits',
    steps: [
      ...['a', 'b', 'c'].map(name =>
        post(
          at.pods(),
          made.pod(name, { containers: [container({ ports: [{ containerPort: 80, hostPort: 8080 }] })] }),
        ),
      ),
      told('FailedScheduling'),
    ],
  },
  {
    name: 'scheduling: a gate holds it',
    steps: [
      podOf({ schedulingGates: [{ name: 'example.com/wait' }] }),
      condition(at.pods('a'), 'PodScheduled', 'SchedulingGated'),
    ],
  },
];

export const stories: readonly Story[] = [
  ...deploymentStories,
  ...workloadStories,
  ...otherStories,
  ...harderStories,
  ...rareStories,
];
