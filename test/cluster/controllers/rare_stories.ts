import * as made from '../manifests.ts';
import { del, merge, post, type Step } from '../operation.ts';
import * as at from '../places.ts';
import { type Story, until, type Wait } from './story.ts';

type Fields = Record<string, unknown>;
const { container, template } = made;
const image = (tag: string) => ({
  spec: { template: { spec: { containers: [{ name: 'main', image: `app:${tag}` }] } } },
});
const tagged = (tag: string, more: Fields = {}, labels?: Fields) =>
  template({ containers: [container({ image: `app:${tag}` })], ...more }, labels);
const web = (spec: Fields = {}): Step =>
  post(at.deployments(), made.deployment('web', { template: tagged('1'), ...spec }));
const rolling = (maxSurge: unknown, maxUnavailable: unknown) => ({
  strategy: { rollingUpdate: { maxSurge, maxUnavailable } },
});
const available = (count: number): Wait =>
  until(
    at.deployments('web'),
    ({ metadata, status }) =>
      status?.observedGeneration === metadata.generation && (status.availableReplicas ?? 0) === count,
  );
const condition = (path: string, type: string, reason: string): Wait =>
  until(path, ({ status }) =>
    status?.conditions?.some((one: { type: string; reason: string }) => one.type === type && one.reason === reason),
  );
const gone = (path: string): Wait => until(path, (_, code) => code === 404);
const there = (path: string): Wait => until(path, (_, code) => code === 200);
const told = (reason: string): Wait =>
  until(at.events(), ({ items }) => items.some((event: { reason: string }) => event.reason === reason));
const running = (name: string): Wait => until(at.pods(name), ({ status }) => status?.phase === 'Running');
const pod = (name: string, spec: Fields = {}, labels: Fields = { app: 'shop' }): Step =>
  post(at.pods(), made.pod(name, spec, { labels }));
const asking = (requests: Fields) => ({ containers: [container({ resources: { requests } })] });
const stuckAt = (strategy: Fields): readonly (Step | Wait)[] => [
  web({ replicas: 5, progressDeadlineSeconds: 4, ...strategy }),
  available(5),
  merge(at.deployments('web'), image('broken')),
  condition(at.deployments('web'), 'Progressing', 'ProgressDeadlineExceeded'),
];

const deployments: readonly Story[] = [
  { name: 'deployment: gets stuck with shares', steps: stuckAt(rolling('40%', '30%')) },
  { name: 'deployment: gets stuck with shares below one', steps: stuckAt(rolling('10%', '10%')) },
  { name: 'deployment: gets stuck without a surge', steps: stuckAt(rolling(0, '50%')) },
  { name: 'deployment: gets stuck with all of it', steps: stuckAt(rolling('100%', '100%')) },
  {
    name: 'deployment: is restarted',
    steps: [
      web({ replicas: 2 }),
      available(2),
      merge(at.deployments('web'), {
        spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } } } },
      }),
      until(at.replicaSets(), ({ items }) => items.length === 2),
      available(2),
      until(at.deployments('web'), ({ status }) => status.updatedReplicas === 2 && status.replicas === 2),
    ],
  },
  {
    name: 'deployment: its annotations go to its ReplicaSets',
    steps: [
      web({ replicas: 1 }),
      available(1),
      merge(at.deployments('web'), { metadata: { annotations: { team: 'shop' } } }),
      until(at.replicaSets(), ({ items }) => items[0]?.metadata.annotations?.team === 'shop'),
    ],
  },
  {
    name: 'deployment: is paused in the middle and scaled',
    steps: [
      web({ replicas: 4 }),
      available(4),
      merge(at.deployments('web'), image('broken')),
      until(at.replicaSets(), ({ items }) => items.length === 2),
      until(at.deployments('web'), ({ status }) => status.updatedReplicas === 2),
      merge(at.deployments('web'), { spec: { paused: true, replicas: 8 } }),
      until(at.deployments('web'), ({ status }) => status.replicas === 10),
      condition(at.deployments('web'), 'Progressing', 'DeploymentPaused'),
    ],
  },
  {
    name: 'deployment: two that want the same pods',
    steps: [
      web({ replicas: 1 }),
      available(1),
      post(at.deployments(), made.deployment('other', { replicas: 1, template: tagged('1') })),
      until(at.deployments('other'), ({ status }) => status?.availableReplicas === 1),
    ],
  },
  {
    name: 'deployment: a pod of it goes',
    steps: [
      web({ replicas: 1 }),
      available(1),
      del(`${at.pods()}?labelSelector=app%3Dshop`),
      until(at.pods(), ({ items }) => items.length === 1 && items[0].metadata.deletionTimestamp === undefined),
      available(1),
    ],
  },
];

const jobs: readonly Story[] = [
  {
    name: 'Job: fails at once',
    steps: [
      post(at.jobs(), made.job('a', { backoffLimit: 0, template: tagged('failed', { restartPolicy: 'Never' }) })),
      condition(at.jobs('a'), 'Failed', 'BackoffLimitExceeded'),
    ],
  },
  {
    name: 'Job: each index fails on its own',
    steps: [
      post(
        at.jobs(),
        made.job('a', {
          completionMode: 'Indexed',
          completions: 3,
          parallelism: 3,
          backoffLimitPerIndex: 0,
          template: tagged('failed', { restartPolicy: 'Never' }),
        }),
      ),
      condition(at.jobs('a'), 'Failed', 'FailedIndexes'),
    ],
  },
  {
    name: 'Job: too many indexes fail',
    steps: [
      post(
        at.jobs(),
        made.job('a', {
          completionMode: 'Indexed',
          completions: 4,
          parallelism: 1,
          backoffLimitPerIndex: 0,
          maxFailedIndexes: 1,
          template: tagged('failed', { restartPolicy: 'Never' }),
        }),
      ),
      condition(at.jobs('a'), 'Failed', 'MaxFailedIndexesExceeded'),
    ],
  },
  {
    name: 'Job: one index is enough',
    steps: [
      post(
        at.jobs(),
        made.job('a', {
          completionMode: 'Indexed',
          completions: 3,
          parallelism: 1,
          successPolicy: { rules: [{ succeededIndexes: '0' }] },
          template: tagged('done', { restartPolicy: 'Never' }),
        }),
      ),
      condition(at.jobs('a'), 'Complete', 'SuccessPolicy'),
    ],
  },
  {
    name: 'Job: a policy ignores what was disrupted',
    steps: [
      post(
        at.jobs(),
        made.job('a', {
          backoffLimit: 0,
          podFailurePolicy: {
            rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1] } }],
          },
          template: tagged('failed', { restartPolicy: 'Never' }),
        }),
      ),
      condition(at.jobs('a'), 'Failed', 'PodFailurePolicy'),
    ],
  },
  {
    name: 'Job: no completions, done when one is',
    steps: [
      post(at.jobs(), made.job('a', { parallelism: 2, template: tagged('done', { restartPolicy: 'Never' }) })),
      condition(at.jobs('a'), 'Complete', 'CompletionsReached'),
    ],
  },
  {
    name: 'Job: is widened and narrowed',
    steps: [
      post(
        at.jobs(),
        made.job('a', { completions: 5, parallelism: 1, template: tagged('1', { restartPolicy: 'Never' }) }),
      ),
      until(at.jobs('a'), ({ status }) => status?.active === 1 && status.ready === 1),
      merge(at.jobs('a'), { spec: { parallelism: 3 } }),
      until(at.jobs('a'), ({ status }) => status.active === 3 && status.ready === 3),
      merge(at.jobs('a'), { spec: { parallelism: 0 } }),
      until(at.jobs('a'), ({ status }) => !status.active),
    ],
  },
  {
    name: 'Job: is deleted and its pods go',
    steps: [
      post(at.jobs(), made.job('a', { template: tagged('1', { restartPolicy: 'Never' }) })),
      until(at.jobs('a'), ({ status }) => status?.ready === 1),
      del(at.jobs('a'), { propagationPolicy: 'Background' }),
      until(at.pods(), ({ items }) => items.length === 0),
    ],
  },
  {
    name: 'Job: is held by a quota',
    steps: [
      post(at.quotas(), made.quota('q', { hard: { pods: '0' } })),
      until(at.quotas('q'), ({ status }) => status?.used?.pods === '0'),
      post(at.jobs(), made.job('a', { template: tagged('done', { restartPolicy: 'Never' }) })),
      told('FailedCreate'),
    ],
  },
  {
    name: 'CronJob: lets nothing run beside it',
    steps: [
      post(
        at.cronJobs(),
        made.cronJob('a', {
          schedule: '* * * * *',
          concurrencyPolicy: 'Forbid',
          jobTemplate: { spec: { template: tagged('1', { restartPolicy: 'Never' }) } },
        }),
      ),
      until(at.cronJobs('a'), ({ status }) => status?.active?.length === 1),
      told('JobAlreadyActive'),
    ],
  },
  {
    name: 'CronJob: replaces what still runs',
    steps: [
      post(
        at.cronJobs(),
        made.cronJob('a', {
          schedule: '* * * * *',
          concurrencyPolicy: 'Replace',
          jobTemplate: { spec: { template: tagged('1', { restartPolicy: 'Never' }) } },
        }),
      ),
      until(at.cronJobs('a'), ({ status }) => status?.active?.length === 1),
      told('SuccessfulDelete'),
      until(at.cronJobs('a'), ({ status }) => status?.active?.length === 1),
    ],
  },
];

const sets = (spec: Fields): Step =>
  post(at.statefulSets(), made.statefulSet('db', { replicas: 2, template: tagged('1'), ...spec }));
const readySet = (count: number): Wait =>
  until(at.statefulSets('db'), ({ status }) => (status?.availableReplicas ?? 0) === count && status.replicas === count);

const workloads: readonly Story[] = [
  { name: 'StatefulSet: counts from five', steps: [sets({ ordinals: { start: 5 } }), readySet(2)] },
  {
    name: 'StatefulSet: its claims go with it',
    steps: [
      sets({
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Delete' },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: {
              accessModes: ['ReadWriteOnce'],
              resources: { requests: { storage: '1Gi' } },
              storageClassName: 'x',
            },
          },
        ],
      }),
      there(at.claims('data-db-0')),
      until(at.claims('data-db-0'), ({ metadata }) => metadata.ownerReferences?.length === 1),
    ],
  },
  {
    name: 'StatefulSet: is updated to what does not come up',
    steps: [
      sets({ replicas: 3 }),
      readySet(3),
      merge(at.statefulSets('db'), image('broken')),
      until(
        at.pods('db-2'),
        ({ spec, status }) => spec?.containers[0].image === 'app:broken' && status?.phase === 'Pending',
      ),
    ],
  },
  {
    name: 'StatefulSet: leaves its pods',
    steps: [
      sets({}),
      readySet(2),
      del(at.statefulSets('db'), { propagationPolicy: 'Orphan' }),
      gone(at.statefulSets('db')),
      until(at.pods('db-0'), ({ metadata }) => !metadata.ownerReferences),
    ],
  },
  {
    name: 'DaemonSet: does not come up',
    steps: [
      post(at.daemonSets(), made.daemonSet('log', { template: tagged('broken') })),
      until(at.daemonSets('log'), ({ status }) => status?.numberUnavailable === 2),
    ],
  },
  {
    name: 'DaemonSet: is updated to what does not come up',
    steps: [
      post(at.daemonSets(), made.daemonSet('log', { template: tagged('1') })),
      until(at.daemonSets('log'), ({ status }) => status?.numberAvailable === 2),
      merge(at.daemonSets('log'), image('broken')),
      until(
        at.daemonSets('log'),
        ({ status }) => status?.numberUnavailable === 1 && status.updatedNumberScheduled === 1,
      ),
    ],
  },
  {
    name: 'DaemonSet: surges',
    steps: [
      post(
        at.daemonSets(),
        made.daemonSet('log', {
          template: tagged('1'),
          updateStrategy: { rollingUpdate: { maxSurge: '50%', maxUnavailable: 0 } },
        }),
      ),
      until(at.daemonSets('log'), ({ status }) => status?.numberAvailable === 2),
      merge(at.daemonSets('log'), image('2')),
      until(
        at.daemonSets('log'),
        ({ metadata, status }) =>
          status?.observedGeneration === metadata.generation &&
          status.updatedNumberScheduled === 2 &&
          status.numberAvailable === 2,
      ),
      until(at.pods(), ({ items }) => items.length === 2),
    ],
  },
  {
    name: 'ReplicaSet: is held by a quota',
    steps: [
      post(at.quotas(), made.quota('q', { hard: { pods: '1' } })),
      until(at.quotas('q'), ({ status }) => status?.used?.pods === '0'),
      post(at.replicaSets(), made.replicaSet('web', { replicas: 3, template: tagged('1') })),
      condition(at.replicaSets('web'), 'ReplicaFailure', 'FailedCreate'),
    ],
  },
];

const autoscaled = (spec: Fields): Step =>
  post(
    at.autoscalers(),
    made.autoscaler('web', { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, ...spec }),
  );

const others: readonly Story[] = [
  {
    name: 'autoscaler: fewer than there have to be',
    steps: [
      web({ replicas: 1 }),
      available(1),
      autoscaled({ minReplicas: 3 }),
      available(3),
      told('SuccessfulRescale'),
    ],
  },
  {
    name: 'autoscaler: more than there may be',
    steps: [
      web({ replicas: 4 }),
      available(4),
      autoscaled({ maxReplicas: 2 }),
      available(2),
      told('SuccessfulRescale'),
    ],
  },
  {
    name: 'autoscaler: of nothing',
    steps: [
      web({ replicas: 0 }),
      available(0),
      autoscaled({}),
      condition(at.autoscalers('web'), 'ScalingActive', 'ScalingDisabled'),
    ],
  },
  {
    name: 'autoscaler: two of one target',
    steps: [
      web({ replicas: 1 }),
      available(1),
      autoscaled({}),
      post(
        at.autoscalers(),
        made.autoscaler('other', { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } }),
      ),
      condition(at.autoscalers('other'), 'ScalingActive', 'AmbiguousSelector'),
      condition(at.autoscalers('web'), 'ScalingActive', 'AmbiguousSelector'),
    ],
  },
  {
    name: 'budget: a share of a deployment',
    steps: [
      web({ replicas: 3 }),
      available(3),
      post(at.budgets(), made.budget('shop', { maxUnavailable: '50%' })),
      until(at.budgets('shop'), ({ status }) => status?.disruptionsAllowed === 2),
    ],
  },
  {
    name: 'budget: two for one pod',
    steps: [
      web({ replicas: 1 }),
      available(1),
      post(at.budgets(), made.budget('one', { maxUnavailable: 1 })),
      post(at.budgets(), made.budget('two', { maxUnavailable: 1 })),
      until(at.budgets('one'), ({ status }) => status?.disruptionsAllowed === 1),
      until(at.budgets('two'), ({ status }) => status?.disruptionsAllowed === 1),
    ],
  },
  {
    name: 'budget: of pods that are not ready',
    steps: [
      web({ replicas: 2, template: tagged('broken') }),
      until(at.deployments('web'), ({ status }) => status?.unavailableReplicas === 2),
      post(at.budgets(), made.budget('shop', { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' })),
      until(at.budgets('shop'), ({ status }) => status?.expectedPods === 2),
    ],
  },
  {
    name: 'service: selects others',
    steps: [
      pod('a'),
      pod('b', {}, { app: 'other' }),
      running('a'),
      running('b'),
      post(at.services(), made.service('web')),
      until(at.endpoints('web'), ({ subsets }) => subsets?.[0]?.addresses?.[0]?.targetRef?.name === 'a'),
      merge(at.services('web'), { spec: { selector: { app: 'other' } } }),
      until(at.endpoints('web'), ({ subsets }) => subsets?.[0]?.addresses?.[0]?.targetRef?.name === 'b'),
    ],
  },
  {
    name: 'service: without a selector, with Endpoints by hand',
    steps: [
      post(at.services(), made.service('web', { selector: null })),
      post(
        at.endpoints(),
        made.withFields('v1', 'Endpoints')('web', {
          subsets: [{ addresses: [{ ip: '10.9.0.1' }], ports: [{ port: 8080 }] }],
        }),
      ),
      until(at.endpointSlices(), ({ items }) => items.length === 1),
    ],
  },
  {
    name: 'service: is somewhere else',
    steps: [
      post(at.services(), made.service('web', { type: 'ExternalName', externalName: 'example.com', ports: [] })),
      pod('a'),
      running('a'),
    ],
  },
  {
    name: 'service: many pods, few of them ready',
    steps: [
      web({ replicas: 3 }),
      post(at.deployments(), made.deployment('bad', { replicas: 1, template: tagged('broken') })),
      available(3),
      post(at.services(), made.service('web')),
      until(
        at.endpoints('web'),
        ({ subsets }) => subsets?.[0]?.addresses?.length === 3 && subsets[0].notReadyAddresses?.length === 1,
      ),
    ],
  },
  {
    name: 'account: comes back',
    steps: [
      del(at.serviceAccounts('default')),
      there(at.serviceAccounts('default')),
      del(at.configMaps('kube-root-ca.crt')),
      there(at.configMaps('kube-root-ca.crt')),
    ],
  },
  {
    name: 'claim: a volume too small, and one that fits',
    steps: [
      post(at.persistentVolumes(), made.volume('{ns}-1', { storageClassName: '{ns}', capacity: { storage: '1Mi' } })),
      post(at.persistentVolumes(), made.volume('{ns}-2', { storageClassName: '{ns}', capacity: { storage: '5Gi' } })),
      until(at.persistentVolumes('{ns}-2'), ({ status }) => status?.phase === 'Available'),
      post(at.claims(), made.claim('data', { storageClassName: '{ns}' })),
      until(at.claims('data'), ({ status }) => status.phase === 'Bound'),
    ],
  },
  {
    name: 'claim: is used while it is deleted',
    steps: [
      post(at.persistentVolumes(), made.volume('{ns}', { storageClassName: '{ns}' })),
      until(at.persistentVolumes('{ns}'), ({ status }) => status?.phase === 'Available'),
      post(at.claims(), made.claim('data', { storageClassName: '{ns}' })),
      until(at.claims('data'), ({ status }) => status.phase === 'Bound'),
      pod('a', { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] }),
      running('a'),
      del(at.claims('data')),
      until(at.claims('data'), ({ metadata }) => metadata.deletionTimestamp !== undefined),
    ],
  },
  {
    name: 'claim: goes when its pod has gone',
    steps: [
      post(at.persistentVolumes(), made.volume('{ns}', { storageClassName: '{ns}' })),
      until(at.persistentVolumes('{ns}'), ({ status }) => status?.phase === 'Available'),
      post(at.claims(), made.claim('data', { storageClassName: '{ns}' })),
      until(at.claims('data'), ({ status }) => status.phase === 'Bound'),
      pod('a', { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] }),
      running('a'),
      del(at.claims('data')),
      del(at.pods('a')),
      gone(at.claims('data')),
    ],
  },
  {
    name: 'claim: waits for its first pod',
    steps: [
      post(
        at.storageClasses(),
        made.storageClass('{ns}', {
          volumeBindingMode: 'WaitForFirstConsumer',
          provisioner: 'kubernetes.io/no-provisioner',
        }),
      ),
      post(at.claims(), made.claim('data', { storageClassName: '{ns}' })),
      told('WaitForFirstConsumer'),
      pod('a', { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] }),
      told('FailedScheduling'),
      told('WaitForPodScheduled'),
    ],
  },
  {
    name: 'claim: somebody else provides',
    steps: [
      post(at.storageClasses(), made.storageClass('{ns}')),
      post(at.claims(), made.claim('data', { storageClassName: '{ns}' })),
      told('ExternalProvisioning'),
    ],
  },
  {
    name: 'quota: of those without requests',
    steps: [
      post(at.quotas(), made.quota('q', { hard: { pods: '1' }, scopes: ['BestEffort'] })),
      until(at.quotas('q'), ({ status }) => status?.used?.pods === '0'),
      pod('a'),
      pod('b'),
      pod('c', asking({ cpu: '100m' })),
      running('a'),
      running('c'),
      until(at.quotas('q'), ({ status }) => status?.used?.pods === '1'),
    ],
  },
  {
    name: 'quota: of what ends',
    steps: [
      post(at.quotas(), made.quota('q', { hard: { pods: '5', 'requests.cpu': '1' }, scopes: ['Terminating'] })),
      until(at.quotas('q'), ({ status }) => status?.used?.pods === '0'),
      pod('a', { activeDeadlineSeconds: 600, ...asking({ cpu: '200m' }) }),
      pod('b', asking({ cpu: '200m' })),
      running('a'),
      running('b'),
      until(at.quotas('q'), ({ status }) => status?.used?.pods === '1'),
    ],
  },
  {
    name: 'quota: of a priority',
    steps: [
      post(at.priorityClasses(), made.priorityClass('{ns}', { value: 10 })),
      post(
        at.quotas(),
        made.quota('q', {
          hard: { pods: '1' },
          scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['{ns}'] }] },
        }),
      ),
      until(at.quotas('q'), ({ status }) => status?.used?.pods === '0'),
      pod('a', { priorityClassName: '{ns}' }),
      pod('b'),
      running('a'),
      running('b'),
      until(at.quotas('q'), ({ status }) => status?.used?.pods === '1'),
    ],
  },
  {
    name: 'quota: counts all kinds of things',
    steps: [
      post(
        at.quotas(),
        made.quota('q', {
          hard: {
            'count/deployments.apps': '2',
            'count/replicasets.apps': '2',
            'services.nodeports': '1',
            services: '3',
            secrets: '3',
            persistentvolumeclaims: '2',
            'requests.storage': '10Gi',
          },
        }),
      ),
      until(at.quotas('q'), ({ status }) => status?.used?.services === '0'),
      web({ replicas: 1 }),
      available(1),
      post(at.services(), made.service('web', { type: 'NodePort' })),
      post(at.secrets(), made.secret('a')),
      post(at.claims(), made.claim('data', { storageClassName: 'none' })),
      until(
        at.quotas('q'),
        ({ status }) => status?.used?.persistentvolumeclaims === '1' && status.used.services === '1',
      ),
    ],
  },
  {
    name: 'scheduling: away from its like',
    steps: [
      ...['a', 'b', 'c'].map(name =>
        pod(name, {
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'shop' } } },
              ],
            },
          },
        }),
      ),
      told('FailedScheduling'),
    ],
  },
  {
    name: 'scheduling: spread over nodes',
    steps: [
      ...['a', 'b', 'c', 'd'].map(name =>
        pod(name, {
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'DoNotSchedule',
              labelSelector: { matchLabels: { app: 'shop' } },
            },
          ],
        }),
      ),
      ...['a', 'b', 'c', 'd'].map(running),
    ],
  },
  {
    name: 'scheduling: for another scheduler',
    steps: [pod('a', { schedulerName: 'other' }), there(at.pods('a'))],
  },
  {
    name: 'scheduling: a node by name that is not there',
    steps: [pod('a', { nodeSelector: { 'kubernetes.io/hostname': 'node-z' } }), told('FailedScheduling')],
  },
  {
    name: 'scheduling: never makes room',
    steps: [
      post(at.priorityClasses(), made.priorityClass('{ns}', { value: 100, preemptionPolicy: 'Never' })),
      pod('a', { priorityClassName: '{ns}', ...asking({ cpu: '100' }) }),
      told('FailedScheduling'),
    ],
  },
  {
    name: 'owner: is deleted in the foreground, and its own hold it',
    steps: [
      web({ replicas: 1 }),
      available(1),
      merge(at.deployments('web'), { metadata: { finalizers: ['example.com/hold'] } }),
      del(at.deployments('web'), { propagationPolicy: 'Foreground' }),
      until(at.pods(), ({ items }) => items.length === 0),
      until(at.deployments('web'), ({ metadata }) => metadata.finalizers?.length === 1),
    ],
  },
];

export const rareStories: readonly Story[] = [...deployments, ...jobs, ...workloads, ...others];
