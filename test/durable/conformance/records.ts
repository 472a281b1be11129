import { expect, test } from 'vitest';
import type { BookedAlert } from '../../../src/alerts/book.ts';
import type { IncidentEvent } from '../../../src/incidents/event.ts';
import type { Incident } from '../../../src/incidents/incident.ts';
import { IllegalTransition, transition } from '../../../src/incidents/incident.ts';
import { anAlert, joined, opened } from './fixtures.ts';
import { beginLife, type Subject } from './subject.ts';

export function incidentsAreLogged(subject: Subject): void {
  test('a key that was seen appends nothing and gives what was recorded, also after a crash', async () => {
    const life = beginLife(subject, {});
    const first = life.store.incidents.append('i', 'open', opened());
    await life.clock.sleep(5000);
    expect(life.store.incidents.append('i', 'open', opened('another'))).toEqual(first);
    life.crash();
    expect(life.store.incidents.append('i', 'open', opened('another'))).toEqual(first);
    expect(life.store.incidents.events('i')).toEqual([first]);
    expect(first).toMatchObject({ seq: 1, at: '2030-01-01T00:00:00.000Z', incident: 'i', type: 'opened' });
    life.end();
  });

  test('events count from one without gaps, and add up to the incident; what can not follow leaves nothing', () => {
    const life = beginLife(subject, {});
    const { incidents } = life.store;
    incidents.append('i', 'open', opened());
    const tooEarly: IncidentEvent = { type: 'undone', target: 't', changes: [], because: 'b' };
    expect(() => incidents.append('i', 'undo', tooEarly)).toThrow(IllegalTransition);
    expect(() => incidents.append('j', 'undo', tooEarly)).toThrow(IllegalTransition);
    incidents.append('i', 'joined', joined(anAlert('f2')));
    incidents.append('i', 'start', { type: 'investigation_started', model: 'm', tools: 3 });
    incidents.append('i', 'close', { type: 'closed', state: 'escalated', summary: 's', learned: [] });
    const events = incidents.events('i');
    expect(events.map(event => event.seq)).toEqual([1, 2, 3, 4]);
    expect(incidents.get('i')).toEqual(events.reduce<Incident | undefined>(transition, undefined));
    expect(incidents.get('j')).toBeUndefined();
    expect(incidents.events('i', { afterSeq: 2, limit: 1 }).map(event => event.seq)).toEqual([3]);
    life.end();
  });

  test('lists the newest first, and only the open ones when asked', () => {
    const life = beginLife(subject, {});
    const { incidents } = life.store;
    for (const id of ['a', 'b', 'c']) incidents.append(id, 'open', opened());
    incidents.append('b', 'close', { type: 'closed', state: 'escalated', summary: 's', learned: [] });
    const ids = (query?: { open?: boolean; limit?: number }) => incidents.list(query).map(({ id }) => id);
    expect(ids()).toEqual(['c', 'b', 'a']);
    expect(ids({ open: true })).toEqual(['c', 'a']);
    expect(ids({ open: false })).toEqual(['b']);
    expect(ids({ limit: 2 })).toEqual(['c', 'b']);
    expect(incidents.countOpen()).toBe(2);
    life.end();
  });

  test('incidents are read in pages, filtered, and the open ones counted', () => {
    const life = beginLife(subject, {});
    const { incidents } = life.store;
    for (const id of ['a', 'b', 'c', 'd']) incidents.append(id, 'open', opened());
    incidents.append('b', 'close', { type: 'closed', state: 'escalated', summary: 's', learned: [] });
    const ids = (page: { items: Incident[] }) => page.items.map(({ id }) => id);
    const first = incidents.page({ limit: 2, open: true });
    incidents.append('e', 'open', opened());
    expect(ids(first)).toEqual(['d', 'c']);
    expect(ids(incidents.page({ limit: 2, open: true, cursor: first.next! }))).toEqual(['a']);
    expect(ids(incidents.page({ limit: 9, open: false }))).toEqual(['b']);
    expect(ids(incidents.page({ limit: 9, state: 'escalated', namespace: 'shop' }))).toEqual(['b']);
    expect(ids(incidents.page({ limit: 9, namespace: 'till' }))).toEqual([]);
    expect(incidents.countOpen()).toBe(4);
    life.end();
  });

  test('a page, and a list of events, end before they are too long, and have one entry at least', () => {
    const life = beginLife(subject, {});
    const { incidents } = life.store;
    for (const id of ['a', 'b', 'c']) incidents.append(id, 'open', opened());
    incidents.append('a', 'start', { type: 'investigation_started', model: 'm', tools: 3 });
    const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
    const two = bytes(incidents.get('c')) + bytes(incidents.get('b'));
    const { items, next } = incidents.page({ limit: 9, mostBytes: two });
    expect(items.map(({ id }) => id)).toEqual(['c', 'b']);
    expect(incidents.page({ limit: 9, mostBytes: two, cursor: next! }).items.map(({ id }) => id)).toEqual(['a']);
    expect(incidents.page({ limit: 9, mostBytes: 1 }).items.map(({ id }) => id)).toEqual(['c']);
    expect(incidents.events('a', { mostBytes: bytes(incidents.events('a')[0]) })).toHaveLength(1);
    expect(incidents.events('a', { mostBytes: 1 })).toHaveLength(1);
    expect(incidents.events('a', { afterSeq: 1, mostBytes: 1 }).map(({ seq }) => seq)).toEqual([2]);
    life.end();
  });

  test('an event that is too large is refused, and leaves nothing', () => {
    const life = beginLife(subject, {});
    const huge = { ...opened(), title: 'x'.repeat(300_000) } as ReturnType<typeof opened>;
    expect(() => life.store.incidents.append('i', 'open', huge)).toThrow(
      /event opened of i to take at most 262144 bytes/,
    );
    expect(life.store.incidents.get('i')).toBeUndefined();
    life.end();
  });
}

export function theInboxKeeps(subject: Subject): void {
  test('what was put in stays, in its order and across a crash, until it is removed', () => {
    const life = beginLife(subject, {});
    for (const name of ['a', 'b', 'c']) life.store.inbox.put([anAlert(name), anAlert(`${name}2`)], 7);
    life.crash();
    const { inbox } = life.store;
    expect(inbox.backlog()).toBe(6);
    const first = inbox.first(3);
    expect(first.map(({ alerts }) => alerts.map(({ fingerprint }) => fingerprint))).toEqual([
      ['a', 'a2'],
      ['b', 'b2'],
    ]);
    expect(first[0]).toMatchObject({ receivedAt: 7 });
    inbox.remove(first[0]!.ordinal);
    expect([inbox.backlog(), inbox.first(1)[0]?.alerts[0]?.fingerprint]).toEqual([4, 'b']);
    life.end();
  });

  test('what was rejected is counted, also when the same comes again; only the newest are kept', () => {
    const life = beginLife(subject, {});
    const { rejected } = life.store;
    rejected.put([{ problem: 'p', body: 'same' }], 1000);
    rejected.put(
      [
        { problem: 'p', body: 'same' },
        { problem: 'p', body: 'other' },
      ],
      2000,
    );
    expect(rejected.page({ limit: 9 }).items).toMatchObject([
      { body: 'other', times: 1 },
      { body: 'same', times: 2, firstAt: '1970-01-01T00:00:01.000Z', lastAt: '1970-01-01T00:00:02.000Z' },
    ]);
    rejected.put(
      Array.from({ length: 1500 }, (_, n) => ({ problem: 'p', body: `${n}` })),
      3000,
    );
    expect(rejected.count()).toBe(1503);
    expect(rejected.page({ limit: 5000 }).items).toHaveLength(1000);
    expect(rejected.page({ limit: 1 }).items[0]?.body).toBe('1499');
    life.end();
  });
}

export function alertsAreBooked(subject: Subject): void {
  test('a firing is found again, and replaced by what is put later', () => {
    const life = beginLife(subject, {});
    const alert = anAlert();
    life.store.alerts.put({ alert, incident: 'i', heardAt: 1 });
    const ended: BookedAlert = { incident: 'i', alert: { ...alert, status: 'resolved' }, heardAt: 2 };
    life.store.alerts.put(ended);
    life.crash();
    expect(life.store.alerts.last(alert.fingerprint)).toEqual(ended);
    expect(life.store.alerts.last('another')).toBeUndefined();
    life.end();
  });

  test('of several firings the last is the one that began last, whatever came in last', () => {
    const life = beginLife(subject, {});
    const late = { ...anAlert(), startsAt: '2031-01-01T00:00:00.000Z' };
    life.store.alerts.put({ alert: late, heardAt: 1 });
    life.store.alerts.put({ alert: anAlert(), heardAt: 2 });
    expect(life.store.alerts.last(late.fingerprint)).toEqual({ alert: late, heardAt: 1 });
    life.end();
  });

  test('alerts are read in pages, filtered, each once, also when more come in between', () => {
    const life = beginLife(subject, {});
    const { alerts } = life.store;
    const put = (name: string, more: Partial<BookedAlert['alert']> = {}) =>
      alerts.put({ alert: { ...anAlert(name), ...more }, incident: 'i', heardAt: 1 });
    for (const name of ['a', 'b', 'c', 'd']) put(name);
    put('e', { status: 'resolved', labels: { alertname: 'Other', namespace: 'till' } });
    const names = (page: { items: BookedAlert[] }) => page.items.map(({ alert }) => alert.fingerprint);
    const first = alerts.page({ limit: 2, status: 'firing' });
    put('f');
    expect(names(first)).toEqual(['d', 'c']);
    const second = alerts.page({ limit: 2, status: 'firing', cursor: first.next! });
    expect([names(second), second.next]).toEqual([['b', 'a'], undefined]);
    expect(names(alerts.page({ limit: 9, namespace: 'till' }))).toEqual(['e']);
    expect(names(alerts.page({ limit: 9, name: 'PodsNotReady', incident: 'i' }))).toEqual(['f', 'd', 'c', 'b', 'a']);
    expect(names(alerts.page({ limit: 9, incident: 'j' }))).toEqual([]);
    expect(alerts.countFiring()).toBe(5);
    life.end();
  });

  test('a page that looks at a few says where to go on, and all of them together have what one would have', () => {
    const life = beginLife(subject, {});
    const { alerts } = life.store;
    for (let each = 0; each < 20; each++)
      alerts.put({ alert: anAlert(`${each}`), incident: `${each % 7}`, heardAt: 1 });
    const whole = alerts.page({ limit: 99, incident: '3' });
    const parts: BookedAlert[][] = [];
    for (let cursor: number | undefined = 21; cursor !== undefined; ) {
      const { items, next } = alerts.page({ limit: 99, incident: '3', lookAt: 4, cursor });
      parts.push(items);
      cursor = next;
    }
    expect(parts.flat()).toEqual(whole.items);
    expect(parts.map(({ length }) => length)).toEqual([1, 0, 1, 0, 1]);
    life.end();
  });

  test('the last incident of a fold key is the newest, ended or not', () => {
    const life = beginLife(subject, {});
    const { incidents } = life.store;
    const close = (id: string) =>
      incidents.append(id, 'close', { type: 'closed', state: 'escalated', summary: 's', learned: [] });
    incidents.append('old', 'open', opened('key'));
    incidents.append('new', 'open', opened('key'));
    incidents.append('other', 'open', opened('other key'));
    expect(incidents.newestWith('key')?.id).toBe('new');
    close('new');
    expect(incidents.newestWith('key')?.id).toBe('new');
    expect(incidents.newestWith('no such key')).toBeUndefined();
    life.end();
  });
}
