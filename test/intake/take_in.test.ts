import { expect, test } from 'vitest';
import type { Store } from '../../src/durable/store.ts';
import { at, ended, firing, openDesk } from './folding.ts';

const minute = 60_000;
const counts = (store: Store) =>
  store.incidents.list().map(({ alertCount, firing: open }) => ({ alertCount, firing: open }));

test('two replicas that send the same alerts open one incident', () => {
  const { store, take } = openDesk();
  expect(take(firing('a'), firing('b'))).toMatchObject({ opened: [expect.any(String)], joined: [expect.any(String)] });
  expect(take(firing('a'), firing('b'))).toEqual({ opened: [], joined: [], resolved: [], known: 2 });
  expect(counts(store)).toEqual([{ alertCount: 2, firing: 2 }]);
});

test('firing again says nothing new; resolved ends it once, whoever says it', () => {
  const { store, take, wait } = openDesk();
  take(firing('a'));
  wait(5 * minute);
  expect(take(firing('a')).known).toBe(1);
  expect(take(ended('a')).resolved).toHaveLength(1);
  expect(take(ended('a')).known).toBe(1);
  expect(counts(store)).toEqual([{ alertCount: 1, firing: 0 }]);
});

test('one that ended before we heard of it opens nothing, nor does its firing that comes late', () => {
  const { store, take, wait } = openDesk();
  wait(6 * minute);
  expect(take(ended('a')).known).toBe(1);
  expect(take(firing('a')).known).toBe(1);
  expect(take(firing('b'), ended('b')).known).toBe(2);
  expect(take(ended('c'), firing('c')).known).toBe(2);
  expect(store.incidents.list()).toEqual([]);
});

test('a late copy of a firing that is over changes nothing; one that goes on being sent fires', () => {
  const { store, take, wait } = openDesk();
  const [incident] = take(firing('a')).opened;
  wait(5 * minute);
  take(ended('a'));
  wait(minute);
  expect(take(firing('a')).known).toBe(1);
  wait(10 * minute);
  expect(take(firing('a')).joined).toEqual([incident]);
  expect(counts(store)).toEqual([{ alertCount: 2, firing: 1 }]);
});

test('what Alertmanager heard of after the end fires again at once; what it heard of before may be late', () => {
  const { take, wait } = openDesk();
  take(firing('a'), firing('b'));
  wait(5 * minute);
  take(ended('a'), ended('b'));
  wait(minute);
  expect(take(firing('a', { asOf: at(4.9) })).known).toBe(1);
  expect(take(firing('b', { asOf: at(5.1) })).joined).toHaveLength(1);
});

test('why an alert counts as over stays with it', () => {
  const { store, take } = openDesk();
  const [incident] = take(firing('a')).opened;
  take(ended('a', { endedBecause: 'it is gone' }));
  expect(store.alerts.last('a')?.alert).toMatchObject({ status: 'resolved', endedBecause: 'it is gone' });
  expect(store.incidents.get(incident!)?.alerts[0]).toMatchObject({ endedBecause: 'it is gone' });
});

test('an alert that fires anew ends its firing before, and late news of that one ends nothing more', () => {
  const { store, take, wait } = openDesk();
  const [incident] = take(firing('a')).opened;
  wait(60 * minute);
  expect(take(firing('a', { startsAt: at(58) }))).toMatchObject({ joined: [incident], resolved: [incident] });
  expect(take(ended('a')).known).toBe(1);
  expect(counts(store)).toEqual([{ alertCount: 2, firing: 1 }]);
  expect(take(ended('a', { startsAt: at(58), endsAt: at(60) })).resolved).toEqual([incident]);
  expect(counts(store)).toEqual([{ alertCount: 2, firing: 0 }]);
});

test('replicas whose clocks disagree about the beginning speak of one firing', () => {
  const { store, take, wait } = openDesk();
  const early = firing('a', { startsAt: at(-0.5) });
  take(firing('a'));
  expect(take(early).known).toBe(1);
  wait(5 * minute);
  // The one ends it with its own beginning; the other's copy is late.
  expect(take(ended('a', { startsAt: early.startsAt, endsAt: at(4) })).resolved).toHaveLength(1);
  expect(take(firing('a')).known).toBe(1);
  expect(take(early).known).toBe(1);
  expect(counts(store)).toEqual([{ alertCount: 1, firing: 0 }]);
});

test('an end that nobody dated ends what began before it was heard, not what begins after', () => {
  const { take, wait } = openDesk();
  take(firing('a'));
  const { endsAt: _, ...undated } = ended('a');
  expect(take(undated).resolved).toHaveLength(1);
  wait(20 * minute);
  expect(take(firing('a', { startsAt: at(19) })).joined.concat()).toHaveLength(1);
  expect(take(undated).known).toBe(1);
});

test('an end that is said to lie before the beginning still ends it', () => {
  const { take } = openDesk();
  take(firing('a'));
  expect(take(ended('a', { endsAt: at(-3) })).resolved).toHaveLength(1);
});

test('only what a truncated group shows is resolved', () => {
  const { store, take } = openDesk();
  take(firing('a'), firing('b'), firing('hidden'));
  take(ended('a'), ended('b'));
  expect(counts(store)).toEqual([{ alertCount: 3, firing: 1 }]);
});

test('what one body ends counts before what it starts: a new fault is not taken for an old one', () => {
  const { store, take, wait, close } = openDesk();
  const [old] = take(firing('a')).opened;
  close(old!);
  wait(120 * minute);
  const later = firing('b', { startsAt: at(119) });
  expect(take(later, ended('a', { endsAt: at(118) }))).toMatchObject({ joined: [], resolved: [old] });
  expect(store.incidents.list()).toHaveLength(2);
});

test('a storm about one object is one incident that lists some and counts all, as fast as any other', () => {
  const { store, take } = openDesk();
  const start = performance.now();
  expect(take(...Array.from({ length: 3000 }, (_, index) => firing(`f${index}`)))).toMatchObject({ known: 0 });
  expect(take(...Array.from({ length: 2999 }, (_, index) => ended(`f${index}`))).resolved).toHaveLength(2999);
  // Reading and writing the incident for each alert anew would take half a minute.
  expect(performance.now() - start).toBeLessThan(5000);
  const [incident] = store.incidents.list();
  expect(incident).toMatchObject({ alertCount: 3000, firing: 1, seq: 3 });
  expect(incident?.alerts).toHaveLength(20);
  expect(incident?.alerts.filter(({ status }) => status === 'firing')).toHaveLength(0);
});
