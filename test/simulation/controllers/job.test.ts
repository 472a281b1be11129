import { afterEach, expect, test } from 'vitest';
import type { Job } from '../../../src/kubernetes/kinds/workloads.ts';
import type { Pod } from '../../../src/kubernetes/objects.ts';
import { createStage, type Stage, templateOf } from './stage.ts';

let stage: Stage;
afterEach(() => stage.stop());

const template = (...args: string[]) => templateOf('work', args, 'Never');
const read = () => stage.get<Job>('jobs.batch', 'work');
const born = (pod: Pod) => pod.metadata.creationTimestamp ?? '';

async function start(spec: object): Promise<void> {
  stage = createStage();
  await stage.create('jobs.batch', { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'work' }, spec });
}

async function conditions(): Promise<string[]> {
  return ((await read()).status?.conditions ?? []).map(({ type, status, reason }) => `${type} ${status} ${reason}`);
}

/** When pods were made, in seconds. */
async function births(): Promise<number[]> {
  const times = (await stage.list<Pod>('pods')).map(pod => Date.parse(born(pod)) / 1000).sort();
  return times.map(time => time - Date.parse('2026-03-01T10:00:00Z') / 1000);
}

test('a job runs as many pods at once as it may, and is complete when enough have succeeded', async () => {
  await start({ completions: 5, parallelism: 2, template: template('succeed', '3') });
  const active: number[] = [];
  await stage.until(async () => {
    active.push((await stage.pods()).filter(({ status }) => status?.phase !== 'Succeeded').length);
    return (await conditions()).length > 1;
  });
  expect(Math.max(...active)).toBe(2);
  expect(await conditions()).toEqual([
    'SuccessCriteriaMet True CompletionsReached',
    'Complete True CompletionsReached',
  ]);
  const { status } = await read();
  expect(status).toMatchObject({ succeeded: 5, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
  expect(status?.active).toBeUndefined();
  expect(status?.completionTime).toBeDefined();
  const pods = await stage.list<Pod>('pods');
  expect(pods.map(({ metadata }) => metadata.finalizers ?? [])).toEqual(Array(5).fill([]));
  expect(await stage.events('work')).toContain('Completed: Job completed');
});

test('pods that fail are tried again, later every time, until the limit is reached', async () => {
  await start({ backoffLimit: 3, template: template('fail', '1') });
  await stage.until(async () => (await conditions()).length > 1);
  expect(await births()).toEqual([0, 12, 34, 76]);
  expect(await conditions()).toEqual(['FailureTarget True BackoffLimitExceeded', 'Failed True BackoffLimitExceeded']);
  expect((await read()).status).toMatchObject({ failed: 4 });
  expect(await stage.events('work')).toContain('BackoffLimitExceeded: Job has reached the specified backoff limit');
});

test('a job that takes too long is ended', async () => {
  await start({ activeDeadlineSeconds: 10, template: template('run') });
  await stage.run(9);
  expect(await conditions()).toEqual([]);
  await stage.run(4);
  expect(await conditions()).toEqual(['FailureTarget True DeadlineExceeded', 'Failed True DeadlineExceeded']);
  expect(await stage.pods()).toEqual([]);
  expect(await stage.events('work')).toContain('DeadlineExceeded: Job was active longer than specified deadline');
});

test('an indexed job has one pod for each index, which knows it', async () => {
  await start({ completions: 3, parallelism: 3, completionMode: 'Indexed', template: template('succeed', '2') });
  await stage.run(0.5);
  const pods = await stage.pods();
  expect(pods.map(({ spec }) => spec.hostname).sort()).toEqual(['work-0', 'work-1', 'work-2']);
  const [pod] = pods;
  expect(pod?.metadata.annotations?.['batch.kubernetes.io/job-completion-index']).toBe('0');
  expect(pod?.spec.containers[0]?.env?.[0]).toMatchObject({
    name: 'JOB_COMPLETION_INDEX',
    valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']" } },
  });
  await stage.until(async () => (await conditions()).length > 1);
  expect((await read()).status).toMatchObject({ completedIndexes: '0-2', succeeded: 3 });
});

test('with a limit for each index one that fails does not keep the others from their end', async () => {
  await start({
    completions: 2,
    parallelism: 2,
    completionMode: 'Indexed',
    backoffLimitPerIndex: 1,
    template: template('fail', '1'),
  });
  await stage.until(async () => (await conditions()).length > 1);
  expect(await births()).toEqual([0, 0, 12, 12]);
  expect((await read()).status).toMatchObject({ failedIndexes: '0,1', failed: 4 });
  expect(await conditions()).toEqual(['FailureTarget True FailedIndexes', 'Failed True FailedIndexes']);
});

test('a success policy ends the job when its indexes have succeeded', async () => {
  const rules = [{ succeededIndexes: '1-2', succeededCount: 1 }];
  await start({
    completions: 3,
    parallelism: 1,
    completionMode: 'Indexed',
    successPolicy: { rules },
    template: template('succeed', '1'),
  });
  await stage.until(async () => (await conditions()).length > 1);
  expect((await read()).status).toMatchObject({ completedIndexes: '0,1', succeeded: 2 });
  expect(await conditions()).toEqual(['SuccessCriteriaMet True SuccessPolicy', 'Complete True SuccessPolicy']);
});

test('a failure policy tells failures apart by their exit codes', async () => {
  const rule = (action: string, code: number) => ({ action, onExitCodes: { operator: 'In', values: [code] } });
  await start({ podFailurePolicy: { rules: [rule('FailJob', 42)] }, template: template('fail', '1', '42') });
  await stage.until(async () => (await conditions()).length > 1);
  expect(await births()).toEqual([0]);
  const [, failed] = (await read()).status?.conditions ?? [];
  expect(failed?.message).toMatch(
    /^Container main for pod default\/work-\w+ failed with exit code 42 matching FailJob rule at index 0$/,
  );
  stage.stop();
  await start({
    backoffLimit: 0,
    podFailurePolicy: { rules: [rule('Ignore', 42)] },
    template: template('fail', '1', '42'),
  });
  await stage.run(60);
  expect([(await births()).length, (await read()).status?.failed, await conditions()]).toEqual([3, undefined, []]);
});

test('a suspended job has no pods, and starts anew when it is resumed', async () => {
  await start({ suspend: true, template: template('run') });
  await stage.run(3);
  expect([await stage.pods(), await conditions()]).toEqual([[], ['Suspended True JobSuspended']]);
  expect((await read()).status?.startTime).toBeUndefined();
  await stage.patch('jobs.batch', 'work', { spec: { suspend: false } });
  await stage.run(5);
  expect([(await stage.pods()).length, await conditions()]).toEqual([1, ['Suspended False JobResumed']]);
  await stage.patch('jobs.batch', 'work', { spec: { suspend: true } });
  await stage.run(5);
  expect([await stage.list('pods'), await conditions()]).toEqual([[], ['Suspended True JobSuspended']]);
  expect((await read()).status?.failed).toBeUndefined();
  expect(await stage.events('work')).toEqual(
    expect.arrayContaining(['Suspended: Job suspended', 'Resumed: Job resumed']),
  );
});

test('a pod that somebody deletes is replaced, at once or when it is gone', async () => {
  for (const [podReplacementPolicy, seconds] of [
    ['TerminatingOrFailed', 0],
    ['Failed', 1],
  ] as const) {
    await start({ podReplacementPolicy, template: template('run') });
    await stage.run(5);
    const [pod] = await stage.pods();
    await stage.client.delete({ resource: 'pods', name: pod!.metadata.name, namespace: 'default' });
    await stage.until(async () => (await stage.pods()).length > 0, 60);
    const waited = stage.seconds() - 5;
    expect(waited).toBeGreaterThanOrEqual(seconds);
    expect((await read()).spec.podReplacementPolicy).toBe(podReplacementPolicy);
    stage.stop();
  }
  stage = createStage();
});

test('a job goes when it has been over for as long as it says, with its pods', async () => {
  await start({ ttlSecondsAfterFinished: 20, template: template('succeed', '1') });
  await stage.run(15);
  expect(await conditions()).toHaveLength(2);
  await stage.run(15);
  expect([await stage.list('jobs.batch'), await stage.list('pods')]).toEqual([[], []]);
});

test('a job that is deleted without a word leaves its pods, free of what held them', async () => {
  await start({ template: template('run') });
  await stage.run(3);
  await stage.client.delete({ resource: 'jobs.batch', name: 'work', namespace: 'default' });
  await stage.run(5);
  expect(
    (await stage.pods()).map(({ metadata }) => [metadata.ownerReferences ?? [], metadata.finalizers ?? []]),
  ).toEqual([[[], []]]);
});
