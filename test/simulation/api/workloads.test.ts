import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/objects.ts';
import { createVirtualClock } from '../../../src/lib/virtual_clock.ts';
import type { ApiClient, ApiError } from '../../../src/simulation/api/client.ts';
import { createApiServer } from '../../../src/simulation/api/server.ts';

const labels = { app: 'db' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'registry.example/db:1' }] } };
const selector = { matchLabels: labels };
const once = { ...template, spec: { ...template.spec, restartPolicy: 'Never' } };

function start(): ApiClient {
  return createApiServer({ clock: createVirtualClock({ start: Date.parse('2026-03-01T10:00:00Z') }) }).client();
}

function make(client: ApiClient, kind: string, spec: object): Promise<KubeObject> {
  const group = kind === 'Job' || kind === 'CronJob' ? 'batch' : 'apps';
  const object = { apiVersion: `${group}/v1`, kind, metadata: { name: 'db', namespace: 'default' }, spec };
  return client.create(`${kind.toLowerCase()}s.${group}`, object as KubeObject);
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = (await promise.catch((thrown: unknown) => thrown)) as ApiError;
  return `${error.code} ${error.message}`;
}

test('what is left out is filled in as a server does', async () => {
  const client = start();
  const claims = [
    {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
  ];
  const stateful = await make(client, 'StatefulSet', {
    selector,
    template,
    serviceName: 'db',
    volumeClaimTemplates: claims,
  });
  expect(stateful).toMatchObject({
    metadata: { generation: 1 },
    spec: {
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      revisionHistoryLimit: 10,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      volumeClaimTemplates: [
        { kind: 'PersistentVolumeClaim', spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } },
      ],
    },
    status: { replicas: 0, availableReplicas: 0 },
  });
  const daemons = await make(client, 'DaemonSet', { selector, template });
  expect(daemons).toMatchObject({
    metadata: { annotations: { 'deprecated.daemonset.template.generation': '1' } },
    spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } } },
    status: { desiredNumberScheduled: 0, numberReady: 0 },
  });
  const job = await make(client, 'Job', { template: once });
  const uid = job.metadata.uid;
  expect(job).toMatchObject({
    metadata: { labels },
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
      podReplacementPolicy: 'TerminatingOrFailed',
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
      template: {
        metadata: { labels: { 'job-name': 'db', 'batch.kubernetes.io/job-name': 'db', 'controller-uid': uid } },
      },
    },
  });
  expect(
    await make(client, 'CronJob', { schedule: '@hourly', jobTemplate: { spec: { template: once } } }),
  ).toMatchObject({
    spec: { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 },
  });
});

test('a template of a DaemonSet counts its changes, and a spec counts generations', async () => {
  const client = start();
  await make(client, 'DaemonSet', { selector, template });
  const target = { resource: 'daemonsets.apps', name: 'db', namespace: 'default' };
  const image = (name: string) => ({ spec: { template: { spec: { containers: [{ name: 'main', image: name }] } } } });
  const changed = await client.patch(target, { type: 'strategic', body: image('registry.example/db:2') });
  expect(changed.metadata).toMatchObject({
    generation: 2,
    annotations: { 'deprecated.daemonset.template.generation': '2' },
  });
  const other = await client.patch(target, { type: 'merge', body: { spec: { minReadySeconds: 5 } } });
  expect(other.metadata).toMatchObject({
    generation: 3,
    annotations: { 'deprecated.daemonset.template.generation': '2' },
  });
});

test.each([
  [
    'StatefulSet',
    { template },
    '[spec.selector: Required value, spec.template.metadata.labels: Invalid value: {"app":"db"}: `selector` does not match template `labels`]',
  ],
  [
    'StatefulSet',
    { selector, template, podManagementPolicy: 'Odd' },
    "spec.podManagementPolicy: Invalid value: \"Odd\": must be 'OrderedReady' or 'Parallel'",
  ],
  [
    'StatefulSet',
    { selector, template: once },
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
  ],
  [
    'DaemonSet',
    { selector, template, updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } },
    'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero',
  ],
  [
    'Deployment',
    { selector, template, progressDeadlineSeconds: 5, minReadySeconds: 5 },
    'spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds',
  ],
  [
    'Deployment',
    { selector, template, strategy: { type: 'Odd' } },
    'spec.strategy: Unsupported value: {"Type":"Odd","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"',
  ],
  ['Job', { template }, 'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
  [
    'Job',
    { template: once, completionMode: 'Indexed' },
    'spec.completions: Required value: when completion mode is Indexed',
  ],
  [
    'Job',
    { template: once, backoffLimitPerIndex: 1 },
    'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode',
  ],
  [
    'CronJob',
    { schedule: '* *', jobTemplate: { spec: { template: once } } },
    'spec.schedule: Invalid value: "* *": expected exactly 5 fields, found 2: [* *]',
  ],
  [
    'CronJob',
    { schedule: '@daily', timeZone: 'Mars/Base', jobTemplate: { spec: { template: once } } },
    'spec.timeZone: Invalid value: "Mars/Base": unknown time zone Mars/Base',
  ],
  [
    'Deployment',
    { selector: { matchExpressions: [{ key: 'app', operator: 'Near' }] }, template },
    '[spec.selector.matchExpressions[0].operator: Invalid value: "Near": not a valid selector operator, spec.selector: Invalid value: {"matchExpressions":[{"key":"app","operator":"Near"}]}: invalid label selector]',
  ],
  [
    'CronJob',
    { schedule: 'TZ=UTC * * * * *', jobTemplate: { spec: { template: once } } },
    'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
  ],
])('a wrong %s is refused in the words of a server', async (kind, spec, problem) => {
  const group = kind === 'Job' || kind === 'CronJob' ? 'batch' : 'apps';
  // A missing count comes with its default, also where it is required.
  const asked = kind === 'Job' && 'completionMode' in spec ? { ...spec, parallelism: 1 } : spec;
  expect(await refusal(make(start(), kind, asked))).toBe(`422 ${kind}.${group} "db" is invalid: ${problem}`);
});

test('what may not change is refused', async () => {
  const client = start();
  await make(client, 'StatefulSet', { selector, template, serviceName: 'db' });
  await make(client, 'Job', { template: once });
  const change = (resource: string, spec: object) =>
    refusal(client.patch({ resource, name: 'db', namespace: 'default' }, { type: 'merge', body: { spec } }));
  expect(await change('statefulsets.apps', { serviceName: 'other' })).toBe(
    "422 StatefulSet.apps \"db\" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  );
  expect(await change('jobs.batch', { completions: 3 })).toContain(
    'spec.completions: Invalid value: 3: field is immutable',
  );
  expect(await change('jobs.batch', { template: { spec: { restartPolicy: 'OnFailure' } } })).toMatch(
    /spec\.template: Invalid value: .*: field is immutable$/,
  );
});

test('a job may not select what others are labelled with, unless it says so', async () => {
  expect(await refusal(make(start(), 'Job', { template: once, selector }))).toMatch(
    /^422 Job\.batch "db" is invalid: spec\.selector: Invalid value: \{.*\}: `selector` not auto-generated$/,
  );
  await make(start(), 'Job', { template: once, selector, manualSelector: true });
});
