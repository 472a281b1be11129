import { expect, test } from 'vitest';
import type { KubeEvent } from '../../../src/kubernetes/objects.ts';
import { createVirtualClock } from '../../../src/lib/virtual_clock.ts';
import { createApiServer } from '../../../src/simulation/api/server.ts';
import { createEventRecorder } from '../../../src/simulation/controllers/event_recorder.ts';
import { pod } from '../api/fixtures.ts';

function recorder() {
  const clock = createVirtualClock({ start: Date.parse('2026-03-01T12:00:00Z') });
  const client = createApiServer({ clock }).client();
  const events = createEventRecorder({ client, clock, component: 'tester', host: 'node1' });
  return {
    client,
    say: (reason: string, message: string) => events.record(pod('web'), { type: 'Warning', reason, message }),
    async pass(seconds: number) {
      clock.start();
      await clock.sleep(seconds * 1000);
      clock.stop();
    },
    async read() {
      const { items } = await client.list<KubeEvent>('events', { namespace: 'default' });
      return items.sort((a, b) => (a.firstTimestamp ?? '').localeCompare(b.firstTimestamp ?? ''));
    },
  };
}

test('the same event again counts up', async () => {
  const { say, pass, read } = recorder();
  say('Failed', 'no luck');
  await pass(10);
  say('Failed', 'no luck');
  await pass(1);
  expect(await read()).toMatchObject([
    {
      reason: 'Failed',
      count: 2,
      firstTimestamp: '2026-03-01T12:00:00Z',
      lastTimestamp: '2026-03-01T12:00:10Z',
      involvedObject: { kind: 'Pod', name: 'web' },
      source: { component: 'tester', host: 'node1' },
    },
  ]);
});

test('the tenth message of one reason stands for all that follow', async () => {
  const { say, pass, read } = recorder();
  for (let number = 1; number <= 12; number++) {
    say('Failed', `attempt ${number}`);
    await pass(1);
  }
  const seen = await read();
  expect(seen.map(({ message, count }) => `${count} ${message}`)).toEqual([
    ...Array.from({ length: 9 }, (_, index) => `1 attempt ${index + 1}`),
    '3 (combined from similar events): attempt 12',
  ]);
});

test('after 25 events about one object there is one more every five minutes, which counts those in between', async () => {
  const { say, pass, read } = recorder();
  for (let number = 0; number < 40; number++) {
    say('Failed', 'no luck');
    await pass(1);
  }
  expect((await read())[0]?.count).toBe(25);
  await pass(300);
  say('Failed', 'no luck');
  await pass(1);
  expect((await read())[0]?.count).toBe(41);
});

test('an event that has expired comes back with its count', async () => {
  const { client, say, pass, read } = recorder();
  say('Failed', 'no luck');
  await pass(1);
  const [event] = await read();
  await client.delete({ resource: 'events', name: event?.metadata.name ?? '', namespace: 'default' });
  say('Failed', 'no luck');
  await pass(1);
  expect(await read()).toMatchObject([{ count: 2, firstTimestamp: '2026-03-01T12:00:00Z' }]);
});
