import { afterEach, expect, test } from 'vitest';
import type { CronJob, Job } from '../../../src/kubernetes/kinds/workloads.ts';
import { createStage, type Stage, templateOf } from './stage.ts';

let stage: Stage;
afterEach(() => stage.stop());

async function start(spec: object, args = ['succeed', '5']): Promise<void> {
  stage = createStage();
  const jobTemplate = { metadata: { labels: { app: 'tick' } }, spec: { template: templateOf('tick', args, 'Never') } };
  const all = { schedule: '*/5 * * * *', jobTemplate, ...spec };
  await stage.create('cronjobs.batch', {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick' },
    spec: all,
  });
}

const read = () => stage.get<CronJob>('cronjobs.batch', 'tick');
const jobs = () => stage.list<Job>('jobs.batch');
const minutes = (time: string) => Date.parse(time) / 60_000;

test('a job is started at every tick, named after it, and remembered', async () => {
  await start({});
  await stage.run(290);
  expect(await jobs()).toEqual([]);
  await stage.run(15);
  const [job] = await jobs();
  expect(job).toMatchObject({
    metadata: {
      name: `tick-${minutes('2026-03-01T10:05:00Z')}`,
      labels: { app: 'tick' },
      annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-03-01T10:05:00Z' },
      ownerReferences: [{ kind: 'CronJob', name: 'tick', controller: true }],
    },
  });
  expect((await read()).status).toMatchObject({
    active: [{ kind: 'Job', name: job?.metadata.name }],
    lastScheduleTime: '2026-03-01T10:05:00Z',
  });
  await stage.run(20);
  const { status } = await read();
  expect(status?.active).toBeUndefined();
  expect(status?.lastSuccessfulTime).toBe((await jobs())[0]?.status?.completionTime);
  const name = job?.metadata.name;
  expect((await stage.events('tick')).sort()).toEqual([
    `SawCompletedJob: Saw completed job: ${name}, condition: Complete`,
    `SuccessfulCreate: Created job ${name}`,
  ]);
});

test('only as many ended jobs are kept as the limits say', async () => {
  await start({ schedule: '* * * * *', successfulJobsHistoryLimit: 2 });
  await stage.run(600);
  const names = (await jobs()).map(({ metadata }) => metadata.name);
  const last = minutes('2026-03-01T10:09:00Z');
  expect(names.slice(0, 2)).toEqual([`tick-${last - 1}`, `tick-${last}`]);
  expect(names.length).toBeLessThanOrEqual(3);
});

test.each([
  ['Allow', 3, 'SuccessfulCreate'],
  [
    'Forbid',
    1,
    'JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid',
  ],
  ['Replace', 1, 'SuccessfulDelete: Deleted job tick-'],
])('with %s, jobs that take longer than a tick', async (concurrencyPolicy, active, event) => {
  await start({ schedule: '* * * * *', concurrencyPolicy }, ['run']);
  await stage.run(200);
  expect((await read()).status?.active).toHaveLength(active);
  expect((await stage.events('tick')).join('\n')).toContain(event);
});

test('a suspended one starts nothing, and catches up with the last tick unless its deadline is over', async () => {
  await start({ suspend: true });
  await stage.run(1000);
  expect(await jobs()).toEqual([]);
  await stage.patch('cronjobs.batch', 'tick', { spec: { suspend: false } });
  await stage.run(1);
  expect((await jobs()).map(({ metadata }) => metadata.name)).toEqual([`tick-${minutes('2026-03-01T10:15:00Z')}`]);
  stage.stop();
  await start({ suspend: true, startingDeadlineSeconds: 30 });
  await stage.run(1000);
  await stage.patch('cronjobs.batch', 'tick', { spec: { suspend: false } });
  await stage.run(1);
  expect(await jobs()).toEqual([]);
});

test('too many missed ticks are said, and the last one is started', async () => {
  await start({ schedule: '* * * * *', suspend: true });
  await stage.run(3 * 3600);
  await stage.patch('cronjobs.batch', 'tick', { spec: { suspend: false } });
  await stage.run(1);
  expect((await jobs()).map(({ metadata }) => metadata.name)).toEqual([`tick-${minutes('2026-03-01T13:00:00Z')}`]);
  expect(await stage.events('tick')).toContain(
    'TooManyMissedTimes: too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
  );
});

test('ticks follow the time zone, and a new schedule', async () => {
  await start({ schedule: '30 15 * * *', timeZone: 'Asia/Kolkata' });
  await stage.run(60);
  await stage.patch('cronjobs.batch', 'tick', { spec: { schedule: '32 15 * * *' } });
  await stage.run(125);
  const [job] = await jobs();
  expect(job?.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp']).toBe(
    '2026-03-01T15:32:00+05:30',
  );
});
