import { expect, test } from 'vitest';
import { ask } from './ask.ts';
import { ago, createWorld, event, namespace } from './world.ts';

const events = (objects: Parameters<typeof createWorld>[0], args: Record<string, unknown>) =>
  ask(createWorld([namespace('shop'), ...objects]), 'list_events', args);

const failed = (name: string, count: number, seconds: number) =>
  event(
    { kind: 'Pod', name },
    {
      reason: 'BackOff',
      message: `Back-off restarting failed container main in pod ${name}_shop(8d1f0c3e-4b5a-4c6d-9e8f-0a1b2c3d4e5f)`,
      count,
      lastTimestamp: ago(seconds),
    },
  );

test('repeats over pods and time are one line with a count, warnings first', async () => {
  const scaled = event(
    { kind: 'Deployment', name: 'cart' },
    { type: 'Normal', reason: 'ScalingReplicaSet', message: 'Scaled up', lastTimestamp: ago(5) },
  );
  const { text } = await events(
    [
      scaled,
      failed('cart-7d9f8-x2x4z', 4, 90),
      failed('cart-7d9f8-b5k9q', 3, 20),
      failed('cart-admin-7d9f8-x2x4z', 9, 10),
    ],
    {
      namespace: 'shop',
      name: 'cart',
    },
  );
  expect(text.split('\n')).toEqual([
    'Events about cart in shop: 1 kind of warning, 1 of normal.',
    'Warning BackOff x7, last 20s ago, since 10m, about Pod cart-7d9f8-x2x4z, cart-7d9f8-b5k9q: Back-off restarting failed container main in pod cart-7d9f8-b5k9q',
    'Normal ScalingReplicaSet 5s ago, about Deployment cart: Scaled up',
  ]);
});

test('what every pod goes through as it starts is one line', async () => {
  const reasons = ['Scheduled', 'Pulling', 'Pulled', 'Created', 'Started', 'Killing'];
  const about = { kind: 'Pod', name: 'cart-7d9f8-x2x4z' };
  const normal = reasons.map((reason, i) =>
    event(about, { type: 'Normal', reason, message: `it was ${reason}`, count: i + 1, lastTimestamp: ago(60 - i) }),
  );
  const { text } = await events(normal, { namespace: 'shop', name: 'cart' });
  expect(text.split('\n')).toEqual([
    'Events about cart in shop: 0 kinds of warning, 6 of normal.',
    'Normal Killing x6, last 55s ago, since 10m, about Pod cart-7d9f8-x2x4z: it was Killing',
    'Normal, as pods start, last 56s ago, since 10m: Started x5, Created x4, Pulled x3, Pulling x2, Scheduled x1',
  ]);
});

test('warnings_only leaves out what is normal', async () => {
  const normal = event(
    { kind: 'Pod', name: 'cart-7d9f8-x2x4z' },
    { type: 'Normal', reason: 'Pulled', message: 'pulled' },
  );
  const { text } = await events([normal, failed('cart-7d9f8-x2x4z', 1, 5)], { namespace: 'shop', warnings_only: true });
  expect(text).not.toContain('Pulled');
});

test('events of newer sources are counted and dated by their series', async () => {
  const {
    firstTimestamp: _,
    lastTimestamp: __,
    ...bare
  } = event({ kind: 'Pod', name: 'a' }, { reason: 'FailedScheduling', message: 'no room' });
  const series = { ...bare, eventTime: ago(300), series: { count: 6, lastObservedTime: ago(15) } };
  expect((await events([series], { namespace: 'shop' })).text).toContain('FailedScheduling x6, last 15s ago');
});

test('a node is found without a namespace', async () => {
  const about = {
    ...event({ kind: 'Node', name: 'node-a' }, { reason: 'NodeNotReady', message: 'gone' }),
    metadata: { name: 'x', namespace: 'default' },
  };
  expect((await events([about], { node: 'node-a' })).text).toContain(
    'Warning NodeNotReady 20s ago, about Node node-a: gone',
  );
});

test('none: says so, and what there are events about', async () => {
  const { text } = await events([failed('cart-7d9f8-x2x4z', 1, 5)], { namespace: 'shop', name: 'web' });
  expect(text).toContain('No events about web in shop.');
  expect(text).toContain('There are events about: cart-7d9f8-x2x4z.');
  expect((await events([], { namespace: 'nope' })).text).toContain('There is no namespace "nope"');
});

test('a thousand different events stay within the bound', async () => {
  const many = Array.from({ length: 1_000 }, (_, index) =>
    event(
      { kind: 'Pod', name: `p-${index}` },
      {
        reason: `R${String.fromCharCode(65 + (index % 26))}${String.fromCharCode(65 + Math.floor(index / 26))}`,
        message: 'm'.repeat(200),
      },
    ),
  );
  const { text } = await events(many, { namespace: 'shop' });
  expect(text.length / 4).toBeLessThanOrEqual(600);
  expect(text).toMatch(/\d+ more left out/);
});
