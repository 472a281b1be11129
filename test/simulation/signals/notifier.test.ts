import { expect, test } from 'vitest';
import { createVirtualClock } from '../../../src/lib/virtual_clock.ts';
import type { AlertmanagerBody } from '../../../src/simulation/signals/alertmanager_body.ts';
import type { FiringAlert } from '../../../src/simulation/signals/evaluation.ts';
import { createNotifier } from '../../../src/simulation/signals/notifier.ts';

const minute = 60_000;

function alert(pod: string, more: Partial<FiringAlert> = {}): FiringAlert {
  const labels = { alertname: 'KubePodNotReady', namespace: 'shop', pod };
  return { fingerprint: pod, labels, annotations: { summary: 'A pod has not come up.' }, startsAt: 0, ...more };
}

/** A notifier, what it sent and when, and a receiver that is away for a while. */
function setUp(options: { awayUntil?: number; refusesUntil?: number } = {}) {
  const clock = createVirtualClock({ start: 0 });
  clock.start();
  const sent: { at: number; body: AlertmanagerBody }[] = [];
  const notifier = createNotifier({
    clock,
    signal: new AbortController().signal,
    deliver: async body => {
      if (clock.now() < (options.awayUntil ?? 0)) return 'retry';
      if (clock.now() < (options.refusesUntil ?? 0)) return 'refused';
      sent.push({ at: clock.now(), body });
      return 'taken';
    },
  });
  const told = () =>
    sent.map(({ at, body }) => [at, body.status, body.alerts.map(one => `${one.labels['pod']} ${one.status}`)]);
  return { clock, notifier, sent, told };
}

test('a new group is sent at once, and its news after the group interval', async () => {
  const { clock, notifier, told } = setUp();
  notifier.update([alert('a')]);
  await clock.sleep(30_000);
  notifier.update([alert('a'), alert('b')]);
  await clock.sleep(30_000);
  notifier.update([alert('a'), alert('b')]);
  await clock.sleep(30_000);
  notifier.update([alert('a'), alert('b')]);
  await clock.sleep(1);
  expect(told()).toEqual([
    [0, 'firing', ['a firing']],
    [60_000, 'firing', ['a firing', 'b firing']],
  ]);
});

test('a group is resolved when the last of its alerts is, and its resolved alerts are told once', async () => {
  const { clock, notifier, told } = setUp();
  notifier.update([alert('a'), alert('b')]);
  await clock.sleep(minute);
  notifier.update([alert('b'), alert('a', { endsAt: minute })]);
  await clock.sleep(minute);
  notifier.update([alert('b', { endsAt: 2 * minute })]);
  await clock.sleep(minute);
  notifier.update([]);
  await clock.sleep(1);
  expect(told()).toEqual([
    [0, 'firing', ['a firing', 'b firing']],
    [minute, 'firing', ['a resolved', 'b firing']],
    [2 * minute, 'resolved', ['b resolved']],
  ]);
});

test('what goes on firing is sent again after an hour', async () => {
  const { clock, notifier, told } = setUp();
  for (let at = 0; at <= 61 * minute; at += minute) {
    notifier.update([alert('a')]);
    await clock.sleep(minute);
  }
  expect(told().map(([at]) => at)).toEqual([0, 60 * minute]);
});

test('a receiver that is away gets the body when it is back', async () => {
  const { clock, notifier, sent } = setUp({ awayUntil: 10_000 });
  notifier.update([alert('a')]);
  await clock.sleep(2 * minute);
  expect(sent).toHaveLength(1);
  expect(sent[0]?.at).toBeGreaterThanOrEqual(10_000);
  expect(sent[0]?.at).toBeLessThan(30_000);
});

test('what the receiver refuses is offered again after the group interval', async () => {
  const { clock, notifier, sent } = setUp({ refusesUntil: 30_000 });
  for (let tick = 0; tick < 5; tick++) {
    notifier.update([alert('a')]);
    await clock.sleep(minute / 2);
  }
  expect(sent.map(({ at }) => at)).toEqual([minute]);
});

test('alerts are grouped by name and namespace', async () => {
  const { clock, notifier, sent } = setUp();
  const elsewhere = alert('c');
  notifier.update([alert('a'), alert('b'), { ...elsewhere, labels: { ...elsewhere.labels, namespace: 'reports' } }]);
  await clock.sleep(1);
  expect(sent.map(({ body }) => body.groupKey)).toEqual([
    '{}:{alertname="KubePodNotReady", namespace="shop"}',
    '{}:{alertname="KubePodNotReady", namespace="reports"}',
  ]);
});
