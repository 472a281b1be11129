import { expect, test } from 'vitest';
import type { Condition, KubeEvent, KubeObject } from '../../../src/kubernetes/objects.ts';
import { createTestCluster } from '../cluster_in_test.ts';
import { demo } from '../demo_program.ts';
import { image } from './broken_workloads.ts';

interface BrokenOwner {
  /** In the order in which they are made; the last one is looked at. */
  objects: [resource: string, object: KubeObject][];
  seconds?: number;
  /** Of its status, without times. */
  status: Record<string, unknown>;
  conditions: string[];
  /** What is said of it and of its ReplicaSets, and how often. */
  events: Record<string, number>;
}

type Spec = Record<string, unknown>;

function made(kind: string, apiVersion: string, spec: Spec, name = 'app'): KubeObject {
  return { apiVersion, kind, metadata: { name, namespace: 'default' }, spec } as KubeObject;
}

const main = (more: Spec) => ({ name: 'main', image, args: ['crash'], ...more });
const template = (more: Spec, spec: Spec = {}) => ({
  spec: { restartPolicy: 'Never', containers: [main(more)], ...spec },
});
const labelled = (more: Spec) => ({
  metadata: { labels: { app: 'app' } },
  spec: { containers: [main({ args: ['serve'], ...more })] },
});
const selector = { matchLabels: { app: 'app' } };
const job = (spec: Spec, more: Spec = {}): BrokenOwner['objects'] => [
  ['jobs.batch', made('Job', 'batch/v1', { template: template(more), ...spec })],
];
const deployment = (more: Spec, spec: Spec = {}): BrokenOwner['objects'][number] => [
  'deployments.apps',
  made('Deployment', 'apps/v1', { replicas: 1, selector, template: labelled(more), ...spec }),
];

const idle = { ready: 0, terminating: 0, uncountedTerminatedPods: {} };
const created = (count: number) => ({ 'Normal SuccessfulCreate: Created pod: app-NAME': count });

function failedFor(
  objects: BrokenOwner['objects'],
  reason: string,
  message: string,
  more: Spec,
  pods: number,
): BrokenOwner {
  return {
    objects,
    status: { ...idle, ...more },
    conditions: [`FailureTarget True ${reason} (${message})`, `Failed True ${reason} (${message})`],
    events: { ...created(pods), [`Warning ${reason}: ${message}`]: 1 },
  };
}

const limit = 'Job has reached the specified backoff limit';
const quotaOf = (hard: Spec) => made('ResourceQuota', 'v1', { hard }, 'quota');

/** Nothing can be made, which is tried again after 5 ms, 10 ms and so on up to a minute. */
function refused(before: [string, KubeObject], target: BrokenOwner['objects'][number], why: string): BrokenOwner {
  const message = `pods "app-NAME" is forbidden: ${why}`;
  return {
    objects: [before, target],
    status: { observedGeneration: 1, unavailableReplicas: 1, terminatingReplicas: 0 },
    conditions: [
      'Progressing True NewReplicaSetCreated (Created new replica set "app-NAME")',
      'Available False MinimumReplicasUnavailable (Deployment does not have minimum availability.)',
      `ReplicaFailure True FailedCreate (${message})`,
    ],
    events: {
      'Normal ScalingReplicaSet: Scaled up replica set app-NAME from 0 to 1': 1,
      [`Warning FailedCreate: Error creating: ${message}`]: 15,
    },
  };
}

const owners: Record<string, BrokenOwner> = {
  'a job that may not fail at all': failedFor(
    job({ backoffLimit: 0 }),
    'BackoffLimitExceeded',
    limit,
    { failed: 1 },
    1,
  ),
  'three failures at once of a job that may fail once': failedFor(
    job({ backoffLimit: 1, parallelism: 3, completions: 3 }),
    'BackoffLimitExceeded',
    limit,
    { failed: 3 },
    3,
  ),
  'an exit code that fails its job': failedFor(
    job({ podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1] } }] } }),
    'PodFailurePolicy',
    'Container main for pod default/app-NAME failed with exit code 1 matching FailJob rule at index 0',
    { failed: 1 },
    1,
  ),
  'indexes that fail each for itself': failedFor(
    job({ completionMode: 'Indexed', completions: 2, parallelism: 2, backoffLimitPerIndex: 0 }),
    'FailedIndexes',
    'Job has failed indexes',
    { failed: 2, failedIndexes: '0,1' },
    2,
  ),
  'a job that runs out of memory': failedFor(
    job({ backoffLimit: 0 }, { args: ['hog'], resources: { limits: { memory: '32Mi' } } }),
    'BackoffLimitExceeded',
    limit,
    { failed: 1 },
    1,
  ),
  'a job that never gets its image': {
    objects: job({ backoffLimit: 0 }, { image: 'registry.example/demo:nope' }),
    status: { ...idle, active: 1 },
    conditions: [],
    events: created(1),
  },
  'a job that waits for its owner': {
    objects: job({ suspend: true }),
    status: idle,
    conditions: ['Suspended True JobSuspended (Job suspended)'],
    events: { 'Normal Suspended: Job suspended': 1 },
  },
  'a deployment beyond the quota of pods': refused(
    ['resourcequotas', quotaOf({ pods: '0' })],
    deployment({}),
    'exceeded quota: quota, requested: pods=1, used: pods=0, limited: pods=0',
  ),
  'a deployment without the requests that a quota counts': refused(
    ['resourcequotas', quotaOf({ 'requests.cpu': '1' })],
    deployment({}),
    'failed quota: quota: must specify requests.cpu for: main',
  ),
  'a deployment above the limit of its namespace': refused(
    ['limitranges', made('LimitRange', 'v1', { limits: [{ type: 'Container', max: { cpu: '100m' } }] })],
    deployment({ resources: { limits: { cpu: '200m' } } }),
    'maximum cpu usage per Container is 100m, but limit is 200m',
  ),
  'a deployment that takes too long': {
    objects: [deployment({ image: 'registry.example/demo:nope' }, { progressDeadlineSeconds: 20 })],
    status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, unavailableReplicas: 1, terminatingReplicas: 0 },
    conditions: [
      'Available False MinimumReplicasUnavailable (Deployment does not have minimum availability.)',
      'Progressing False ProgressDeadlineExceeded (ReplicaSet "app-NAME" has timed out progressing.)',
    ],
    events: { ...created(1), 'Normal ScalingReplicaSet: Scaled up replica set app-NAME from 0 to 1': 1 },
  },
  'a daemon that no node wants': {
    objects: [
      [
        'daemonsets.apps',
        made('DaemonSet', 'apps/v1', {
          selector,
          template: { ...labelled({}), spec: { ...labelled({}).spec, nodeSelector: { disk: 'fast' } } },
        }),
      ],
    ],
    status: {
      currentNumberScheduled: 0,
      desiredNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
      observedGeneration: 1,
    },
    conditions: [],
    events: {},
  },
  'a claim that no class and no volume is there for': {
    objects: [
      [
        'persistentvolumeclaims',
        made('PersistentVolumeClaim', 'v1', {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '1Gi' } },
        }),
      ],
    ],
    status: { phase: 'Pending' },
    conditions: [],
    events: { 'Normal FailedBinding: no persistent volumes available for this claim and no storage class is set': 5 },
  },
};

test.each(Object.entries(owners))('%s', async (_what, { objects, seconds = 60, status, conditions, events }) => {
  const cluster = await createTestCluster({ programs: [demo], syncSeconds: 2, images: [image] });
  try {
    for (const [resource, object] of objects) {
      await cluster.client.create(resource, object);
      await cluster.run(2);
    }
    await cluster.run(seconds);
    const [resource, { metadata }] = objects.at(-1) ?? ['', { metadata: { name: '' } }];
    const owner = await cluster.client.get<KubeObject & { status?: Spec }>(resource, metadata.name, 'default');
    const { conditions: told = [], startTime: _startTime, ...rest } = owner?.status ?? {};
    expect(rest).toEqual(status);
    expect((told as Condition[]).map(textOf)).toEqual(conditions);
    const said = counted((await cluster.client.list<KubeEvent>('events', { namespace: 'default' })).items);
    for (const [text, count] of Object.entries(events)) {
      if (count > 3 && Math.abs((said[text] ?? 0) - count) <= count * 0.3) said[text] = count;
    }
    expect(said).toEqual(events);
  } finally {
    cluster.stop();
  }
});

function textOf({ type, status, reason, message }: Condition): string {
  return `${type} ${status} ${reason} (${plain(message ?? '')})`;
}

/** Made up names are all the same. */
function plain(message: string): string {
  return message
    .replace('(combined from similar events): ', '')
    .replaceAll(/\bapp(-\d+)?(-[bcdfghjklmnpqrstvwxz2456789]{5,10})+\b/g, 'app-NAME');
}

function counted(events: KubeEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type, reason, message, count = 1, involvedObject } of events) {
    if (['Pod', 'Node'].includes(involvedObject.kind)) continue;
    const key = `${type} ${reason}: ${plain(message)}`;
    counts[key] = (counts[key] ?? 0) + count;
  }
  return counts;
}
