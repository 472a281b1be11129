import { expect, test } from 'vitest';
import type { Alert } from '../../src/alerts/alert.ts';
import { at, firing, openDesk } from './folding.ts';

const second = 1000;

/** Something of its own that fails: a Deployment, on a node. */
function thing(index: number, more: Record<string, string> = {}): Alert {
  const namespace = more['namespace'] ?? `team-${index}`;
  const labels = { alertname: 'KubePodNotReady', namespace, deployment: `app-${index}`, node: 'n1', ...more };
  return firing(`thing-${index}-${namespace}`, { labels });
}

test('different things on one node within the window are one incident from the fifth on, about the node', () => {
  const { store, take, wait } = openDesk();
  for (let index = 0; index < 4; index++) {
    expect(take(thing(index)).opened).toHaveLength(1);
    wait(10 * second);
  }
  const [storm] = take(thing(4)).opened;
  expect(store.incidents.get(storm!)).toMatchObject({
    subject: { kind: 'Node', name: 'n1' },
    because: '5 different things began to alert within 60 s on Node n1',
    title: '5 different things began to alert within 60 s on Node n1',
  });
  expect(take(thing(5), thing(6)).joined).toEqual([storm, storm]);
  expect(store.incidents.events(storm!).at(-1)).toMatchObject({
    count: 2,
    because: 'many things alert on Node n1, and it is there too',
  });
  expect(store.incidents.get(storm!)).toMatchObject({ alertCount: 3, namespaces: ['team-4', 'team-5', 'team-6'] });
});

test('things that fail slowly, one after the other, are incidents of their own', () => {
  const { store, take, wait } = openDesk();
  for (let index = 0; index < 12; index++) {
    take(thing(index));
    wait(20 * second);
  }
  expect(store.incidents.list().filter(({ because }) => because)).toEqual([]);
  expect(store.incidents.list()).toHaveLength(12);
});

test('one thing that alerts in many ways is no storm', () => {
  const { store, take } = openDesk();
  take(...Array.from({ length: 50 }, (_, index) => firing(`f${index}`)));
  expect(store.incidents.list()).toHaveLength(1);
  expect(store.incidents.list()[0]?.because).toBeUndefined();
});

test('a namespace needs ten, and its storm leaves other namespaces alone', () => {
  const { store, take } = openDesk();
  const inShop = (index: number) => thing(index, { namespace: 'shop', node: `n${index}` });
  take(...Array.from({ length: 15 }, (_, index) => inShop(index)));
  const [other] = take(thing(99, { node: 'n99' })).opened;
  const storm = store.incidents.list().find(({ because }) => because);
  expect(storm).toMatchObject({ subject: { kind: 'Namespace', namespace: 'shop', name: 'shop' }, alertCount: 6 });
  expect(store.incidents.list()).toHaveLength(11);
  expect(store.incidents.get(other!)).toMatchObject({ subject: { name: 'app-99' } });
});

test('an incident about the node itself becomes the one of its storm', () => {
  const { store, take } = openDesk();
  const [node] = take(firing('node', { labels: { alertname: 'KubeNodeNotReady', node: 'n1' } })).opened;
  take(...Array.from({ length: 6 }, (_, index) => thing(index)));
  expect(store.incidents.list()).toHaveLength(4);
  expect(store.incidents.get(node!)).toMatchObject({ alertCount: 4, because: expect.stringContaining('Node n1') });
});

test('a thing that has an incident of its own keeps it, also in a storm', () => {
  const { take } = openDesk();
  const [own] = take(thing(0)).opened;
  take(...Array.from({ length: 6 }, (_, index) => thing(index + 1)));
  const again = { ...thing(0), fingerprint: 'another alert' };
  expect(take(again).joined).toEqual([own]);
});

test('a storm ends: long after its last alert the same place is looked at anew', () => {
  const { store, take, wait } = openDesk();
  take(...Array.from({ length: 5 }, (_, index) => thing(index)));
  wait(11 * 60 * second);
  const [later] = take({ ...thing(50), startsAt: at(11) }).opened;
  expect(store.incidents.get(later!)).toMatchObject({ subject: { name: 'app-50' } });
});

test('owner and node are also learned from a look at the pod', () => {
  const { store, take } = openDesk(({ labels }) => ({
    owner: { kind: 'StatefulSet', name: labels['pod']!.replace(/-\d+$/, '') },
    node: 'n1',
  }));
  const pod = (name: string): Alert => firing(name, { labels: { alertname: 'A', namespace: 'shop', pod: name } });
  expect(take(pod('db-0'), pod('db-1')).opened).toHaveLength(1);
  take(pod('a-0'), pod('b-0'), pod('c-0'), pod('d-0'));
  expect(store.incidents.list()[0]).toMatchObject({ subject: { kind: 'Node', name: 'n1' }, alertCount: 1 });
});

test('5,000 alerts from one bad node are a handful of incidents, none of which grows with them', () => {
  const { store, take, wait } = openDesk();
  for (let batch = 0; batch < 25; batch++) {
    take(...Array.from({ length: 200 }, (_, index) => thing(batch * 200 + index)));
    wait(0.4 * second);
  }
  take(thing(9999, { node: 'n2' }));
  const incidents = store.incidents.list();
  expect(incidents).toHaveLength(6);
  expect(incidents.map(({ alertCount }) => alertCount).reduce((sum, count) => sum + count)).toBe(5001);
  expect(Math.max(...incidents.map(incident => JSON.stringify(incident).length))).toBeLessThan(20_000);
});

test('the same cause soon after is linked to the incident before, and counted', () => {
  const { store, take, wait, close } = openDesk();
  const ids: string[] = [];
  for (const hours of [0, 3, 6, 40]) {
    wait(hours * 3_600_000);
    const [id] = take(firing('a', { startsAt: new Date(Date.parse(at(0)) + ids.length).toISOString() })).opened;
    ids.push(id!);
    take(firing('a', { status: 'resolved', startsAt: at(0), endsAt: at(9999) }));
    close(id!, 'self_resolved');
  }
  expect(ids.map(id => store.incidents.get(id)?.recurrence)).toEqual([
    undefined,
    { of: ids[0], count: 1 },
    { of: ids[1], count: 2 },
    undefined,
  ]);
});
