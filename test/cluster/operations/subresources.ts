import { budget, deployment, job, pod, quota, service, statefulSet } from '../manifests.ts';
import { asTable, get, merge, type Operation, operation, post, put, story, strategic } from '../operation.ts';
import {
  accessReviews,
  budgets,
  configMaps,
  deployments,
  jobs,
  namespaces,
  nodes,
  pods,
  quotas,
  serviceAccounts,
  services,
  statefulSets,
} from '../places.ts';

const made = post(deployments(), deployment('a', { replicas: 2 }));
const scale = (replicas: unknown, more: Record<string, unknown> = {}) => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata: { name: 'a', namespace: '{ns}', ...more },
  spec: { replicas },
});
const ready = {
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
    containerStatuses: [
      {
        name: 'main',
        image: 'x',
        imageID: 'y',
        ready: true,
        restartCount: 0,
        state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
      },
    ],
  },
};
const running = [
  post(pods(), pod('a', { nodeName: 'far' }, { labels: { app: 'shop' } })),
  merge(pods('a', 'status'), ready),
];
const eviction = (more: Record<string, unknown> = {}) => ({
  apiVersion: 'policy/v1',
  kind: 'Eviction',
  metadata: { name: 'a', namespace: '{ns}' },
  ...more,
});
const evict = (more?: Record<string, unknown>) => post(pods('a', 'eviction'), eviction(more));
const allowing = (disruptionsAllowed: number, more: Record<string, unknown> = {}) => [
  post(budgets(), budget('a', { minAvailable: 1, ...more })),
  merge(budgets('a', 'status'), {
    status: { observedGeneration: 1, disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
  }),
];
const binding = (more: Record<string, unknown> = {}) => ({
  metadata: { name: 'a' },
  target: { kind: 'Node', name: 'far' },
  ...more,
});

export const subresources: readonly Operation[] = [
  operation('status: read', made, get(deployments('a', 'status'))),
  operation('status: written', made, merge(deployments('a', 'status'), { status: { replicas: 2, readyReplicas: 1 } })),
  operation(
    'status: the rest of the object stays',
    made,
    merge(deployments('a', 'status'), {
      spec: { replicas: 9 },
      metadata: { labels: { a: 'b' } },
      status: { replicas: 1 },
    }),
  ),
  operation('status: is not written with the object', made, merge(deployments('a'), { status: { replicas: 9 } })),
  story(
    'status: does not change the generation',
    made,
    merge(deployments('a', 'status'), { status: { observedGeneration: 1 } }),
  ),
  operation('status: below zero', made, merge(deployments('a', 'status'), { status: { replicas: -1 } })),
  operation(
    'status: more ready than there are',
    made,
    merge(deployments('a', 'status'), { status: { replicas: 1, readyReplicas: 2 } }),
  ),
  operation('status: of a kind without one', get(configMaps('a', 'status'))),
  operation('status: of a pod', ...running, get(pods('a'))),
  operation(
    'status: conditions by their type',
    ...running,
    strategic(pods('a', 'status'), { status: { conditions: [{ type: 'PodScheduled', status: 'True' }] } }),
  ),
  operation('status: of a pod, put', post(pods(), pod('a')), put(pods('a', 'status'), { ...pod('a'), ...ready })),
  operation(
    'status: of a pod back to pending',
    ...running,
    merge(pods('a', 'status'), { status: { phase: 'Pending' } }),
  ),
  operation('status: of a pod that is not there', merge(pods('none', 'status'), ready)),
  operation(
    'status: of a node',
    post(nodes(), { metadata: { name: '{ns}-node' } }),
    merge(nodes('{ns}-node', 'status'), {
      status: { capacity: { cpu: '4', memory: '8Gi' }, conditions: [{ type: 'Ready', status: 'True' }] },
    }),
  ),
  operation(
    'status: of a service',
    post(services(), service('a', { type: 'LoadBalancer' })),
    merge(services('a', 'status'), { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } }),
  ),
  operation('status: a subresource that is not there', made, get(deployments('a', 'none'))),
  operation('status: as a table', ...running, get(pods(), { accept: asTable })),
  operation('scale: read', made, get(deployments('a', 'scale'))),
  operation('scale: put', made, put(deployments('a', 'scale'), scale(5))),
  operation('scale: then the object', made, put(deployments('a', 'scale'), scale(5)), get(deployments('a'))),
  operation('scale: patched', made, merge(deployments('a', 'scale'), { spec: { replicas: 0 } })),
  operation('scale: below zero', made, put(deployments('a', 'scale'), scale(-1))),
  operation('scale: a text', made, put(deployments('a', 'scale'), scale('5'))),
  operation('scale: of an old version', made, put(deployments('a', 'scale'), scale(5, { resourceVersion: '1' }))),
  operation('scale: of another name', made, put(deployments('a', 'scale'), scale(5, { name: 'b' }))),
  operation(
    'scale: dry run',
    made,
    put(`${deployments('a', 'scale')}?dryRun=All`, scale(5)),
    get(deployments('a', 'scale')),
  ),
  operation('scale: of what is not there', get(deployments('none', 'scale'))),
  operation('scale: of a StatefulSet', post(statefulSets(), statefulSet('a')), get(statefulSets('a', 'scale'))),
  operation('scale: of a kind without one', get(jobs('a', 'scale'))),
  operation('eviction: without a budget', ...running, evict()),
  operation('eviction: then the pod goes', ...running, evict(), get(pods('a'))),
  operation('eviction: the budget allows it', ...running, ...allowing(1), evict()),
  operation('eviction: then the budget has less', ...running, ...allowing(1), evict(), get(budgets('a'))),
  operation('eviction: the budget is used up', ...running, ...allowing(0), evict()),
  operation(
    'eviction: the budget has not been looked at',
    ...running,
    post(budgets(), budget('a', { minAvailable: 1 })),
    evict(),
  ),
  operation(
    'eviction: two budgets',
    ...running,
    ...allowing(1),
    post(budgets(), budget('b', { minAvailable: 1 })),
    evict(),
  ),
  operation(
    'eviction: a pod that is not ready',
    post(pods(), pod('a', { nodeName: 'far' }, { labels: { app: 'shop' } })),
    merge(pods('a', 'status'), { status: { phase: 'Running' } }),
    ...allowing(0),
    evict(),
  ),
  operation(
    'eviction: a pending pod needs no budget',
    post(pods(), pod('a', {}, { labels: { app: 'shop' } })),
    ...allowing(0),
    evict(),
  ),
  operation(
    'eviction: a broken pod, always allowed',
    post(pods(), pod('a', { nodeName: 'far' }, { labels: { app: 'shop' } })),
    merge(pods('a', 'status'), { status: { phase: 'Running' } }),
    ...allowing(0, { unhealthyPodEvictionPolicy: 'AlwaysAllow' }),
    evict(),
  ),
  operation('eviction: dry run', ...running, post(`${pods('a', 'eviction')}?dryRun=All`, eviction()), get(pods('a'))),
  operation(
    'eviction: with a grace period',
    ...running,
    evict({ deleteOptions: { gracePeriodSeconds: 3 } }),
    get(pods('a')),
  ),
  operation(
    'eviction: of another uid',
    ...running,
    evict({ deleteOptions: { preconditions: { uid: '00000000-0000-0000-0000-000000000000' } } }),
  ),
  operation('eviction: of another name', ...running, evict({ metadata: { name: 'b' } })),
  operation('eviction: what is not there', post(pods('none', 'eviction'), eviction({ metadata: { name: 'none' } }))),
  operation('eviction: read', ...running, get(pods('a', 'eviction'))),
  story('binding: of a pod', post(pods(), pod('a')), post(pods('a', 'binding'), binding()), get(pods('a'))),
  operation(
    'binding: twice',
    post(pods(), pod('a')),
    post(pods('a', 'binding'), binding()),
    post(pods('a', 'binding'), binding({ target: { kind: 'Node', name: 'other' } })),
  ),
  operation(
    'binding: to nothing',
    post(pods(), pod('a')),
    post(pods('a', 'binding'), binding({ target: { kind: 'Node', name: '' } })),
  ),
  operation(
    'binding: to a pod',
    post(pods(), pod('a')),
    post(pods('a', 'binding'), binding({ target: { kind: 'Pod', name: 'far' } })),
  ),
  operation('binding: without a name', post(pods(), pod('a')), post(pods('a', 'binding'), binding({ metadata: {} }))),
  operation('binding: of what is not there', post(pods('none', 'binding'), binding({ metadata: { name: 'none' } }))),
  operation('binding: in the collection', post(pods(), pod('a')), post('/api/v1/namespaces/{ns}/bindings', binding())),
  operation(
    'subresource: a debug container',
    ...running,
    strategic(pods('a', 'ephemeralcontainers'), {
      spec: { ephemeralContainers: [{ name: 'debug', image: 'busybox' }] },
    }),
  ),
  operation(
    'subresource: a debug container in the pod',
    post(pods(), pod('a')),
    strategic(pods('a'), { spec: { ephemeralContainers: [{ name: 'debug', image: 'busybox' }] } }),
  ),
  operation(
    'subresource: resize',
    ...running,
    strategic(pods('a', 'resize'), { spec: { containers: [{ name: 'main', resources: { requests: { cpu: '1' } } }] } }),
  ),
  operation(
    'subresource: finalize',
    post(namespaces(), { metadata: { name: '{ns}-more' } }),
    put(namespaces('{ns}-more', 'finalize'), { metadata: { name: '{ns}-more' }, spec: { finalizers: [] } }),
  ),
  operation('subresource: log of a pod without a node', post(pods(), pod('a')), get(pods('a', 'log'))),
  operation('subresource: log of what is not there', get(pods('none', 'log'))),
  operation('subresource: log of a container that is not there', ...running, get(`${pods('a', 'log')}?container=none`)),
  operation(
    'subresource: log of which container',
    post(
      pods(),
      pod('a', {
        containers: [
          { name: 'one', image: 'x' },
          { name: 'two', image: 'x' },
        ],
      }),
    ),
    get(pods('a', 'log')),
  ),
  operation('subresource: log with a bad tail', post(pods(), pod('a')), get(`${pods('a', 'log')}?tailLines=-1`)),
  operation(
    'subresource: log since two things',
    post(pods(), pod('a')),
    get(`${pods('a', 'log')}?sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z`),
  ),
  operation(
    'subresource: status of a quota',
    post(quotas(), quota('a')),
    merge(quotas('a', 'status'), { status: { hard: { pods: '2' }, used: { pods: '0' } } }),
  ),
  operation(
    'subresource: status of a job',
    post(jobs(), job('a')),
    merge(jobs('a', 'status'), { status: { active: 1, startTime: '2026-01-01T00:00:00Z' } }),
  ),
  operation(
    'subresource: a token for an account that is not there',
    post(serviceAccounts('none', 'token'), { spec: {} }),
  ),
  operation('subresource: reviews are not listed', get(accessReviews())),
];
