import { expect, test } from 'vitest';
import type { KubeEvent, Pod } from '../../../src/kubernetes/objects.ts';
import { createVirtualClock } from '../../../src/lib/virtual_clock.ts';
import { createApiServer } from '../../../src/simulation/api/server.ts';
import { createSeriesRecorder, type Occurrence } from '../../../src/simulation/scheduler/series_recorder.ts';

const pod = (resourceVersion: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'default', uid: 'u', resourceVersion },
  spec: { containers: [] },
});
const failed: Occurrence = { type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', message: 'no room' };

function recording() {
  const clock = createVirtualClock({ start: Date.parse('2026-03-01T10:00:00Z') });
  const client = createApiServer({ clock }).client();
  const recorder = createSeriesRecorder({ client, clock, component: 'default-scheduler' });
  return {
    ...recorder,
    async pass(seconds: number) {
      clock.start();
      await clock.sleep(seconds * 1000);
      clock.stop();
    },
    events: async () => (await client.list<KubeEvent>('events', { namespace: 'default' })).items,
  };
}

test('what happens once is written in the newer form', async () => {
  const { record, events, pass, stop } = recording();
  record(pod('1'), failed);
  await pass(1);
  const [event, ...others] = await events();
  expect(others).toEqual([]);
  expect(event).toMatchObject({
    ...failed,
    involvedObject: { kind: 'Pod', name: 'a', resourceVersion: '1' },
    eventTime: '2026-03-01T10:00:00.000000Z',
    reportingComponent: 'default-scheduler',
  });
  expect(event).not.toHaveProperty('series');
  expect(event).not.toHaveProperty('count');
  stop();
});

test('what comes again is a series, whose last count is written when it is over', async () => {
  const { record, events, pass, stop } = recording();
  for (let time = 0; time < 4; time++) {
    record(pod('1'), failed);
    await pass(1);
  }
  expect(await events()).toMatchObject([{ series: { count: 2, lastObservedTime: '2026-03-01T10:00:01.000000Z' } }]);
  await pass(800);
  expect(await events()).toMatchObject([{ series: { count: 4, lastObservedTime: '2026-03-01T10:00:03.000000Z' } }]);
  stop();
});

test('about another version of the object it is another event, and so it is when the series is over', async () => {
  const { record, events, pass, stop } = recording();
  record(pod('1'), failed);
  record(pod('2'), failed);
  await pass(800);
  record(pod('2'), failed);
  await pass(1);
  expect(await events()).toHaveLength(3);
  stop();
});
