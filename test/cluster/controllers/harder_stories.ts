import * as made from '../manifests.ts';
import { del, merge, post, type Step } from '../operation.ts';
import * as at from '../places.ts';
import { type Story, until, type Wait } from './story.ts';

type Fields = Record<string, unknown>;
const { container, template } = made;
const tagged = (tag: string, more: Fields = {}) =>
  template({ containers: [container({ image: `app:${tag}` })], ...more });
const image = (tag: string) => ({
  spec: { template: { spec: { containers: [{ name: 'main', image: `app:${tag}` }] } } },
});
const condition = (path: string, type: string, reason: string): Wait =>
  until(path, ({ status }) =>
    status?.conditions?.some((one: { type: string; reason: string }) => one.type === type && one.reason === reason),
  );
const gone = (path: string): Wait => until(path, (_, code) => code === 404);
const told = (reason: string): Wait =>
  until(at.events(), ({ items }) => items.some((event: { reason: string }) => event.reason === reason));
const web = (spec: Fields): Step => post(at.deployments(), made.deployment('web', { template: tagged('1'), ...spec }));
const available = (count: number): Wait =>
  until(
    at.deployments('web'),
    ({ metadata, status }) => status?.observedGeneration === metadata.generation && status.availableReplicas === count,
  );
const updated = (count: number): Wait =>
  until(
    at.deployments('web'),
    ({ metadata, status }) =>
      status?.observedGeneration === metadata.generation &&
      status.updatedReplicas === count &&
      status.replicas === count &&
      status.availableReplicas === count,
  );
const timedOut = condition(at.deployments('web'), 'Progressing', 'ProgressDeadlineExceeded');
const stuck = [
  web({ replicas: 4, progressDeadlineSeconds: 2 }),
  available(4),
  merge(at.deployments('web'), image('broken')),
  timedOut,
];

const deployments: readonly Story[] = [
  {
    name: 'deployment: is scaled while it is stuck',
    steps: [
      ...stuck,
      merge(at.deployments('web'), { spec: { replicas: 8 } }),
      until(at.deployments('web'), ({ status }) => status.replicas === 10),
    ],
  },
  {
    name: 'deployment: is undone while it is stuck',
    steps: [...stuck, merge(at.deployments('web'), image('1')), updated(4)],
  },
  {
    name: 'deployment: rolls without a surge',
    steps: [
      web({ replicas: 3, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } }),
      available(3),
      merge(at.deployments('web'), image('2')),
      updated(3),
    ],
  },
  {
    name: 'deployment: waits until pods are ready for a while',
    steps: [
      web({ replicas: 2, minReadySeconds: 2 }),
      available(2),
      merge(at.deployments('web'), image('2')),
      updated(2),
    ],
  },
  {
    name: 'deployment: is refused by a range of limits',
    steps: [
      post(at.limitRanges(), made.limitRange('l', { limits: [{ type: 'Container', max: { cpu: '1' } }] })),
      web({ replicas: 1, template: template({ containers: [container({ resources: { limits: { cpu: '2' } } })] }) }),
      condition(at.deployments('web'), 'ReplicaFailure', 'FailedCreate'),
    ],
  },
  {
    name: 'deployment: its pods are not safe enough',
    steps: [
      merge(at.namespaces('{ns}'), { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } }),
      web({ replicas: 1, template: tagged('1', { hostNetwork: true }) }),
      condition(at.deployments('web'), 'ReplicaFailure', 'FailedCreate'),
    ],
  },
  {
    name: 'deployment: takes a ReplicaSet that is there',
    steps: [
      post(at.replicaSets(), made.replicaSet('old', { replicas: 1, template: tagged('1') })),
      until(at.replicaSets('old'), ({ status }) => status?.availableReplicas === 1),
      web({ replicas: 1 }),
      available(1),
    ],
  },
];

const done = (more: Fields) =>
  post(at.jobs(), made.job('once', { template: tagged('done', { restartPolicy: 'Never' }), ...more }));
const failing = (more: Fields) =>
  post(at.jobs(), made.job('once', { template: tagged('failed', { restartPolicy: 'Never' }), ...more }));
const sets = (spec: Fields) => post(at.statefulSets(), made.statefulSet('db', { replicas: 3, ...spec }));
const allOf = (count: number): Wait =>
  until(at.statefulSets('db'), ({ status }) => status?.availableReplicas === count);

const workloads: readonly Story[] = [
  {
    name: 'Job: by its indexes',
    steps: [
      done({ completions: 3, parallelism: 2, completionMode: 'Indexed' }),
      condition(at.jobs('once'), 'Complete', 'CompletionsReached'),
    ],
  },
  {
    name: 'Job: fails twice',
    steps: [failing({ backoffLimit: 1 }), condition(at.jobs('once'), 'Failed', 'BackoffLimitExceeded')],
  },
  {
    name: 'Job: a policy gives up at once',
    steps: [
      failing({ podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1] } }] } }),
      condition(at.jobs('once'), 'Failed', 'PodFailurePolicy'),
    ],
  },
  {
    name: 'Job: is taken away when it is done',
    steps: [
      done({ ttlSecondsAfterFinished: 1 }),
      gone(at.jobs('once')),
      until(at.pods(), ({ items }) => items.length === 0),
    ],
  },
  {
    name: 'Job: is suspended and resumed',
    steps: [
      done({ suspend: true }),
      condition(at.jobs('once'), 'Suspended', 'JobSuspended'),
      merge(at.jobs('once'), { spec: { suspend: false } }),
      condition(at.jobs('once'), 'Complete', 'CompletionsReached'),
    ],
  },
  { name: 'StatefulSet: all at once', steps: [sets({ podManagementPolicy: 'Parallel' }), allOf(3)] },
  {
    name: 'StatefulSet: is updated from a part on',
    steps: [
      sets({ updateStrategy: { rollingUpdate: { partition: 2 } } }),
      allOf(3),
      merge(at.statefulSets('db'), image('2')),
      until(
        at.statefulSets('db'),
        ({ metadata, status }) =>
          status.observedGeneration === metadata.generation &&
          status.updatedReplicas === 1 &&
          status.availableReplicas === 3,
      ),
    ],
  },
  {
    name: 'StatefulSet: is updated when its pods are deleted',
    steps: [
      sets({ replicas: 1, updateStrategy: { type: 'OnDelete' } }),
      allOf(1),
      merge(at.statefulSets('db'), image('2')),
      until(at.statefulSets('db'), ({ metadata, status }) => status.observedGeneration === metadata.generation),
      del(at.pods('db-0')),
      until(at.statefulSets('db'), ({ status }) => status.updatedReplicas === 1 && status.availableReplicas === 1),
    ],
  },
  {
    name: 'StatefulSet: the first does not come up',
    steps: [sets({ template: tagged('broken') }), until(at.statefulSets('db'), ({ status }) => status?.replicas === 1)],
  },
  {
    name: 'DaemonSet: is updated when its pods are deleted',
    steps: [
      post(at.daemonSets(), made.daemonSet('agent', { updateStrategy: { type: 'OnDelete' } })),
      until(at.daemonSets('agent'), ({ status }) => status?.numberAvailable === 2),
      merge(at.daemonSets('agent'), image('2')),
      until(at.daemonSets('agent'), ({ metadata, status }) => status.observedGeneration === metadata.generation),
    ],
  },
  {
    name: 'ReplicaSet: takes a pod that is there',
    steps: [
      post(at.pods(), made.pod('orphan', {}, { labels: { app: 'shop' } })),
      until(at.pods('orphan'), ({ status }) => status.phase === 'Running'),
      post(at.replicaSets(), made.replicaSet('web', { replicas: 2 })),
      until(at.replicaSets('web'), ({ status }) => status?.availableReplicas === 2),
    ],
  },
  {
    name: 'ReplicaSet: lets a pod go',
    steps: [
      post(at.replicaSets(), made.replicaSet('web', { replicas: 1 })),
      until(at.replicaSets('web'), ({ status }) => status?.availableReplicas === 1),
      del(at.pods()),
      until(at.replicaSets('web'), ({ status }) => status?.availableReplicas === 1),
    ],
  },
  {
    name: 'ReplicationController: comes up',
    steps: [
      post(at.replicationControllers(), { metadata: { name: 'web' }, spec: { replicas: 2, template: tagged('1') } }),
      until(at.replicationControllers('web'), ({ status }) => status?.availableReplicas === 2),
    ],
  },
];

const evict = (name: string): Step =>
  post(at.pods(name, 'eviction'), { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } });

const others: readonly Story[] = [
  {
    name: 'budget: of a StatefulSet, one after the other',
    steps: [
      sets({}),
      allOf(3),
      post(at.budgets(), made.budget('shop', { maxUnavailable: 1 })),
      until(at.budgets('shop'), ({ status }) => status?.disruptionsAllowed === 1),
      evict('db-1'),
      allOf(3),
      until(at.budgets('shop'), ({ status }) => status?.disruptionsAllowed === 1),
    ],
  },
  {
    name: 'budget: a share of bare pods',
    steps: [
      post(at.pods(), made.pod('a', {}, { labels: { app: 'shop' } })),
      until(at.pods('a'), ({ status }) => status.phase === 'Running'),
      post(at.budgets(), made.budget('shop', { maxUnavailable: '50%' })),
      until(at.budgets('shop'), ({ status }) => status?.observedGeneration === 1),
    ],
  },
  {
    name: 'service: tells of pods that are not ready, too',
    steps: [
      web({ replicas: 1, template: tagged('broken') }),
      post(at.services(), made.service('web', { publishNotReadyAddresses: true })),
      until(at.endpoints('web'), ({ subsets }) => subsets?.[0]?.addresses?.length === 1),
    ],
  },
  {
    name: 'service: headless, with names of pods',
    steps: [
      sets({ replicas: 1, serviceName: 'db' }),
      allOf(1),
      post(at.services(), made.service('db', { clusterIP: 'None' })),
      until(at.endpoints('db'), ({ subsets }) => subsets?.[0]?.addresses?.length === 1),
    ],
  },
  {
    name: 'service: a port by its name',
    steps: [
      web({
        replicas: 1,
        template: template({ containers: [container({ ports: [{ name: 'http', containerPort: 8080 }] })] }),
      }),
      available(1),
      post(
        at.services(),
        made.service('web', {
          ports: [
            { port: 80, targetPort: 'http' },
            { name: 'none', port: 81, targetPort: 'none' },
          ].map((port, index) => ({ name: `p${index}`, ...port })),
        }),
      ),
      until(at.endpoints('web'), ({ subsets }) => subsets?.length > 0),
    ],
  },
  {
    name: 'quota: gives back what is deleted',
    steps: [
      post(at.quotas(), made.quota('q', { hard: { pods: '1' } })),
      until(at.quotas('q'), ({ status }) => status?.used),
      post(at.pods(), made.pod('a')),
      until(at.quotas('q'), ({ status }) => status.used.pods === '1'),
      del(at.pods('a')),
      until(at.quotas('q'), ({ status }) => status.used.pods === '0'),
    ],
  },
  {
    name: 'scheduling: who matters more makes room',
    steps: [
      post(at.priorityClasses(), made.priorityClass('{ns}', { value: 100 })),
      ...['a', 'b'].map(name =>
        post(
          at.pods(),
          made.pod(name, {
            ...(name === 'b' ? { priorityClassName: '{ns}' } : {}),
            containers: [container({ resources: { requests: { cpu: '3' } } })],
          }),
        ),
      ),
      ...['a', 'b'].map(name => until(at.pods(name), ({ status }) => status.phase === 'Running')),
      post(
        at.pods(),
        made.pod('urgent', {
          priorityClassName: '{ns}',
          containers: [container({ resources: { requests: { cpu: '3' } } })],
        }),
      ),
      until(at.pods('urgent'), ({ status }) => status.phase === 'Running'),
      told('Preempted'),
    ],
  },
  {
    name: 'owner: that was never there',
    steps: [
      post(
        at.configMaps(),
        made.configMap(
          'a',
          {},
          {
            ownerReferences: [
              { apiVersion: 'v1', kind: 'ConfigMap', name: 'none', uid: '00000000-0000-4000-8000-000000000000' },
            ],
          },
        ),
      ),
      gone(at.configMaps('a')),
    ],
  },
];

export const harderStories: readonly Story[] = [...deployments, ...workloads, ...others];
